import fc from 'fast-check';
import { expect, test } from 'vitest';

import { splitMarks } from '../../../../dashboards/web/src/split-marks.js';

test('the sentence and the instrument in it are marked, the rest is not', () => {
  const text = 'Calm day. Harborview Bank fell. Rain.';
  expect(splitMarks(text, [10, 31], [[10, 25]])).toEqual([
    { text: 'Calm day. ', sentence: false, mention: false },
    { text: 'Harborview Bank', sentence: true, mention: true },
    { text: ' fell.', sentence: true, mention: false },
    { text: ' Rain.', sentence: false, mention: false },
  ]);
});

test('whatever the spans, the pieces make up the text', () => {
  const span = fc.tuple(fc.integer({ min: -5, max: 60 }), fc.integer({ min: -5, max: 60 }));
  fc.assert(
    fc.property(
      fc.string({ maxLength: 50 }),
      fc.option(span),
      fc.array(span, { maxLength: 6 }),
      (text, sentence, mentions) => {
        const pieces = splitMarks(text, sentence, mentions);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      },
    ),
  );
});
