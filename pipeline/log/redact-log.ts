import { chmod, open as openFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { ReplaceRecord } from '../core/log.js';
import type { GroupWriter } from './group-writer.js';
import { openDatabases, type LogEnvironment } from './lmdb-environment.js';
import type { LogState } from './log-state.js';
import { encodeRecord } from './record-format.js';
import type { RecordStore } from './record-store.js';

export interface RedactOptions {
  readonly environment: LogEnvironment;
  readonly state: LogState;
  readonly records: RecordStore;
  readonly writer: GroupWriter;
}

const RECORDS_A_STEP = 500;

/**
 * Replaces the values of records, keeps their places, keys and times, and answers how many those were.
 *
 * Replaced bytes stay in unused pages of the file, and so does what was trimmed: the caller writes the file anew.
 */
export async function redactRecords(options: RedactOptions, replace: ReplaceRecord): Promise<number> {
  let replaced = 0;
  for (const topic of [...options.state.topics.keys()]) {
    let from = options.state.topics.get(topic)?.oldest ?? 0;
    for (;;) {
      const { oldest, end } = options.state.topics.get(topic) ?? { oldest: 0, end: 0 };
      from = Math.max(from, oldest);
      if (from >= end) break;
      const upTo = Math.min(end, from + RECORDS_A_STEP);
      replaced += await redactStep(options, { topic, from, upTo }, replace);
      from = upTo;
      await nextTurn();
    }
  }
  return replaced;
}

interface Step {
  readonly topic: string;
  readonly from: number;
  readonly upTo: number;
}

async function redactStep(
  { records, writer }: RedactOptions,
  { topic, from, upTo }: Step,
  replace: ReplaceRecord,
): Promise<number> {
  const changed: { offset: number; bytes: Buffer; grownBy: number }[] = [];
  for (const { offset, key, value, appendedAtMs, storedBytes } of records.range(topic, from, upTo)) {
    const next = replace(topic, { partition: 0, offset, key, value, appendedAt: appendedAtMs });
    if (next === null) continue;
    const bytes = encodeRecord({ key, value: next }, appendedAtMs);
    changed.push({ offset, bytes, grownBy: bytes.length - storedBytes });
  }
  if (changed.length === 0) return 0;
  await writer.submit({
    addedBytes: 0,
    stage: (changes) => {
      const now = changes.topic(topic);
      // What was trimmed meanwhile must not come back.
      const there = changed.filter(({ offset }) => offset >= now.oldest);
      for (const { offset, bytes } of there) changes.putRecord(topic, offset, bytes);
      const grownBy = there.reduce((sum, item) => sum + item.grownBy, 0);
      changes.setTopic(topic, { ...now, bytes: now.bytes + grownBy });
    },
  });
  return changed.length;
}

/** Where the new file is written before it takes the place of the old one. */
export function draftOf(file: string): string {
  return `${file}.new`;
}

/**
 * Writes everything that is stored into a new file, which then takes the place of the old one: nothing that was ever
 * replaced or deleted is in it. To be called while nothing else is written; reading goes on. Needs room for the log once more.
 * When it fails, old or new file is in place and in use; it may be called again.
 */
export async function rewriteFile(
  environment: LogEnvironment,
  sync: (folder: string) => Promise<void> = syncFolder,
): Promise<void> {
  const draft = draftOf(environment.file);
  for (const name of [draft, `${draft}-lock`]) await rm(name, { force: true });
  const next = openDatabases(draft);
  try {
    await chmod(draft, 0o600);
    await copyEntries(environment.records.getRange(), (entries) =>
      next.records.batch(() => {
        for (const { key, value } of entries) void next.records.put(key, value);
      }),
    );
    await copyEntries(environment.state.getRange(), (entries) =>
      next.state.batch(() => {
        for (const { key, value } of entries) void next.state.put(key, value);
      }),
    );
    await next.root.flushed;
    await rename(draft, environment.file);
  } catch (error) {
    await next.root.close();
    await rm(draft, { force: true });
    throw error;
  }
  // At once: what is written from now on must not go into a file that has no name any more, whatever fails below.
  const old = environment.root;
  Object.assign(environment, next);
  await old.close();
  await sync(dirname(environment.file));
}

async function copyEntries<Entry>(
  entries: Iterable<Entry>,
  write: (some: readonly Entry[]) => Promise<unknown>,
): Promise<void> {
  let some: Entry[] = [];
  for (const entry of entries) {
    some.push(entry);
    if (some.length < RECORDS_A_STEP) continue;
    await write(some);
    some = [];
  }
  if (some.length > 0) await write(some);
}

async function syncFolder(folder: string): Promise<void> {
  const opened = await openFile(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
