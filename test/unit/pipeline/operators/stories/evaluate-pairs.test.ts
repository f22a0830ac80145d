import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import {
  evaluateStoryPairs,
  parseStoryPair,
} from '../../../../../pipeline/operators/stories/evaluate-pairs.js';

const read = (part: string) =>
  readFileSync(new URL(`../../../../fixtures/story-pairs/${part}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line, index) => parseStoryPair(line, `${part}:${index + 1}`));

describe('evaluateStoryPairs', () => {
  it.each(['dev', 'held-out'])(
    'reaches precision 0.97 and recall 0.9 on the %s pairs, half of them hard negatives',
    (part) => {
      const pairs = read(part);
      expect(pairs.length).toBeGreaterThanOrEqual(200);
      expect(pairs.filter(({ same }) => !same).length * 2).toBeGreaterThanOrEqual(pairs.length);
      const report = evaluateStoryPairs(pairs);
      expect(report.precision).toBeGreaterThanOrEqual(0.97);
      expect(report.recall).toBeGreaterThanOrEqual(0.9);
    },
  );

  it('counts by language and kind, and names what was wrong', () => {
    const pair = {
      lang: 'en',
      kind: 'number',
      a: 'Ambrose Mills profit rises 2% on orders',
      b: 'Ambrose Mills profit rises 3% on orders',
    };
    const report = evaluateStoryPairs([
      { ...pair, same: false },
      { ...pair, kind: 'label', same: true },
    ]);
    expect(report).toMatchObject({
      n: 2,
      precision: 1,
      recall: 0,
      byKind: { number: { n: 1, right: 1 }, label: { n: 1, right: 0 } },
    });
    expect(report.wrong.map(({ kind }) => kind)).toEqual(['label']);
  });

  it.each(['', '[]', 'null', '{"a":"x"}', '{"lang":"en","kind":"k","same":"yes","a":"x","b":"y"}'])(
    'says where a line is no pair: %s',
    (line) => {
      expect(() => parseStoryPair(line, 'f.jsonl:3')).toThrow(/f\.jsonl:3/);
    },
  );
});
