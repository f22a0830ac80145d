import { describe, expect, it } from 'vitest';

import { decodeSketch, encodeSketch } from '../../../../../pipeline/operators/stories/encode-sketch.js';
import { sketchStory } from '../../../../../pipeline/operators/stories/sketch-story.js';

describe('an encoded sketch', () => {
  it.each([
    'Ambrose Mills shares rise 4% …',
    'one two three four '.repeat(500),
    '岚山纺织前三季度净利润同比增长6.5%',
  ])('is the same again: %#', (text) => {
    const sketch = sketchStory(null, text);
    if (sketch === null) throw new Error('too short a text');
    expect(decodeSketch(encodeSketch(sketch))).toEqual(sketch);
    expect(encodeSketch(sketch).length).toBeLessThanOrEqual(372);
  });

  it.each(['', 'AAAA', 'AgEBAA==', '!!!', 'AQEBAA==', `AQD/${'A'.repeat(100)}`])(
    'is left aside in another format: %s',
    (encoded) => {
      expect(decodeSketch(encoded)).toBeNull();
    },
  );
});
