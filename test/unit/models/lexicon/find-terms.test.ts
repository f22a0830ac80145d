import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { toDictionary } from '../../../../models/lexicon/dictionary.js';
import { findPhrases } from '../../../../models/lexicon/find-terms.js';

const WORDS = ['a', 'b', 'c'];

/** What it stands for: at each place the longest phrase, tried from long to short. */
function longestPhrases(words: readonly string[], phrases: ReadonlySet<string>): string[] {
  const found: string[] = [];
  for (let at = 0; at < words.length;) {
    let size = words.length - at;
    while (size > 0 && !phrases.has(words.slice(at, at + size).join(' '))) size -= 1;
    if (size > 0) found.push(words.slice(at, at + size).join(' '));
    at += Math.max(1, size);
  }
  return found;
}

describe('findPhrases', () => {
  it('takes the longest phrase at each place, also where only a part of a longer one follows', () => {
    const phrase = fc
      .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }),
        fc.array(phrase, { maxLength: 12 }),
        (words, phrases) => {
          const dictionary = toDictionary(new Map(phrases.map((text) => [text, text])), ' ');
          const found: string[] = [];
          const units = { keys: words, starts: [], ends: [], lasts: [] };
          findPhrases(units, dictionary, (value) => found.push(value));
          expect(found).toEqual(longestPhrases(words, new Set(phrases)));
        },
      ),
    );
  });
});
