import { describe, expect, it } from 'vitest';
import { toDeadLetterRow, toVersionRows, wellFormed } from '../../../../pipeline/storage/rows.js';
import { BASE, HOUR, makeVersion } from '../../../support/store.js';

const spec = { name: 'a document', offset: 7 };

describe('the rows of a version', () => {
  it('holds one mention for each series the version counts for', () => {
    const { document, mentions } = toVersionRows(makeVersion(spec));
    expect(document).toMatchObject({
      version: 1,
      raw_offset: 7,
      published_at: BASE,
      series: ['market', 'ACME.XNAS'],
    });
    expect(mentions.map((row) => [row['series'], row['valid'], row['event_time']])).toEqual([
      ['market', 1, BASE],
      ['ACME.XNAS', 1, BASE],
    ]);
  });

  it('marks the places invalid where the version before counted, unless the new one counts there too', () => {
    const old = new Date(BASE - HOUR).toISOString();
    const now = new Date(BASE).toISOString();
    const { mentions } = toVersionRows(
      makeVersion({
        ...spec,
        version: 2,
        series: ['market'],
        withdrawn: [
          { series: 'market', publishedAt: old },
          { series: 'market', publishedAt: now },
          { series: 'OLD.X', publishedAt: now },
          { series: 'OLD.X', publishedAt: now },
        ],
      }),
    );
    expect(mentions.map((row) => [row['series'], row['event_time'], row['valid'], row['version']])).toEqual([
      ['market', BASE, 1, 2],
      ['market', BASE - HOUR, 0, 2],
      ['OLD.X', BASE, 0, 2],
    ]);
  });

  it('counts a retraction nowhere', () => {
    const { mentions } = toVersionRows(makeVersion({ ...spec, action: 'retract' }));
    expect(mentions.every((row) => row['valid'] === 0)).toBe(true);
  });

  it('tells documents the model could say nothing about from the others', () => {
    const { mentions } = toVersionRows(makeVersion({ ...spec, flags: ['unclassified'] }));
    expect(mentions[0]?.['classified']).toBe(0);
  });

  it.each([
    ['broken Unicode in the text', { text: 'a \udc00' }, 'text is not well-formed Unicode.'],
    ['broken Unicode in a flag', { flags: ['\ud800'] }, '0 is not well-formed Unicode.'],
    ['broken Unicode in a series', { series: ['\ud800'] }, 'well-formed'],
    ['a score that is no number', { negative: Number.NaN }, 'finite'],
    ['an endless weight', { weight: Infinity }, 'is not a finite number.'],
    ['a time before 1970', { at: -1 }, 'publishedAt must be a time between 1970 and 2099.'],
    ['a time after 2099', { at: Date.UTC(2100, 0) }, 'between 1970 and 2099'],
    ['a weight below any number', { weight: -Infinity }, 'finite'],
  ])('refuses %s', (_what, change, message) => {
    expect(() => toVersionRows(makeVersion({ ...spec, ...change }))).toThrow(message);
  });

  it('replaces the halves of broken pairs and leaves whole ones', () => {
    expect(wellFormed('a\ud800b🙂\udc00')).toBe('a\ufffdb🙂\ufffd');
  });
});

it('cuts the words of a dead letter without leaving half of a pair of surrogates', () => {
  const row = toDeadLetterRow(
    { partition: 0, offset: 7 },
    {
      reason: 'internal_error',
      detail: `${'x'.repeat(499)}\u{1f600} is refused.`,
      stage: 'monitor',
      originalBase64: '',
      attempts: 1,
      at: new Date(BASE).toISOString(),
    },
  );
  expect(row['detail']).toBe(`${'x'.repeat(499)}\uFFFD`);
});
