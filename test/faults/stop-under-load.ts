import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { systemClock } from '../../pipeline/core/clock.js';
import { openLmdbLog } from '../../pipeline/log/lmdb-log.js';
import { openStore } from '../../pipeline/storage/open-store.js';
import { check, type Violations } from './checker.js';
import { startDriver } from './driver.js';
import { createInstallation } from './installation.js';
import { createRandom } from './random.js';

export interface StopReport {
  readonly seed: number;
  readonly stops: number;
  readonly acknowledged: number;
  /** From SIGTERM to the end of the process, the longest. */
  readonly slowestSeconds: number;
  readonly violations: Violations;
}

const LIMIT_SECONDS = 25;

/**
 * Ends the service with SIGTERM again and again under traffic (fault 24): each time with exit code 0, within 25 s, and so
 * that the next start reads no message a second time.
 */
export async function runStops({
  stops,
  seed,
}: {
  readonly stops: number;
  readonly seed: number;
}): Promise<StopReport> {
  const random = createRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-stops-'));
  const installation = await createInstallation(folder);
  const violations: string[] = [];
  let slowestSeconds = 0;
  try {
    await installation.start();
    const driver = startDriver({
      url: () => installation.url,
      random: createRandom(seed + 1),
      historyFile: join(folder, 'history.jsonl'),
      troubled: 'Boeing',
    });
    for (let turn = 1; turn <= stops; turn += 1) {
      await pause(300 + random() * 500);
      if (turn === stops) {
        driver.stop();
        await driver.done;
        await pause(2_000); // Detection comes every second: the trouble is told by then.
      }
      const began = performance.now();
      const code = await installation.stop();
      const seconds = (performance.now() - began) / 1_000;
      slowestSeconds = Math.max(slowestSeconds, seconds);
      if (code !== 0) violations.push(`stop ${turn} ended with ${String(code)}: ${installation.words()}`);
      if (seconds > LIMIT_SECONDS) violations.push(`stop ${turn} took ${seconds.toFixed(1)} s`);
      const again = await countAgain(installation.dataDir);
      if (again !== 0) violations.push(`after stop ${turn}, ${again} messages would be read a second time`);
      if (turn < stops) await installation.start();
    }
    const { acknowledged, expected } = driver;
    const { dataDir } = installation;
    const place = { path: join(dataDir, 'store') };
    const wrong = await check({ place, outbox: join(dataDir, 'outbox'), expected, acknowledged });
    return { seed, stops, acknowledged, slowestSeconds, violations: [...violations, ...wrong] };
  } finally {
    await installation.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Messages that a stopped installation has worked on and not committed. UNDERSTAND makes one scored message of each raw
 * one, and the monitor one receipt; so what is made beyond the committed position would be made again.
 */
async function countAgain(dataDir: string): Promise<number> {
  const log = await openLmdbLog({ path: join(dataDir, 'log'), clock: systemClock });
  const store = await openStore({ path: join(dataDir, 'store'), world: 'live', clock: systemClock });
  try {
    const offset = ([position]: readonly { readonly offset: number }[]) => position?.offset ?? 0;
    const scored = offset(await log.endPositions('documents.scored'));
    const understood = offset(await log.committedPositions('documents.raw', 'understand'));
    const monitored = offset(await log.committedPositions('documents.scored', 'monitor'));
    const { storedReceipts, duplicates, deadLettered, dropped } = await store.counts();
    return scored - understood + (storedReceipts + duplicates + deadLettered + dropped - monitored);
  } finally {
    await store.close();
    await log.close();
  }
}
