import fc from 'fast-check';
import { expect, it } from 'vitest';

import { hasLongRun } from '../../../../models/text/has-long-run.js';

it('finds a long run where the pattern does', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '.', '中', ' ', '\u3000', '\n'), maxLength: 60 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 12 }), (run, most) => {
      expect(hasLongRun(run, most)).toBe(new RegExp(`\\S{${most + 1}}`).test(run));
    }),
  );
});
