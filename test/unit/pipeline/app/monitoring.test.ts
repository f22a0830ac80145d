import { expect, it } from 'vitest';

import { requireActive } from '../../../../pipeline/app/monitoring.js';

it('refuses at once where a standby has others behind it', () => {
  expect(() => {
    requireActive({ state: 'standby' });
  }).toThrow(/not the active monitor/);
  requireActive({ state: 'active' });
});
