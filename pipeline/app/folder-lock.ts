import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import type { Clock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';

export interface Holder {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process; null where the system does not tell. Tells a process from a later one with its pid. */
  readonly startTicks: number | null;
  /** Where the pid means that process; see `shared-lock.ts`. */
  readonly place?: string;
}

const MAX_TRIES = 200;
const RETRY_MS = 5;

/**
 * Takes the lock file for this process, or throws ConfigError `data_folder_in_use`.
 *
 * A lock whose process has ended (also by `kill -9`) is taken over at once. Resolves to the release.
 */
export async function takeFolderLock(
  file: string,
  folder: string,
  clock: Clock,
): Promise<() => Promise<void>> {
  const own: Holder = { pid: process.pid, startTicks: startTicksOf(process.pid) };
  const draft = `${file}.${randomUUID()}.new`;
  await writeFile(draft, JSON.stringify(own), { mode: 0o600, flush: true });
  try {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      if (await tryLink(draft, file)) return () => rm(file, { force: true });
      const pid = await lockHolder(file);
      if (pid !== null) throw inUse(folder, pid);
      await removeStale(file, draft);
      await clock.sleep(RETRY_MS);
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw new ConfigError(
    'data_folder_in_use',
    `The data folder ${folder} is being taken by other processes; try again.`,
  );
}

/** The pid of the running process that holds the lock, or null. */
export async function lockHolder(file: string): Promise<number | null> {
  const found = await readText(file);
  const holder = found === null ? null : parseHolder(found);
  return holder !== null && isRunning(holder) ? holder.pid : null;
}

function inUse(folder: string, pid: number): ConfigError {
  return new ConfigError(
    'data_folder_in_use',
    `The data folder ${folder} is used by the running service with pid ${pid}. Stop that one, or give this one another folder with --data.`,
  );
}

/** Whether the file is ours now: false where there is one already. */
export async function tryLink(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes the lock when its process has ended. Only whoever holds the file `takeover` may, so that nobody removes
 * the fresh lock of a process that was faster.
 */
async function removeStale(file: string, draft: string): Promise<void> {
  const takeover = `${file}.takeover`;
  if (!(await tryLink(draft, takeover))) {
    // Left behind when its process was killed within the few lines below.
    if ((await lockHolder(takeover)) === null) await rm(takeover, { force: true });
    return;
  }
  try {
    if ((await lockHolder(file)) === null) await rm(file, { force: true });
  } finally {
    await rm(takeover, { force: true });
  }
}

async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Null for a lock file that a power cut left empty or cut. */
export function parseHolder(text: string): Holder | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { pid, startTicks, place } = value as Partial<Record<keyof Holder, unknown>>;
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return null;
    return {
      pid,
      startTicks: typeof startTicks === 'number' ? startTicks : null,
      ...(typeof place === 'string' ? { place } : {}),
    };
  } catch {
    return null;
  }
}

export function isRunning(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const ticks = startTicksOf(holder.pid);
  return ticks === null || holder.startTicks === null || ticks === holder.startTicks;
}

export function startTicksOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything; the 20th field after it is the start time.
    const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return Number.isSafeInteger(ticks) ? ticks : null;
  } catch {
    return null; // No /proc, as on macOS: the pid alone has to do.
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
