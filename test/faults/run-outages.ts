import { setTimeout as pause } from 'node:timers/promises';

import { metricValue } from '../bench/figures.js';
import type { FacadeFault } from '../support/clickhouse-facade.js';
import type { KafkaParts } from '../support/kafka-parts.js';
import { trace, underTraffic, type Traffic, type TrafficReport } from './traffic-run.js';

/** Long faults of the parts in Kafka mode, by name; each ends with everything as it was. */
export const OUTAGES = {
  /** Fault 2: killed twenty times. */
  'broker-killed': (traffic) =>
    repeat(20, async () => {
      await traffic.parts.broker.kill();
      await traffic.parts.broker.start();
      await pause(3_000);
    }),
  /** Fault 3: no answer for a minute. */
  'broker-frozen': async ({ parts: { broker } }) => {
    broker.freeze();
    await pause(60_000);
    broker.thaw();
  },
  /** Fault 4. */
  'store-down-5s': (traffic) => storeFault(traffic, { mode: 'refuse' }, 5),
  'store-down-60s': (traffic) => storeFault(traffic, { mode: 'refuse' }, 60),
  'store-down-600s': (traffic) => storeFault(traffic, { mode: 'refuse' }, 600),
  /** Fault 5: slow, and then so slow that the client gives up before the insert is done. */
  'store-slow': async (traffic) => {
    await storeFault(traffic, { mode: 'slow', ms: 2_000, statements: 'INSERT' }, 60);
    await storeFault(traffic, { mode: 'slow', ms: 40_000, statements: 'INSERT' }, 180);
  },
} as const satisfies Readonly<Record<string, (traffic: KafkaTraffic) => Promise<void>>>;

export type OutageName = keyof typeof OUTAGES;

export interface Outage {
  readonly name: OutageName;
  /** Documents on their way when the fault ended, and seconds from the end of the traffic until they were no more than before it. */
  readonly backlog: number;
  readonly caughtUpSeconds: number | null;
  /** Changes in who reads what; a slow store must cause none. */
  readonly rebalances: number;
}

interface KafkaTraffic extends Traffic {
  readonly parts: KafkaParts;
}

const CAUGHT_UP_LIMIT_MS = 600_000;
const BEFORE_MS = 5_000;

/** One outage under traffic, with one service in Kafka mode. */
export async function runOutage(
  name: OutageName,
  seed: number,
): Promise<TrafficReport & { readonly result: Outage }> {
  return underTraffic({ mode: 'kafka', seed }, async ({ parts, ...traffic }) => {
    if (parts === null) throw new Error('An outage needs the parts of Kafka mode.');
    const { installation, driver } = traffic;
    const look = async (metric: string) => metricValue(await installation.metrics(), metric);
    await pause(BEFORE_MS);
    const usual = await look('bellwether_lag_documents');
    const rebalances = await look('bellwether_log_rebalances_total');
    trace(name, driver);
    await OUTAGES[name]({ ...traffic, parts });
    trace('over', driver);
    const backlog = await look('bellwether_lag_documents');
    // The driver sends as fast as it is answered: while it does, nothing catches up.
    driver.stop();
    await driver.done;
    const caughtUpSeconds = await caughtUp(() => look('bellwether_lag_documents'), usual + 200);
    return {
      name,
      backlog,
      caughtUpSeconds,
      rebalances: (await look('bellwether_log_rebalances_total')) - rebalances,
    };
  });
}

async function storeFault(
  { parts: { facade } }: KafkaTraffic,
  fault: FacadeFault,
  seconds: number,
): Promise<void> {
  await facade.setFault(fault);
  await pause(seconds * 1_000);
  await facade.setFault({ mode: 'none' });
}

async function caughtUp(lag: () => Promise<number>, enough: number): Promise<number | null> {
  const began = performance.now();
  while (performance.now() - began < CAUGHT_UP_LIMIT_MS) {
    if ((await lag()) <= enough) return (performance.now() - began) / 1_000;
    await pause(500);
  }
  return null;
}

async function repeat(times: number, work: () => Promise<void>): Promise<void> {
  for (let turn = 0; turn < times; turn += 1) await work();
}
