import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { toNetworkInput, withOneTokenLinks } from '../../../../models/encoder/to-network-input.js';
import { parseTokenizer } from '../../../../models/encoder/tokenizer/parse-tokenizer.js';
import { createWordPiece } from '../../../../models/encoder/tokenizer/word-piece.js';

const file = new URL('../../../fixtures/models/encoder/en.tokenizer.json', import.meta.url);
const tokenizers = new Map([
  ['en.tokenizer.json', createWordPiece(parseTokenizer(readFileSync(file, 'utf8'), 'tiny'))],
]);
const served = { tokenizer: 'en.tokenizer.json', maxTokens: 64 };

describe('withOneTokenLinks', () => {
  it('leaves one word of an address and the places of all others', () => {
    const text = '央行降息https://t.co/aB3，see http://x.cn/q?a=1 now';
    const read = withOneTokenLinks(text);
    expect(read.split(/\s+/)).toEqual(['央行降息http', '，see', 'http', 'now']);
    expect(read).toHaveLength(text.length);
    expect(read.indexOf('now')).toBe(text.indexOf('now'));
  });

  it('keeps the length of any text, and every text without an address', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(withOneTokenLinks(text)).toHaveLength(text.length);
        expect(withOneTokenLinks(`${text}https://t.co/x`)).toHaveLength(text.length + 14);
        if (!text.includes('http')) expect(withOneTokenLinks(text)).toBe(text);
      }),
    );
  });
});

describe('toNetworkInput', () => {
  it('reads an address as one token only for a network that has learned so', () => {
    const [bare, long] = ['loss of Acme', 'loss https://t.co/aB3dEf of Acme'];
    const count = (text: string, oneTokenLinks?: boolean) =>
      toNetworkInput(
        { text },
        { ...served, ...(oneTokenLinks === undefined ? {} : { oneTokenLinks }) },
        tokenizers,
      ).ids.length;
    expect(count(bare, true)).toBe(count(bare));
    expect(count(long)).toBeGreaterThan(count(long, true));
  });

  it('finds the tokens of a company behind an address', () => {
    const text = 'https://t.co/aB3dEf Acme loss';
    const at = text.indexOf('Acme');
    const mentions = [[[at, at + 4] as const]];
    const input = toNetworkInput({ text, mentions }, { ...served, oneTokenLinks: true }, tokenizers);
    const alone = toNetworkInput({ text: 'Acme', mentions: [[[0, 4]]] }, served, tokenizers);
    expect(input.mentions[0]?.map((token) => input.ids[token])).toEqual(
      alone.mentions[0]?.map((token) => alone.ids[token]),
    );
  });
});
