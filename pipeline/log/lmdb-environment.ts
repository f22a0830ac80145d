import { access, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type Database, type Key, type RootDatabase } from 'lmdb';
import { ConfigError } from '../core/errors.js';
import { checkLogFile } from './check-log-file.js';
import { logDamaged } from './log-errors.js';

const FORMAT = 1;

/** The open file: records by [topic, partition, offset], and the small state that is kept in memory too. */
export interface LogEnvironment {
  readonly file: string;
  readonly root: RootDatabase<Buffer>;
  readonly records: Database<Buffer>;
  readonly state: Database;
  /** The file was shorter than it says: read everything before trusting it. */
  readonly suspect: boolean;
}

export type StoredChange =
  | { readonly kind: 'record'; readonly key: Key; readonly value: Buffer | null }
  | { readonly kind: 'state'; readonly key: Key; readonly value: unknown };

/**
 * Opens or creates `log.mdb` in the folder, readable by its owner only.
 *
 * A file `format` beside it is written once the log exists: a log that has gone missing is told from one that
 * never was. Throws `log_damaged` or `log_format_newer`.
 */
export async function openEnvironment(folder: string): Promise<LogEnvironment> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'log.mdb');
  const marker = join(folder, 'format');
  const known = await readFormat(marker);
  const found = await checkLogFile(file);
  if (known && found === 'missing')
    throw logDamaged(file, 'it is missing or empty, though a log was kept here');
  // Left by a rewriting that was cut off.
  for (const name of [`${file}.new`, `${file}.new-lock`]) await rm(name, { force: true });
  const environment = { ...openDatabases(file), file, suspect: found === 'short' };
  await chmod(file, 0o600);
  if (!known) await writeFile(marker, `${FORMAT}\n`, { mode: 0o600, flush: true });
  return environment;
}

/** Makes all changes in one transaction; resolves when it is on disk. */
export async function writeTogether(
  environment: LogEnvironment,
  changes: readonly StoredChange[],
): Promise<void> {
  const { records, state } = environment;
  await records.batch(() => {
    for (const change of changes) {
      if (change.kind === 'state' && change.value === null) void state.remove(change.key);
      else if (change.kind === 'state') void state.put(change.key, change.value);
      else if (change.value === null) void records.remove(change.key);
      else void records.put(change.key, change.value);
    }
  });
}

async function readFormat(marker: string): Promise<boolean> {
  try {
    await access(marker);
  } catch {
    return false; // No log was ever completed here.
  }
  const format = Number(await readFile(marker, 'utf8'));
  if (format > FORMAT) {
    throw new ConfigError(
      'log_format_newer',
      `The log beside ${marker} has format ${format}; this version of Bellwether reads up to ${FORMAT}. Start the newer version, or give another folder with --data.`,
    );
  }
  return true;
}

export function openDatabases(file: string): Pick<LogEnvironment, 'root' | 'records' | 'state'> {
  try {
    const root = open<Buffer>({
      path: file,
      maxDbs: 4,
      encoding: 'binary',
      // A transaction is on disk when it resolves, and a failed one rejects exactly the promise we hold.
      overlappingSync: false,
      eventTurnBatching: false,
      // Maps what is read, piece by piece: the whole file mapped counts as memory of ours, as large as the log.
      remapChunks: true,
    });
    return {
      root,
      records: root.openDB<Buffer, Key>({ name: 'records', encoding: 'binary' }),
      state: root.openDB({ name: 'state', encoding: 'json' }),
    };
  } catch (error) {
    throw logDamaged(file, error instanceof Error ? error.message : String(error), error);
  }
}
