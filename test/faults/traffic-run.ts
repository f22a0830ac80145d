import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { startKafkaParts, type KafkaParts } from '../support/kafka-parts.js';
import { runCommand } from '../support/service.js';
import { check, type Violations } from './checker.js';
import { startDriver, type Driver } from './driver.js';
import { createInstallation, type Installation } from './installation.js';
import { createRandom } from './random.js';

export interface TrafficOptions {
  readonly mode: 'embedded' | 'kafka';
  readonly seed: number;
}

/** A service under traffic, and what it stands on; `parts` is null in embedded mode. */
export interface Traffic {
  readonly installation: Installation;
  readonly driver: Driver;
  readonly parts: KafkaParts | null;
}

/** What a run came to; `violations` is empty when nothing was lost and nothing counted twice. */
export interface TrafficReport {
  readonly mode: string;
  readonly seed: number;
  readonly acknowledged: number;
  readonly documents: number;
  readonly repeats: number;
  readonly unanswered: number;
  readonly books: Readonly<Record<string, number>>;
  readonly recoverySeconds: { readonly median: number; readonly max: number };
  readonly seconds: number;
  readonly violations: Violations;
}

const TROUBLED = 'Boeing';
/** Characters of the log that a failed run shows. */
const LAST_WORDS = 4_000;

/** Does its work on a service that is sent documents all the while, and then compares all that was acknowledged with what is stored. */
export async function underTraffic<T>(
  { mode, seed }: TrafficOptions,
  work: (traffic: Traffic) => Promise<T>,
): Promise<TrafficReport & { readonly result: T }> {
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-faults-'));
  const parts = mode === 'kafka' ? await startKafkaParts(folder) : null;
  const installation = await createInstallation(folder, toYaml(parts?.config ?? {}));
  try {
    await installation.start();
    const driver = startDriver({
      url: () => installation.url,
      random: createRandom(seed + 1),
      historyFile: join(folder, 'history.jsonl'),
      troubled: TROUBLED,
    });
    const result = await work({ installation, driver, parts });
    trace('stopping', driver);
    driver.stop();
    await driver.done;
    trace('settling', driver);
    const books = await settle(installation);
    await installation.stop();
    const { dataDir } = installation;
    const violations = await check({
      place: parts === null ? { path: join(dataDir, 'store') } : { server: parts.facade.server },
      outbox: join(dataDir, 'outbox'),
      expected: driver.expected,
      acknowledged: driver.acknowledged,
    });
    return {
      mode,
      seed,
      result,
      acknowledged: driver.acknowledged,
      documents: driver.expected.size,
      repeats: driver.repeated,
      unanswered: driver.unanswered,
      books,
      recoverySeconds: spread(installation.starts),
      seconds: (performance.now() - began) / 1_000,
      violations: [...bookViolations(books), ...violations],
    };
  } catch (error) {
    const words = installation.words().slice(-LAST_WORDS);
    throw new Error(`A fault run ended early. What the service said last:\n${words}`, { cause: error });
  } finally {
    await installation.kill();
    await parts?.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** FAULT_TRACE=1 shows how a run goes on. */
export function trace(step: string, { acknowledged, unanswered }: Driver): void {
  if (process.env['FAULT_TRACE'] === undefined) return;
  console.info(new Date().toISOString(), step, acknowledged, unanswered);
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

function toYaml(config: Readonly<Record<string, unknown>>): string {
  return Object.entries(config)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('');
}
