import { writeFile } from 'node:fs/promises';

import { expect, it } from 'vitest';

import { chooseSeed } from './random.js';
import { runKills } from './run-kills.js';

/*
 * The long run, by hand: FAULT_MODE=embedded|kafka (both, when left out), FAULT_KILLS=300, FAULT_SEED=…, FAULT_REPORT=FILE.
 */
const kills = Number(process.env['FAULT_KILLS'] ?? 300);
const modes = (['embedded', 'kafka'] as const).filter((mode) => (process.env['FAULT_MODE'] ?? mode) === mode);

it.each(modes)(`survives ${kills} kills, %s`, async (mode) => {
  const report = await runKills({ mode, kills, seed: chooseSeed(`kills, ${mode}`) });
  const text = JSON.stringify(report, null, 2);
  console.info(text);
  const file = process.env['FAULT_REPORT'];
  if (file !== undefined) await writeFile(file, `${text}\n`, { flag: 'a' });
  expect(report.violations).toEqual([]);
});
