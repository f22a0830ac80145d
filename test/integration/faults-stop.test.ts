import { expect, it } from 'vitest';

import { chooseSeed } from '../faults/random.js';
import { runStops } from '../faults/stop-under-load.js';

/** A selection of `test/faults/stops.faults.ts`. */
it('ends with 0 on each of 8 SIGTERMs under traffic, and no message is read a second time', async () => {
  const report = await runStops({ stops: 8, seed: chooseSeed('8 stops') });
  console.info(JSON.stringify(report));
  expect(report.violations).toEqual([]);
}, 300_000);
