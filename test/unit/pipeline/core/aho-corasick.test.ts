import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPatternMatcher } from '../../../../pipeline/core/aho-corasick.js';

function scan(patterns: readonly string[], text: string): readonly string[] {
  const units = Uint16Array.from(text, (unit) => unit.charCodeAt(0));
  const hits: string[] = [];
  createPatternMatcher(patterns).scan(units, (start, end, pattern) => {
    hits.push(`${start}-${end}:${patterns[pattern] ?? ''}`);
  });
  return hits.sort();
}

describe('the pattern matcher', () => {
  it('finds overlapping patterns and patterns inside patterns', () => {
    expect(scan(['he', 'she', 'his', 'hers'], 'ushers')).toEqual(['1-4:she', '2-4:he', '2-6:hers']);
  });

  it('finds what a plain search finds', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '中', '国'), minLength: 1, maxLength: 4 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '中', '国'), maxLength: 40 });
    fc.assert(
      fc.property(fc.uniqueArray(word, { maxLength: 8 }), text, (patterns, body) => {
        const expected: string[] = [];
        for (const pattern of patterns) {
          for (let at = body.indexOf(pattern); at >= 0; at = body.indexOf(pattern, at + 1)) {
            expected.push(`${at}-${at + pattern.length}:${pattern}`);
          }
        }
        expect(scan(patterns, body)).toEqual(expected.sort());
      }),
    );
  });

  it('refuses empty patterns and repeats', () => {
    expect(() => createPatternMatcher([''])).toThrow('empty or a repeat');
    expect(() => createPatternMatcher(['a', 'a'])).toThrow('empty or a repeat');
  });
});
