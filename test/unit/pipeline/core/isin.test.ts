import { describe, expect, it } from 'vitest';
import { isIsin } from '../../../../pipeline/core/isin.js';

describe('isIsin', () => {
  it.each(['US0378331005', 'DE0007236101', 'GB0005405286', 'FR0000121014'])('takes %s', (isin) => {
    expect(isIsin(isin)).toBe(true);
  });

  it.each(['US0378331006', 'us0378331005', 'US037833100', '', 'US03783310055', 'U50378331005'])(
    'refuses %s',
    (isin) => {
      expect(isIsin(isin)).toBe(false);
    },
  );
});
