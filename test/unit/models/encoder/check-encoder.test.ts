import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { checkEncoder } from '../../../../models/encoder/check-encoder.js';
import { parseEncoderManifest } from '../../../../models/encoder/manifest.js';
import type { NetworkInput } from '../../../../models/encoder/runtime/network.js';
import { parseTokenizer } from '../../../../models/encoder/tokenizer/parse-tokenizer.js';
import { createWordPiece } from '../../../../models/encoder/tokenizer/word-piece.js';

const folder = new URL('../../../fixtures/models/encoder/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const manifest = parseEncoderManifest(JSON.parse(read('model.json')), 'tiny');
const tokenizers = new Map([
  ['en.tokenizer.json', createWordPiece(parseTokenizer(read('en.tokenizer.json'), 'tiny'))],
]);

/** Answers as training saw it; texts that share a batch are off by `error` in a logit. */
function poolWith(error: number) {
  const answers = new Map(
    manifest.golden.map((row) => {
      const ids = tokenizers
        .get('en.tokenizer.json')
        ?.encode(row.text, { maxTokens: 32, maxCharacters: 1_024 });
      return [ids?.ids.join(), row.probabilities.map((value) => Math.log(value))];
    }),
  );
  return {
    askTogether: (_: 'en' | 'zh', inputs: readonly { readonly ids: readonly number[] }[]) =>
      Promise.resolve(
        inputs.map(({ ids }) => {
          const [negative = 0, ...others] = answers.get(ids.join()) ?? [];
          return { sentiment: [negative + (inputs.length > 1 ? error : 0), ...others] };
        }),
      ),
  };
}

describe('the check of an encoder', () => {
  it('lets texts share a batch when that changes no score', async () => {
    expect(await checkEncoder(manifest, { pool: poolWith(1e-6), tokenizers }, 'tiny')).toMatchObject({
      batchable: true,
    });
  });

  it('keeps texts apart when the score of one depends on its mates', async () => {
    const { batchable, difference } = await checkEncoder(
      manifest,
      { pool: poolWith(0.05), tokenizers },
      'tiny',
    );
    expect(batchable).toBe(false);
    expect(difference).toBeGreaterThan(1e-4);
  });

  it.each([
    ['alone', (texts: number) => texts === 1],
    ['in a batch', (texts: number) => texts > 1],
  ])('does not take a text that is not answered %s for a wrong model', async (_, isLost) => {
    const sound = poolWith(0);
    const pool = {
      askTogether: async (language: 'en' | 'zh', inputs: readonly NetworkInput[]) =>
        isLost(inputs.length) ? inputs.map(() => null) : sound.askTogether(language, inputs),
    };
    await expect(checkEncoder(manifest, { pool, tokenizers }, 'tiny')).rejects.toMatchObject({
      code: 'model_unanswered',
      retriable: true,
    });
  });

  it('refuses a model that comes to no number', async () => {
    const pool = { askTogether: () => Promise.resolve([{ sentiment: [Number.NaN, 0, 0] }]) };
    await expect(checkEncoder(manifest, { pool, tokenizers }, 'tiny')).rejects.toMatchObject({
      code: 'model_golden',
    });
  });
});
