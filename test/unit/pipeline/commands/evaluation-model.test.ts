import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { createAnswerCache } from '../../../../models/encoder/answer-cache.js';
import { createEncoderClassifier } from '../../../../models/encoder/encoder-classifier.js';
import { parseEncoderManifest } from '../../../../models/encoder/manifest.js';
import { parseTokenizer } from '../../../../models/encoder/tokenizer/parse-tokenizer.js';
import { createWordPiece } from '../../../../models/encoder/tokenizer/word-piece.js';
import { batchDifference } from '../../../../models/evaluation/release/set-figures.js';
import { withoutCache } from '../../../../pipeline/commands/evaluation-model.js';
import { ENCODER_SETTINGS } from '../../../support/encoder.js';

const folder = new URL('../../../fixtures/models/encoder/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const manifest = parseEncoderManifest(JSON.parse(read('model.json')), 'tiny');
const tokenizer = createWordPiece(parseTokenizer(read('en.tokenizer.json'), 'tiny'));
const MIB = 1024 * 1024;

/** An encoder whose network answers otherwise for a text with batch mates: the more there are, the more negative it is. */
function dependentEncoder(cacheMiB: number) {
  let mates = 0;
  return createEncoderClassifier({
    model: { name: 'encoder', version: '1', sha256: '1' },
    manifest,
    pool: {
      async ask() {
        mates += 1;
        // All texts of one call have been given by then.
        await Promise.resolve();
        const together = mates;
        await Promise.resolve();
        mates -= 1;
        return { sentiment: [together, 0, 0], topics: manifest.topics.map(() => 0) };
      },
      askTogether: () => Promise.resolve([]),
      warm: () => Promise.resolve(),
      separate: () => undefined,
      close: () => Promise.resolve(),
    },
    tokenizers: new Map([['en.tokenizer.json', tokenizer]]),
    cache: createAnswerCache(cacheMiB * MIB),
    ladder: new Map(),
    onCacheHits: () => undefined,
  });
}

describe('a model that is loaded to be judged', () => {
  const texts = ['Halden Motors surges', 'Brightwater Foods plunges', 'Halden Motors plunges'].map(
    (text) => ({
      text,
      language: 'en',
    }),
  );

  it('is caught when its answer for a text depends on the batch, though it would serve from a cache', async () => {
    const served = {
      name: 'encoder',
      directory: '/models',
      encoder: { ...ENCODER_SETTINGS, cacheMiB: 16 },
    } as const;
    const judged = withoutCache(served);
    expect(judged).toEqual({ ...served, encoder: { ...served.encoder, cacheMiB: 0 } });
    expect((await batchDifference(dependentEncoder(judged.encoder.cacheMiB), texts)).value).toBeGreaterThan(
      0.1,
    );
    // Why: what was read in the batch comes out of the cache when it is asked for alone.
    expect((await batchDifference(dependentEncoder(served.encoder.cacheMiB), texts)).value).toBe(0);
  });
});
