import { expect, it } from 'vitest';

import { createEnglishSplitter } from '../../../../models/lexicon/split-units.js';
import { createSentenceSplitter } from '../../../../models/text/split-sentences.js';

it('loads the tokenizer as often as asked, though the library can do that only a few times', () => {
  for (let n = 0; n < 60; n += 1) {
    expect(createEnglishSplitter()('shares fell.').keys).toContain('shares');
    expect(createSentenceSplitter()('Shares fell. Costs rose.', 'en')).toHaveLength(2);
  }
});
