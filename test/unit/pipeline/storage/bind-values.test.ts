import fc from 'fast-check';
import { expect, it } from 'vitest';

import { bindValues } from '../../../../pipeline/storage/bind-values.js';

it('writes values as literals of the named types', () => {
  expect(
    bindValues('SELECT {a:String}, {b:UInt32}, {c:Array(String)}, {d:Float64} LIMIT {b:UInt32}', {
      a: 'x',
      b: 7,
      c: ['y', "it's"],
      d: -0.25,
    }),
  ).toBe(
    "SELECT 'x', _CAST(7, 'UInt32'), _CAST(['y','it\\'s'], 'Array(String)'), _CAST(-0.25, 'Float64') LIMIT _CAST(7, 'UInt32')",
  );
});

it('does not read placeholders in values', () => {
  expect(bindValues('SELECT {a:String}, {b:String}', { a: '{b:String}', b: '$&' })).toBe(
    "SELECT '{b:String}', '$&'",
  );
});

it('refuses what is missing or no value', () => {
  for (const value of [undefined, null, Number.NaN, Infinity, {}, [undefined]]) {
    expect(() => bindValues('SELECT {a:Float64}', { a: value })).toThrow('{a}');
  }
});

it('leaves no text a way out of its quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('\\', "'", 'a', '\n', '\0', '{', '}', '-') }), (text) => {
      const inside = bindValues('{a:String}', { a: text }).slice(1, -1);
      // Every quote inside follows an odd number of backslashes, and the end an even one.
      expect(inside.replace(/\\[\\'0bfnrt]/g, '')).not.toMatch(/[\\']/);
    }),
  );
});
