import { expect, it } from 'vitest';

import { chooseSeed } from './random.js';
import { runStops } from './stop-under-load.js';

/** By hand: FAULT_STOPS=50, FAULT_SEED=… */
const stops = Number(process.env['FAULT_STOPS'] ?? 50);

it(`stops cleanly under traffic, ${stops} times`, async () => {
  const report = await runStops({ stops, seed: chooseSeed('stops') });
  console.info(JSON.stringify(report, null, 2));
  expect(report.violations).toEqual([]);
});
