import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

import { expect, it } from 'vitest';

import type { LogPosition } from '../../pipeline/core/document.js';
import { BellwetherError } from '../../pipeline/core/errors.js';
import { RAW_TOPIC, type DurableLog, type LogMessage, type LogReader } from '../../pipeline/core/log.js';
import { startKafkaBroker } from '../support/kafka-broker.js';
import { kafkaLogOptions, openKafkaLog } from '../support/kafka-mock.js';
import { chooseSeed, createRandom } from './random.js';

/*
 * Fault 11, by hand: six readers of one group come and go every three seconds. `npm run test:faults -- storm`;
 * FAULT_SECONDS=300, FAULT_SEED=…, FAULT_REPORT=FILE.
 */
const SECONDS = Number(process.env['FAULT_SECONDS'] ?? 300);
const MEMBERS = 6;
const PARTITIONS = 12;
const CHANGE_MS = 3_000;
const APPEND_MS = 50;
const UNOWNED_LIMIT_MS = 30_000;
const GROUP = 'storm';

it('reads everything, never goes back and leaves no partition alone while readers come and go', async () => {
  const random = createRandom(chooseSeed('storm'));
  const broker = await startKafkaBroker();
  const log = await openKafkaLog(kafkaLogOptions(broker.brokers, { partitions: PARTITIONS }));
  const seen = new Map<string, number>();
  const written: string[] = [];
  const lastRead = new Map<number, number>();
  const violations: string[] = [];
  let longestMs = 0;
  const note = (messages: readonly LogMessage[]) => {
    const now = performance.now();
    for (const { partition, offset } of messages) {
      longestMs = Math.max(longestMs, now - (lastRead.get(partition) ?? now));
      lastRead.set(partition, now);
      const place = placeOf({ partition, offset });
      seen.set(place, (seen.get(place) ?? 0) + 1);
    }
  };

  let running = true;
  const writing = (async () => {
    while (running) {
      written.push(...(await log.append(RAW_TOPIC, someRecords(random))).map(placeOf));
      await pause(APPEND_MS);
    }
  })();
  const looking = (async () => {
    const before = new Map<number, number>();
    while (running) {
      for (const { partition, offset } of await log.committedPositions(RAW_TOPIC, GROUP)) {
        const last = before.get(partition) ?? 0;
        if (offset < last)
          violations.push(`partition ${partition} was committed back from ${last} to ${offset}`);
        before.set(partition, offset);
      }
      await pause(1_000);
    }
  })();
  const members = new Map<number, Member>();
  let changes = 0;
  const began = performance.now();
  while (performance.now() - began < SECONDS * 1_000) {
    const slot = Math.floor(random() * MEMBERS);
    const member = members.get(slot);
    // One stays, so that what is unowned is so because of the changes.
    if (member === undefined) members.set(slot, join(log, note));
    else if (members.size > 1) {
      members.delete(slot);
      await member.leave();
    }
    changes += 1;
    await pause(CHANGE_MS);
  }
  running = false;
  await Promise.all([writing, looking]);
  const missing = () => written.filter((place) => !seen.has(place)).length;
  for (let waited = 0; missing() > 0 && waited < 60; waited += 1) await pause(500);
  await Promise.all([...members.values()].map((member) => member.leave()));
  await log.close();
  await broker.dispose();

  const again = [...seen.values()].filter((times) => times > 1).length;
  const report = { seconds: SECONDS, changes, written: written.length, missing: missing(), again, longestMs };
  console.info(JSON.stringify(report));
  const file = process.env['FAULT_REPORT'];
  if (file !== undefined) await writeFile(file, `${JSON.stringify(report)}\n`, { flag: 'a' });
  expect(violations).toEqual([]);
  expect(report.missing).toBe(0);
  expect(longestMs).toBeLessThan(UNOWNED_LIMIT_MS);
});

interface Member {
  leave(): Promise<void>;
}

/** A reader that takes part until it leaves; it commits what it has noted. */
function join(log: DurableLog, note: (messages: readonly LogMessage[]) => void): Member {
  let stopped = false;
  const run = async () => {
    const reader: LogReader = await log.openReader(RAW_TOPIC, GROUP);
    while (!stopped) {
      const messages = await reader.pull({ maxMessages: 100, maxBytes: 1_000_000, waitMs: 200 });
      if (messages.length === 0) continue;
      note(messages);
      await commit(reader, following(messages));
    }
    await reader.close();
  };
  const done = run();
  return {
    leave: async () => {
      stopped = true;
      await done;
    },
  };
}

/** As the service does it: what cannot be said during a change is said again. */
async function commit(reader: LogReader, next: readonly LogPosition[]): Promise<void> {
  for (;;) {
    try {
      await reader.commit(next);
      return;
    } catch (error) {
      if (!(error instanceof BellwetherError) || !error.retriable) throw error;
      await pause(100);
    }
  }
}

function following(messages: readonly LogMessage[]): readonly LogPosition[] {
  const next = new Map(messages.map(({ partition, offset }) => [partition, offset + 1]));
  return [...next].map(([partition, offset]) => ({ partition, offset }));
}

function someRecords(random: () => number) {
  return Array.from({ length: 10 }, () => ({
    key: `k${Math.floor(random() * 1_000)}`,
    value: Buffer.alloc(200),
  }));
}

function placeOf({ partition, offset }: LogPosition): string {
  return `${partition}/${offset}`;
}
