import { setTimeout as pause } from 'node:timers/promises';

import { FAILPOINTS, type Failpoint } from '../../pipeline/core/failpoint.js';
import type { KafkaParts } from '../support/kafka-parts.js';
import type { Installation } from './installation.js';
import { createRandom, type Random } from './random.js';
import { trace, underTraffic, type Traffic, type TrafficOptions, type TrafficReport } from './traffic-run.js';

export interface KillRunOptions extends TrafficOptions {
  readonly kills: number;
}

/** Processes that ended by SIGKILL under traffic, how many of them at which failpoint, and what was done to the parts. */
export interface Kills {
  readonly kills: number;
  readonly failpoints: Readonly<Record<string, number>>;
  readonly otherFaults: number;
}

/**
 * Kills the service again and again under traffic, at any moment and at each failpoint; in Kafka mode broker and store are
 * killed, frozen and disturbed as well.
 */
export async function runKills(options: KillRunOptions): Promise<TrafficReport & { result: Kills }> {
  const random = createRandom(options.seed);
  return underTraffic(options, (traffic) => killAgainAndAgain(traffic, options.kills, random));
}

async function killAgainAndAgain(
  { installation, driver, parts }: Traffic,
  kills: number,
  random: Random,
): Promise<Kills> {
  let otherFaults = 0;
  const failpoints: Record<string, number> = {};
  let armed: Failpoint | null = null;
  for (let turn = 0; turn < kills; turn += 1) {
    if (parts !== null && random() < 0.3) {
      trace('disturbing', driver);
      await disturb(parts, random);
      otherFaults += 1;
    }
    trace(`end of life ${turn} (${String(armed)})`, driver);
    const at = await killOnce(installation, random, armed);
    if (at !== null) failpoints[at] = (failpoints[at] ?? 0) + 1;
    const next = turn === kills - 1 ? undefined : failpointOf(turn + 1, random);
    armed = next?.name ?? null;
    await installation.start(next);
    trace('started', driver);
  }
  return { kills, failpoints, otherFaults };
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

async function disturb({ broker, facade }: KafkaParts, random: Random): Promise<void> {
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
