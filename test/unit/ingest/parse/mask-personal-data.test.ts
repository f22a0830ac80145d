import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskJson, maskPersonalData } from '../../../../ingest/parse/mask-personal-data.js';
import { processorMs } from '../../../support/processor-time.js';

/** Invented lines; `{{TAG:text}}` marks what must be masked, a line without a mark is a trap. */
const lines = readFileSync(new URL('../../../fixtures/personal-data/lines.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');
const MARK = /\{\{(\w+):([^}]*)\}\}/g;
const plainOf = (line: string): string => line.replace(MARK, '$2');
const maskedOf = (line: string): string => line.replace(MARK, '[$1]');
const TAGS = /\[(?:EMAIL|PHONE|ID|CARD|ACCOUNT|HANDLE)\]/g;

describe('maskPersonalData', () => {
  it('masks what is marked and nothing else: precision and recall over the fixture', () => {
    let marked = 0;
    let found = 0;
    let right = 0;
    const wrong: string[] = [];
    for (const line of lines) {
      const expected = maskedOf(line);
      const masked = maskPersonalData(plainOf(line));
      const want = expected.match(TAGS)?.length ?? 0;
      const got = masked.match(TAGS)?.length ?? 0;
      marked += want;
      found += got;
      if (masked === expected) right += want;
      else wrong.push(`${masked}  ≠  ${expected}`);
    }
    const traps = lines.filter((line) => !line.includes('{{')).length;
    expect(lines.length).toBeGreaterThanOrEqual(200);
    expect(traps * 2).toBeGreaterThanOrEqual(lines.length);
    expect(wrong, `precision ${right / found}, recall ${right / marked}`).toEqual([]);
    expect(right / found).toBeGreaterThanOrEqual(0.98);
    expect(right / marked).toBeGreaterThanOrEqual(0.98);
  });

  it('changes nothing the second time', () => {
    for (const line of lines) {
      const once = maskPersonalData(plainOf(line));
      expect(maskPersonalData(once)).toBe(once);
    }
  });

  it('finds numbers with invisible characters inside', () => {
    expect(maskPersonalData('call 138\u200b1234\u200b5678')).toBe('call [PHONE]');
    expect(maskPersonalData('رقم الهاتف tel ٠١٣٨')).toBe('رقم الهاتف tel ٠١٣٨');
  });

  it('masks the texts inside JSON', () => {
    expect(maskJson({ a: ['mail a@example.com'], b: { c: 1, d: 'phone 13812345678' }, e: null })).toEqual({
      a: ['mail [EMAIL]'],
      b: { c: 1, d: 'phone [PHONE]' },
      e: null,
    });
  });

  it('is quick for hostile text, and leaves any text without digits and signs as it is', () => {
    for (const unit of [
      '1',
      'a',
      '1 ',
      '1-',
      '@',
      'a@',
      'a.',
      '+1 ',
      '(1)',
      '微信',
      'AB12',
      '4 4',
      'order ',
      '138 ',
    ]) {
      const started = processorMs();
      maskPersonalData(unit.repeat(Math.floor(50_000 / unit.length)));
      expect(processorMs() - started, unit).toBeLessThan(500);
    }
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '中', ' ', '-', '.', '$', '\n', '。'), maxLength: 60 }),
        (text) => {
          expect(maskPersonalData(text)).toBe(text);
        },
      ),
    );
  });
});
