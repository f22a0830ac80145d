import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { Key } from 'lmdb';
import type { LogSnapshot } from '../core/log.js';
import {
  openEnvironment,
  writeTogether,
  type LogEnvironment,
  type StoredChange,
} from './lmdb-environment.js';
import { translateWriteError } from './log-errors.js';
import type { LogState } from './log-state.js';

const REMOVED_A_STEP = 5_000;

export interface SnapshotOptions {
  readonly environment: LogEnvironment;
  readonly state: LogState;
  readonly onRelease: () => void;
}

/**
 * The log as of now, without holding up anybody: records never change their offset, so the small state of this moment says
 * which of them belong to it. The file is copied later, with all that came meanwhile, and the copy is taken back to that state.
 *
 * To be called between two transactions. Until `release` the log must not be trimmed: records of the snapshot would be
 * missing from the copy.
 */
export function snapshotLog({ environment, state, onRelease }: SnapshotOptions): LogSnapshot {
  const then = copyState(state);
  let released = false;
  return {
    sizeBytes: async () => (await stat(environment.file)).size,
    copyTo: (folder) => copyLog(environment, then, folder),
    release() {
      if (!released) onRelease();
      released = true;
    },
  };
}

function copyState({ topics, committed, cursors }: LogState): LogState {
  return {
    topics: new Map(topics),
    committed: new Map([...committed].map(([topic, groups]) => [topic, new Map(groups)])),
    cursors: new Map(cursors),
  };
}

/** The folder must not exist yet; what is written in it is on disk when this resolves. */
async function copyLog(environment: LogEnvironment, then: LogState, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'log.mdb');
  try {
    await environment.root.backup(file, true);
  } catch (error) {
    throw await translateWriteError(folder, error);
  }
  const copy = await openEnvironment(folder);
  try {
    await takeBack(copy, then);
  } finally {
    await copy.root.close();
    // It is of the process that had the copy open.
    await rm(`${file}-lock`, { force: true });
  }
}

async function takeBack(copy: LogEnvironment, then: LogState): Promise<void> {
  const changes: StoredChange[] = [];
  for (const { key, value } of copy.state.getRange()) {
    const [kind, topic] = key as readonly unknown[];
    changes.push({ kind: 'state', key, value: null });
    if (kind !== 'topic' || typeof topic !== 'string') continue;
    const { end } = value as { readonly end: number };
    await removeRecords(copy, topic, { from: then.topics.get(topic)?.end ?? 0, to: end });
  }
  await writeTogether(copy, [...changes, ...storedState(then)]);
}

async function removeRecords(
  copy: LogEnvironment,
  topic: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  for (let first = from; first < to; first += REMOVED_A_STEP) {
    const count = Math.min(REMOVED_A_STEP, to - first);
    const gone = Array.from({ length: count }, (_, index): StoredChange => ({
      kind: 'record',
      key: [topic, 0, first + index],
      value: null,
    }));
    await writeTogether(copy, gone);
  }
}

function storedState({ topics, committed, cursors }: LogState): readonly StoredChange[] {
  const state = (key: Key, value: unknown): StoredChange => ({ kind: 'state', key, value });
  return [
    ...[...topics].map(([name, value]) => state(['topic', name], value)),
    ...[...committed].flatMap(([topic, groups]) =>
      [...groups].map(([group, next]) => state(['group', topic, group], next)),
    ),
    ...[...cursors].map(([name, value]) => state(['cursor', name], value)),
  ];
}
