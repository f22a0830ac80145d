import { writeFile } from 'node:fs/promises';

import { expect, it } from 'vitest';

import { chooseSeed } from './random.js';
import { OUTAGES, runOutage, type OutageName } from './run-outages.js';

/*
 * By hand: `npm run test:faults -- outages`; FAULT_OUTAGE=NAME for one of them, FAULT_SEED=…, FAULT_REPORT=FILE.
 */
const names = (Object.keys(OUTAGES) as OutageName[]).filter(
  (name) => (process.env['FAULT_OUTAGE'] ?? name) === name,
);

it.each(names)('loses nothing and counts nothing twice: %s', async (name) => {
  const report = await runOutage(name, chooseSeed(name));
  const text = JSON.stringify(report, null, 2);
  console.info(text);
  const file = process.env['FAULT_REPORT'];
  if (file !== undefined) await writeFile(file, `${text}\n`, { flag: 'a' });
  expect(report.violations).toEqual([]);
  expect(report.result.caughtUpSeconds).not.toBeNull();
  if (name.startsWith('store')) expect(report.result.rebalances).toBe(0);
});
