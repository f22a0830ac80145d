import { expect, it } from 'vitest';

import { chooseSeed } from '../faults/random.js';
import { runKills } from '../faults/run-kills.js';

/** A selection of the long runs (`npm run test:faults`), about three minutes. */
it('loses nothing and counts nothing twice over 100 kills of the service', async () => {
  const seed = chooseSeed('100 kills');
  const report = await runKills({ mode: 'embedded', kills: 100, seed });
  console.info(JSON.stringify(report));
  expect(report.violations).toEqual([]);
  expect(report.recoverySeconds.max).toBeLessThan(20);
}, 900_000);
