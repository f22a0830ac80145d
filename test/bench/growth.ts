import { join } from 'node:path';

import { createAlertEngine } from '../../alerts/engine.js';
import { DEFAULT_RULES } from '../../alerts/rules/default-rules.js';
import { createAlertStoreCache } from '../../pipeline/app/alert-store-cache.js';
import { dataPaths } from '../../pipeline/app/data-folder.js';
import { createHistoryCache } from '../../pipeline/app/history-cache.js';
import { describeSeries } from '../../pipeline/app/instrument-directory.js';
import { systemClock } from '../../pipeline/core/clock.js';
import { openStore } from '../../pipeline/storage/open-store.js';
import { percentiles, type Figure } from './figures.js';
import type { BenchOptions } from './scenarios.js';
import { seedHistory } from './seed-history.js';
import { startService } from './service-process.js';
import { createStoryAssigner } from '../../pipeline/operators/stories/assign-stories.js';
import { loadUnderstanding, scoredMessages, timeTick, type TickTimes } from './tick.js';

const SMALL = 100_000;
const LARGE = 10_000_000;
const TICKS = 25;
const WARM_UP_TICKS = 5;
const DOCUMENTS_A_TICK = 300;

/** What a tick (look-ups, write, roll-up, evaluation) and a start cost with a small history and a large one. */
export async function measureGrowth(options: BenchOptions): Promise<readonly Figure[]> {
  const large = options.history ?? LARGE;
  const small = await measureAt(options, SMALL);
  const big = await measureAt(options, large);
  const row = (name: string, pick: (sample: Sample) => number): readonly Figure[] => [
    {
      name: `${name}, ${SMALL.toLocaleString('en')} mentions`,
      value: median(small.ticks.map(pick)),
      unit: 'ms',
    },
    {
      name: `${name}, ${large.toLocaleString('en')} mentions`,
      value: median(big.ticks.map(pick)),
      unit: 'ms',
    },
  ];
  const whole = ({ resolveMs, writeMs, rollUpMs, evaluateMs }: Sample) =>
    resolveMs + writeMs + rollUpMs + evaluateMs;
  return [
    ...row('look-ups', ({ resolveMs }) => resolveMs),
    ...row('write', ({ writeMs }) => writeMs),
    ...row('roll-up', ({ rollUpMs }) => rollUpMs),
    ...row('evaluation', ({ evaluateMs }) => evaluateMs),
    ...row('CPU of a tick', ({ cpuMs }) => cpuMs),
    ...row('tick', whole),
    {
      name: 'tick, large against small',
      value: median(big.ticks.map(whole)) / median(small.ticks.map(whole)),
      unit: 'x',
      limit: 2,
    },
    { name: 'start-up, small', value: small.readySeconds, unit: 's' },
    { name: 'start-up, large', value: big.readySeconds, unit: 's', limit: 10 },
  ];
}

interface Sample extends Omit<TickTimes, 'touched'> {
  readonly evaluateMs: number;
}

async function measureAt(
  options: BenchOptions,
  mentions: number,
): Promise<{ readonly ticks: readonly Sample[]; readonly readySeconds: number }> {
  const dataDir = join(options.folder, `history-${String(mentions)}`);
  options.tell(`Seeding ${String(mentions)} mentions …`);
  await seedHistory({ dataDir, mentions, now: Date.now() });
  const service = await startService({ ...options, dataDir });
  await service.stop();
  options.tell('Measuring ticks …');
  return { ticks: await measureTicks(dataDir, options), readySeconds: service.readySeconds };
}

async function measureTicks(dataDir: string, { companies, seed }: BenchOptions): Promise<readonly Sample[]> {
  const understanding = await loadUnderstanding();
  const store = await openStore({ path: dataPaths(dataDir).store, world: 'live', clock: systemClock });
  const history = createHistoryCache(store);
  const engine = createAlertEngine({
    rules: DEFAULT_RULES,
    history,
    store: createAlertStoreCache(store),
    describeSeries: (series) => describeSeries(understanding.linker, series),
    tellEvidence: understanding.tellEvidence,
    model: () => understanding.classifier.model,
  });
  await engine.evaluateAt(Date.now());
  const samples: Sample[] = [];
  const stories = createStoryAssigner(store);
  // A later run on the same folder brings new documents, too.
  let first = Date.now() % 1_000_000_000;
  for (let tick = 0; tick < TICKS; tick += 1) {
    const scored = await scoredMessages(understanding, companies, { first, count: DOCUMENTS_A_TICK, seed });
    const messages = scored.map((message, n) => ({ sequence: first + n, message }));
    first += DOCUMENTS_A_TICK;
    const { touched, ...times } = await timeTick(store, { understanding, stories }, messages);
    const began = systemClock.monotonic();
    history.touch(touched);
    await engine.evaluateAt(Date.now());
    if (tick >= WARM_UP_TICKS) samples.push({ ...times, evaluateMs: systemClock.monotonic() - began });
  }
  await store.close();
  await understanding.close();
  return samples;
}

function median(samples: readonly number[]): number {
  return percentiles(samples)?.p50 ?? Number.NaN;
}
