import { expect, it } from 'vitest';

import { chooseSeed } from '../faults/random.js';
import { runKills } from '../faults/run-kills.js';

/** A selection of the long runs (`npm run test:faults`); with those of replay, store, log and live sources `npm test` has 110 kills. */
it('loses nothing and counts nothing twice over 40 kills of the service', async () => {
  const seed = chooseSeed('40 kills');
  const report = await runKills({ mode: 'embedded', kills: 40, seed });
  console.info(JSON.stringify(report));
  expect(report.violations).toEqual([]);
  expect(report.recoverySeconds.max).toBeLessThan(20);
}, 900_000);
