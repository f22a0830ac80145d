import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { FAILPOINTS, type Failpoint } from '../../pipeline/core/failpoint.js';
import type { ClickHouseFacade } from '../support/clickhouse-facade.js';
import type { KafkaBroker } from '../support/kafka-broker.js';
import { startKafkaParts } from '../support/kafka-parts.js';
import { runCommand } from '../support/service.js';
import { check, type Violations } from './checker.js';
import { startDriver, type Driver } from './driver.js';
import { createInstallation, type Installation } from './installation.js';
import { createRandom, type Random } from './random.js';

export interface KillRunOptions {
  readonly mode: 'embedded' | 'kafka';
  readonly kills: number;
  readonly seed: number;
  /** Kafka mode: also kill broker and store, freeze them, drop and hang their answers. */
  readonly others: boolean;
}

/** What one run came to; `violations` is empty when nothing was lost and nothing counted twice. */
export interface KillReport {
  readonly mode: string;
  readonly seed: number;
  /** Processes that ended by SIGKILL under traffic, and how many of them at which failpoint. */
  readonly kills: number;
  readonly failpoints: Readonly<Record<string, number>>;
  readonly otherFaults: number;
  readonly acknowledged: number;
  readonly documents: number;
  readonly repeats: number;
  readonly unanswered: number;
  readonly books: Readonly<Record<string, number>>;
  readonly recoverySeconds: { readonly median: number; readonly max: number };
  readonly seconds: number;
  readonly violations: Violations;
}

/** The parts outside of the service, and what can be done to them. */
interface Surroundings {
  readonly config: string;
  readonly place: (dataDir: string) => Parameters<typeof check>[0]['place'];
  readonly disturb: (random: Random) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

const TROUBLED = 'Boeing';

/**
 * Kills the service again and again under traffic, at any moment and at each failpoint, and then compares all that was
 * acknowledged with what is stored.
 */
export async function runKills({ mode, kills, seed, others }: KillRunOptions): Promise<KillReport> {
  const began = performance.now();
  const random = createRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-faults-'));
  const surroundings = mode === 'kafka' ? await startParts(folder) : embedded();
  const installation = await createInstallation(folder, surroundings.config);
  try {
    await installation.start();
    const driver = startDriver({
      url: () => installation.url,
      random: createRandom(seed + 1),
      historyFile: join(folder, 'history.jsonl'),
      troubled: TROUBLED,
    });
    let otherFaults = 0;
    const fired: Record<string, number> = {};
    let armed: Failpoint | null = null;
    for (let turn = 0; turn < kills; turn += 1) {
      if (others && random() < 0.3) {
        trace('disturbing', driver);
        await surroundings.disturb(random);
        otherFaults += 1;
      }
      trace(`end of life ${turn} (${String(armed)})`, driver);
      const at = await killOnce(installation, random, armed);
      if (at !== null) fired[at] = (fired[at] ?? 0) + 1;
      const next = turn === kills - 1 ? undefined : failpointOf(turn + 1, random);
      armed = next?.name ?? null;
      await installation.start(next);
      trace('started', driver);
    }
    trace('stopping', driver);
    driver.stop();
    await driver.done;
    trace('settling', driver);
    const books = await settle(installation);
    await installation.stop();
    const violations = await check({
      place: surroundings.place(installation.dataDir),
      outbox: join(installation.dataDir, 'outbox'),
      expected: driver.expected,
      acknowledged: driver.acknowledged,
    });
    return {
      mode,
      seed,
      kills,
      failpoints: fired,
      otherFaults,
      acknowledged: driver.acknowledged,
      documents: driver.expected.size,
      repeats: driver.repeated,
      unanswered: driver.unanswered,
      books,
      recoverySeconds: spread(installation.starts),
      seconds: (performance.now() - began) / 1_000,
      violations: [...bookViolations(books), ...violations],
    };
  } finally {
    await installation.kill();
    await surroundings.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** FAULT_TRACE=1 shows how a run goes on. */
function trace(step: string, { acknowledged, unanswered }: Driver): void {
  if (process.env['FAULT_TRACE'] === undefined) return;
  console.info(new Date().toISOString(), step, acknowledged, unanswered);
}

/** A failpoint for every other life. */
function failpointOf(turn: number, random: Random): { name: Failpoint; time: number } | undefined {
  if (turn % 2 === 0) return undefined;
  const name = FAILPOINTS[Math.floor(turn / 2) % FAILPOINTS.length];
  return name === undefined ? undefined : { name, time: 1 + Math.floor(random() * 4) };
}

/**
 * Ends the present life of the service, at its failpoint or, when it has none or does not pass it in time, at any moment;
 * and begins the next one. Answers the failpoint that ended it.
 */
async function killOnce(
  installation: Installation,
  random: Random,
  armed: Failpoint | null,
): Promise<Failpoint | null> {
  let fired = false;
  if (armed === null) await pause(random() * 600);
  // Rare places, such as a mail, may not be passed in time.
  else fired = await Promise.race([installation.ended().then(() => true), pause(1_500).then(() => false)]);
  await installation.kill();
  return fired ? armed : null;
}

async function settle({ dataDir, configFile }: Installation): Promise<Record<string, number>> {
  const { out, words } = await runCommand(['reconcile', '--json', '--config', configFile, '--data', dataDir]);
  // Detection comes every second: what fired is told by then.
  await pause(3_000);
  if (out === '') throw new Error(`The books could not be asked for: ${words}`);
  return JSON.parse(out) as Record<string, number>;
}

function bookViolations(books: Readonly<Record<string, number>>): Violations {
  const wrong = ['difference', 'rollUpDifferences'].filter((name) => books[name] !== 0);
  return wrong.map((name) => `reconcile says ${name} ${String(books[name])}`);
}

function spread(values: readonly number[]): { median: number; max: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const round = (value: number | undefined) => Math.round((value ?? 0) * 100) / 100;
  return { median: round(sorted[Math.floor(sorted.length / 2)]), max: round(sorted.at(-1)) };
}

function embedded(): Surroundings {
  return {
    config: '',
    place: (dataDir) => ({ path: join(dataDir, 'store') }),
    disturb: () => Promise.resolve(),
    dispose: () => Promise.resolve(),
  };
}

async function startParts(folder: string): Promise<Surroundings> {
  const { broker, facade, config, dispose } = await startKafkaParts(folder);
  return {
    config: Object.entries(config)
      .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
      .join(''),
    place: () => ({ server: facade.server }),
    disturb: (random) => disturb(broker, facade, random),
    dispose,
  };
}

async function disturb(broker: KafkaBroker, facade: ClickHouseFacade, random: Random): Promise<void> {
  const choice = Math.floor(random() * 6);
  switch (choice) {
    case 0:
      await broker.kill();
      await broker.start();
      return;
    case 1:
      broker.freeze();
      await pause(1_000);
      broker.thaw();
      return;
    case 2:
      await facade.kill();
      await facade.restart();
      return;
    default: {
      const mode = (['error', 'drop-after', 'refuse'] as const)[choice - 3] ?? 'error';
      await facade.setFault({ mode, probability: 0.3 });
      await pause(1_500);
      await facade.setFault({ mode: 'none' });
    }
  }
}
