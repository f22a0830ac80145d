import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanLine, cleanText } from '../../../../ingest/parse/clean-text.js';

const spaced = fc.string({
  unit: fc.constantFrom('a', 'Z', '~', ' ', '\t', '\n', '\u00a0', '\u3000', '涨', '\ud800', '\u0000'),
});

describe('cleanLine', () => {
  it('is one line of clean text, for plain words too', () => {
    fc.assert(
      fc.property(spaced, (value) => {
        expect(cleanLine(value)).toBe(cleanText(value).replace(/\s+/g, ' ').trim());
      }),
    );
  });

  it('takes no time for a long line', () => {
    const line = 'up '.repeat(200_000);
    const began = performance.now();
    expect(cleanLine(line)).toBe(line.trim());
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
