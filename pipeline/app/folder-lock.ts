import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../core/errors.js';

interface Holder {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process; null where the system does not tell. Tells a process from a later one with its pid. */
  readonly startTicks: number | null;
}

const MAX_TRIES = 20;

/**
 * Takes the lock file for this process, or throws ConfigError `data_folder_in_use`.
 *
 * A lock whose process has ended (also by `kill -9`) is taken over at once. Resolves to the release.
 */
export async function takeFolderLock(file: string, folder: string): Promise<() => Promise<void>> {
  const own: Holder = { pid: process.pid, startTicks: startTicksOf(process.pid) };
  const draft = `${file}.${randomUUID()}.new`;
  await writeFile(draft, JSON.stringify(own), { mode: 0o600, flush: true });
  try {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      if (await tryLink(draft, file)) return () => rm(file, { force: true });
      const found = await readText(file);
      if (found === null) continue; // Released meanwhile.
      const holder = parseHolder(found);
      if (holder !== null && isRunning(holder)) throw inUse(folder, holder.pid);
      await removeStale(file, found);
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

async function tryLink(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the stale lock away; puts it back when another process has replaced it in between. */
async function removeStale(file: string, stale: string): Promise<void> {
  const aside = `${file}.${randomUUID()}.stale`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if ((await readText(aside)) !== stale) await tryLink(aside, file);
  await rm(aside, { force: true });
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
function parseHolder(text: string): Holder | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const { pid, startTicks } = value as Partial<Record<keyof Holder, unknown>>;
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return null;
    return { pid, startTicks: typeof startTicks === 'number' ? startTicks : null };
  } catch {
    return null;
  }
}

function isRunning(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const ticks = startTicksOf(holder.pid);
  return ticks === null || holder.startTicks === null || ticks === holder.startTicks;
}

function startTicksOf(pid: number): number | null {
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
