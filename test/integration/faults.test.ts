import { expect, it } from 'vitest';

import { chooseSeed } from '../faults/random.js';
import { runKills } from '../faults/run-kills.js';

/** A selection of the long runs (`npm run test:faults`); with the 30 of replay-kill.test.ts it is 100 kills. */
it('loses nothing and counts nothing twice over 70 kills of the service', async () => {
  const seed = chooseSeed('70 kills');
  const report = await runKills({ mode: 'embedded', kills: 70, seed });
  console.info(JSON.stringify(report));
  expect(report.violations).toEqual([]);
  expect(report.recoverySeconds.max).toBeLessThan(20);
}, 900_000);
