import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { open, rm, stat, type FileHandle } from 'node:fs/promises';

import type { Clock } from '../core/clock.js';
import { isRunning, parseHolder, startTicksOf, tryLink } from './folder-lock.js';

/** A lock that processes on several machines or in several containers share, by a folder that all of them see. */
export interface SharedLock {
  /** False when this process stood still for so long that another one took it for dead. */
  isHeld(): Promise<boolean>;
  /** Leaves alone what somebody else has taken meanwhile. */
  release(): Promise<void>;
}

const BEAT_MS = 1_000;
/** Without a beat for so long a holder that cannot be seen from here is dead. */
export const DEAD_MS = 10_000;

/**
 * Takes the lock file, or resolves to null while somebody holds it; nothing is waited for.
 *
 * A holder writes its file anew every second. One of the same kernel and the same pid namespace is looked for by its pid, so that
 * what `kill -9` left behind is taken over at once; any other is dead when its file is 10 s old. Ages are differences of two times
 * of the file system that has the lock, so that no two clocks have to agree.
 */
export async function trySharedLock(
  file: string,
  clock: Pick<Clock, 'sleep'>,
  place = ownPlace(),
): Promise<SharedLock | null> {
  const draft = `${file}.${randomUUID()}.new`;
  const text = JSON.stringify({ place, pid: process.pid, startTicks: startTicksOf(process.pid) });
  const handle = await open(draft, 'wx', 0o600);
  let held = false;
  try {
    await handle.write(text, 0);
    const { mtimeMs: now } = await handle.stat();
    held = await tryLink(draft, file);
    if (!held && !(await isAlive(file, place, now))) {
      await removeDead(file, draft, (one) => isAlive(one, place, now));
      held = await tryLink(draft, file);
    }
  } finally {
    await rm(draft, { force: true });
    if (!held) await handle.close();
  }
  return held ? holdLock(file, handle, () => handle.write(text, 0), clock) : null;
}

/** Beats go to the file as it was taken, and so never to the lock of somebody else. */
function holdLock(
  file: string,
  handle: FileHandle,
  beat: () => Promise<unknown>,
  clock: Pick<Clock, 'sleep'>,
): SharedLock {
  const released = new AbortController();
  const beating = (async () => {
    for (;;) {
      await clock.sleep(BEAT_MS, released.signal);
      if (released.signal.aborted) return;
      // A full disk: the lock then ages, and `isHeld` says what has become of it.
      await beat().catch(ignoreWriteError);
    }
  })();
  const isHeld = async () => (await inodeOf(file)) === (await handle.stat()).ino;
  return {
    isHeld,
    async release() {
      released.abort();
      await beating;
      if (await isHeld()) await rm(file, { force: true });
      await handle.close();
    },
  };
}

function ignoreWriteError(error: unknown): void {
  if (!(error instanceof Error && 'code' in error)) throw error;
}

async function inodeOf(file: string): Promise<number | null> {
  return (await unlessMissing(stat(file)))?.ino ?? null;
}

/** Only whoever holds the file `takeover` may remove a lock, so that nobody removes the fresh one of who was faster. */
async function removeDead(
  file: string,
  draft: string,
  lives: (file: string) => Promise<boolean>,
): Promise<void> {
  const takeover = `${file}.takeover`;
  if (!(await tryLink(draft, takeover))) {
    if (!(await lives(takeover))) await rm(takeover, { force: true });
    return;
  }
  try {
    if (!(await lives(file))) await rm(file, { force: true });
  } finally {
    await rm(takeover, { force: true });
  }
}

/** `now` and the age of the lock are times of the same file system. */
async function isAlive(file: string, place: string, now: number): Promise<boolean> {
  const handle = await unlessMissing(open(file, 'r'));
  if (handle === null) return false;
  try {
    const holder = parseHolder(await handle.readFile('utf8'));
    if (holder?.place === place) return isRunning(holder);
    return now - (await handle.stat()).mtimeMs < DEAD_MS;
  } finally {
    await handle.close();
  }
}

/** Within it a pid means one process: the boot of a kernel and the pid namespace; where the system does not tell, no two are the same. */
function ownPlace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return randomUUID(); // No /proc, as on macOS: the age alone has to do.
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
