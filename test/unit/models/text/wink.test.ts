import { expect, it } from 'vitest';

import { createEnglishSplitter } from '../../../../models/lexicon/split-units.js';
import { createSentenceSplitter } from '../../../../models/text/split-sentences.js';
import { winkFor } from '../../../../models/text/wink.js';

it('loads the tokenizer as often as asked, though the library can do that only a few times', () => {
  for (let n = 0; n < 60; n += 1) {
    expect(createEnglishSplitter()('shares fell.').keys).toContain('shares');
    expect(createSentenceSplitter()('Shares fell. Costs rose.', 'en')).toHaveLength(2);
  }
});

it('stands anew after five million units, so that the words it remembers end somewhere; more often than the library can load', () => {
  const text = 'Mr. Smith left. U.S. stocks fell 3.2%.';
  const read = () => winkFor(text).readDoc(text).sentences().out();
  const first = read();
  let before = winkFor('');
  expect(winkFor('')).toBe(before);
  for (let n = 0; n < 30; n += 1) {
    winkFor(' '.repeat(5_000_000));
    expect(read()).toEqual(first);
    const now = winkFor('');
    expect(now).not.toBe(before);
    before = now;
  }
});
