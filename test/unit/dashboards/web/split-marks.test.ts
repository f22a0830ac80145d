import fc from 'fast-check';
import { expect, test } from 'vitest';

import { splitMarks, strongestWords } from '../../../../dashboards/web/src/split-marks.js';

const PLAIN = { sentence: false, mention: false, tone: null, wordEnd: false };

test('the sentence, the instrument in it and the words that carried the score are marked, the rest is not', () => {
  const text = 'Calm day. Harborview Bank fell. Rain.';
  const words = [
    { span: [26, 30], contribution: 1.2 },
    { span: [0, 4], contribution: -0.4 },
  ] as const;
  expect(splitMarks(text, { sentence: [10, 31], mentions: [[10, 25]], words })).toEqual([
    { ...PLAIN, text: 'Calm', tone: 'positive', wordEnd: true },
    { ...PLAIN, text: ' day. ' },
    { ...PLAIN, text: 'Harborview Bank', sentence: true, mention: true },
    { ...PLAIN, text: ' ', sentence: true },
    { ...PLAIN, text: 'fell', sentence: true, tone: 'negative', wordEnd: true },
    { ...PLAIN, text: '.', sentence: true },
    { ...PLAIN, text: ' Rain.' },
  ]);
});

test('a word that a border cuts gets one mark, at its end', () => {
  const pieces = splitMarks('profit warning', {
    sentence: null,
    mentions: [[0, 6]],
    words: [{ span: [0, 14], contribution: 2 }],
  });
  expect(pieces.map(({ wordEnd }) => wordEnd)).toEqual([false, true]);
});

test('whatever the spans, the pieces make up the text', () => {
  const span = fc.tuple(fc.integer({ min: -5, max: 60 }), fc.integer({ min: -5, max: 60 }));
  fc.assert(
    fc.property(
      fc.string({ maxLength: 50 }),
      fc.option(span),
      fc.array(span, { maxLength: 6 }),
      fc.array(fc.record({ span, contribution: fc.double() }), { maxLength: 6 }),
      (text, sentence, mentions, words) => {
        const pieces = splitMarks(text, { sentence, mentions, words });
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      },
    ),
  );
});

test('few words are marked, and none that carried next to nothing', () => {
  const wordsOf = (contributions: readonly number[]) =>
    contributions.map((contribution, index) => ({ span: [index, index + 1] as const, contribution }));
  expect(strongestWords(wordsOf([2, -1, 0.2, 0.1])).map(({ contribution }) => contribution)).toEqual([2, -1]);
  expect(strongestWords(wordsOf(Array.from({ length: 20 }, () => 1)))).toHaveLength(8);
  expect(strongestWords([])).toEqual([]);
});
