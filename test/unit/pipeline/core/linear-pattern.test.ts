import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLinearPattern, PatternError } from '../../../../pipeline/core/linear-pattern.js';

describe('createLinearPattern', () => {
  it.each([
    ['fined? \\$\\d+', 'it was fine $25'],
    ['^(?:cuts|raises) (?:its )?outlook\\b', 'raises its outlook.'],
    ['[一-龥]{2,4}被?立案', '公司昨日被立案调查'],
    ['a{2,3}b', 'xaab'],
    ['a{2}', 'aaa'],
    ['x|', ''],
    ['(a*)*b', 'aaab'],
    ['[^\\d\\s]+$', '12 ab'],
    ['\\Bat\\B', 'bath'],
    ['a.?c', 'abc'],
    ['(?:ab?){3}', 'abaab'],
    ['[a-]', '-'],
  ])('%s matches "%s" as the engine of the language does', (pattern, text) => {
    expect(new RegExp(pattern).test(text)).toBe(true);
    expect(createLinearPattern(pattern).test(text)).toBe(true);
  });

  it.each([
    ['(a', /does not close/],
    ['a)', /not open/],
    ['*a', /repeats nothing/],
    ['a**', /repeat/],
    ['(?=a)', /looks around/],
    ['(a)\\1', /not supported/],
    ['\\p{L}', /not supported/],
    ['a{3,1}', /counts/],
    ['a{1000}', /counts/],
    ['(?:(?:a{50}){50})', /steps/],
    ['[z-a]', /backwards/],
    ['[a', /too early/],
    ['(('.repeat(30), /groups in one another/],
  ])('refuses %s and says why', (pattern, words) => {
    expect(() => createLinearPattern(pattern)).toThrow(PatternError);
    expect(() => createLinearPattern(pattern)).toThrow(words);
  });

  it('agrees with the engine of the language on any pattern of its kind and any text', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\b', '^', '$', '\\W');
    const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
      piece: fc.oneof(
        { depthSize: 'small' },
        atom,
        fc
          .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{1,2}', ''))
          .map(([inner, times]) => `(?:${inner})${times}`),
      ),
      pattern: fc.oneof(
        fc.array(tie('piece'), { maxLength: 3 }).map((pieces) => pieces.join('')),
        fc.tuple(tie('piece'), tie('piece')).map((both) => both.join('|')),
      ),
    }));
    fc.assert(
      fc.property(
        pattern,
        fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '.'), maxLength: 8 }),
        (source, text) => {
          fc.pre(source.length < 200);
          let own;
          try {
            own = createLinearPattern(source);
          } catch (error) {
            expect(error).toBeInstanceOf(PatternError);
            return;
          }
          expect(own.test(text)).toBe(new RegExp(source).test(text));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes linear time for what makes other engines try back for ever', () => {
    const pattern = createLinearPattern('(?:a|a)*(?:a*)*b$');
    const started = process.cpuUsage();
    expect(pattern.test('a'.repeat(20_000))).toBe(false);
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(1_000);
  });
});
