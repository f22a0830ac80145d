import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { GUIDELINE_VERSION } from '../../../../models/labelling/guideline.js';
import { parseLabelLine } from '../../../../models/labelling/parse-label-line.js';

const ID = 'ab'.repeat(16);
const parse = (row: unknown, author: string | null = null) =>
  parseLabelLine(typeof row === 'string' ? row : JSON.stringify(row), 'labels.jsonl:3', author);

describe('a line of labels', () => {
  it('says something of the text and of each company', () => {
    const row = {
      documentId: ID,
      sentiment: 'skip',
      companies: { 'BA.XNYS': 'negative' },
      at: '2026-11-01T08:00:00Z',
    };
    const shared = {
      documentId: ID,
      version: null,
      author: 'ann',
      guideline: GUIDELINE_VERSION,
      at: Date.UTC(2026, 10, 1, 8),
    };
    expect(parse(row, 'ann')).toEqual([
      { ...shared, instrument: '', value: 'skip' },
      { ...shared, instrument: 'BA.XNYS', value: 'negative' },
    ]);
  });

  it.each([
    ['{oops', /labels\.jsonl:3: not valid JSON/],
    [{ documentId: 'x', sentiment: 'neutral', author: 'a' }, /"documentId": must be 32 hex digits/],
    [{ documentId: ID, sentiment: 'bad', author: 'a' }, /"sentiment"/],
    [{ documentId: ID, author: 'a' }, /neither "sentiment" nor "companies"/],
    [{ documentId: ID, sentiment: 'neutral' }, /"author" is missing/],
    [{ documentId: ID, sentiment: 'neutral', author: 'a', text: 'no' }, /text/],
    [{ documentId: ID, sentiment: 'neutral', author: 'a', at: 'noon' }, /"at"/],
  ])('is refused with place, field and fix: %j', (row, words) => {
    expect(() => parse(row)).toThrow(words);
  });
});

describe('the guidelines', () => {
  it('have the version that stands with labels, and say all keys in both languages', async () => {
    const guide = await readFile(
      new URL('../../../../models/training/labelling-guide.md', import.meta.url),
      'utf8',
    );
    expect(guide).toContain(`Version ${GUIDELINE_VERSION},`);
    expect(guide).toContain(`版本 ${GUIDELINE_VERSION}。`);
    for (const key of ['n', 'u', 'p', 'w', 's'])
      expect(guide.match(new RegExp(`^\\| ${key} `, 'gm'))).toHaveLength(2);
  });
});
