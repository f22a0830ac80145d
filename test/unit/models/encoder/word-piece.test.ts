import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { parseTokenizer } from '../../../../models/encoder/tokenizer/parse-tokenizer.js';
import { createWordPiece } from '../../../../models/encoder/tokenizer/word-piece.js';

interface Reference {
  readonly text: string;
  readonly ids: readonly number[];
  /** In code points. */
  readonly places: readonly (readonly [number, number])[];
}

const folder = new URL('../../../fixtures/models/encoder/', import.meta.url);
const json = readFileSync(new URL('en.tokenizer.json', folder), 'utf8');
const reference = JSON.parse(readFileSync(new URL('reference.json', folder), 'utf8')) as readonly Reference[];
const tokenizer = createWordPiece(parseTokenizer(json, 'en.tokenizer.json'));
const limits = { maxTokens: 32, maxCharacters: 1_024 };

describe('the WordPiece tokenizer', () => {
  it.each(reference.map((row) => [row.text.slice(0, 40), row] as const))(
    'gives the ids and places of Hugging Face tokenizers for %j',
    (_, { text, ids, places }) => {
      const units = [0];
      for (const character of Array.from(text)) units.push((units.at(-1) ?? 0) + character.length);
      const encoding = tokenizer.encode(text, limits);
      expect(encoding.ids).toEqual(ids);
      expect(encoding.starts).toEqual(places.map(([start]) => units[start]));
      expect(encoding.ends).toEqual(places.map(([, end]) => units[end]));
    },
  );

  it('leaves lone surrogates out, as it does characters that say nothing', () => {
    const { ids } = tokenizer.encode('up \ud800 up', limits);
    expect(ids).toEqual(tokenizer.encode('up up', limits).ids);
  });

  it('stops at the number of tokens and characters that it was given', () => {
    const { ids } = tokenizer.encode('shares '.repeat(100_000), { maxTokens: 10, maxCharacters: 1_000 });
    expect(ids).toHaveLength(10);
    const spaces = tokenizer.encode(`${' '.repeat(1_000)}shares`, { maxTokens: 10, maxCharacters: 1_000 });
    expect(spaces.ids).toHaveLength(2);
  });

  it('says whether there is more in the text than its tokens', () => {
    const cutAt = (text: string, maxTokens: number, maxCharacters = 1_000) =>
      tokenizer.encode(text, { maxTokens, maxCharacters }).cut;
    const { ids } = tokenizer.encode('shares up.', limits);
    for (const text of ['shares up.', ' shares up. \n\u200b', 'shares up.\ud800'])
      expect([text, cutAt(text, ids.length)]).toEqual([text, false]);
    expect(cutAt('shares up.', ids.length - 1)).toBe(true);
    expect(cutAt('shares up. x', ids.length)).toBe(true);
    expect(cutAt('shares up.', ids.length, 6)).toBe(true);
    expect(cutAt('', 10)).toBe(false);
  });

  it.each([
    ['text that is no JSON', '{', 'not valid JSON'],
    ['another model', json.replace('"WordPiece"', '"BPE"'), 'model'],
    ['another normaliser', json.replace('"BertNormalizer"', '"NFKC"'), 'normalizer'],
    ['a file without tokens', '{}', 'the field added_tokens is missing or not as in a BERT'],
    ['a list instead of a tokenizer', '[]', 'it is missing or not as in a BERT'],
    [
      'a vocabulary without its unknown token',
      json.replace('"unk_token":"[UNK]"', '"unk_token":"<unk>"'),
      '<unk>',
    ],
  ])('refuses %s, naming file and place', (_, text, problem) => {
    expect(() => parseTokenizer(text, 'x.json')).toThrow(new RegExp(`^x\\.json: .*${problem}`));
  });
});
