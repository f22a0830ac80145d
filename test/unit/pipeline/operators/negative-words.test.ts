import { expect, it } from 'vitest';

import { negativeWords } from '../../../../pipeline/operators/negative-words.js';

const of = (...words: readonly (readonly [string, number])[]) =>
  negativeWords(
    {
      words: words.map(([word, contribution]) => ({ word, contribution, span: [0, 1] as const })),
      standardError: 0,
    },
    [],
  );

it.each([
  ['nothing where nothing spoke for bad news', [['profit', -2]], []],
  [
    'the strongest first, and not what says next to nothing',
    [
      ['bank', 0.1],
      ['fraud', 2],
      ['loss', 1],
    ],
    ['fraud', 'loss'],
  ],
  [
    'each once, in whatever case',
    [
      ['Loss', 2],
      ['loss', 1.5],
      ['halted', 1],
    ],
    ['Loss', 'halted'],
  ],
  [
    'no fillers, but what turns a sentence',
    [
      ['For', 3],
      ['的', 3],
      ['因', 3],
      ['not', 2],
      ['fined', 1.5],
      ['未', 1],
    ],
    ['not', 'fined', '未'],
  ],
  [
    'no punctuation',
    [
      ['!', 3],
      ['跌停', 2],
    ],
    ['跌停'],
  ],
] as const)('names %s', (_, words, expected) => {
  expect(of(...words)).toEqual(expected);
});

it('is bounded in number and length', () => {
  const many = Array.from({ length: 50 }, (_, index) => [`${index}${'x'.repeat(500)}`, 1] as const);
  expect(of(...many)).toHaveLength(5);
  expect(of(...many)[0]).toHaveLength(60);
});

it('names no part of a company, and nothing within the error', () => {
  const words = [
    { word: 'Halden', contribution: 3, span: [0, 6] as const },
    { word: 'fraud', contribution: 2, span: [10, 15] as const },
    { word: 'of', contribution: 1, span: [16, 18] as const },
  ];
  expect(negativeWords({ words, standardError: 1.2 }, [[0, 6]])).toEqual(['fraud']);
});
