import { statfsSync } from 'node:fs';
import { BellwetherError, RejectedError, UnavailableError } from '../core/errors.js';
import { MAX_RECORD_BYTES } from '../core/log.js';

/** Below this a failed write is put down to the full disk: LMDB reports a write cut short as a plain I/O error. */
const FULL_DISK_BYTES = 16 * 2 ** 20;
/** ENOSPC, EDQUOT, EFBIG and LMDB's own MDB_MAP_FULL. */
const NO_ROOM_CODES: readonly unknown[] = [28, 122, 27, -30792, 'ENOSPC', 'EDQUOT', 'EFBIG'];
/** LMDB could not write its own header: the environment serves no more. */
const MDB_PANIC = -30795;

export function logFull(folder: string, reason: string, cause?: unknown): UnavailableError {
  return new UnavailableError(
    'log_full',
    `The log in ${folder} has no room (${reason}), so nothing of this was stored. ` +
      'Free disk space or allow the log more; work goes on by itself as soon as there is room.',
    { cause, retriable: true },
  );
}

export function recordTooLarge(bytes: number): RejectedError {
  return new RejectedError(
    'message_too_large',
    `A record of ${bytes} bytes is not taken; the log holds records of at most ${MAX_RECORD_BYTES} bytes. Nothing of this was stored.`,
  );
}

export function logDamaged(file: string, detail: string, cause?: unknown): BellwetherError {
  return new BellwetherError(
    'log_damaged',
    `The log file ${file} is damaged or not a log of this service: ${detail}. ` +
      'Restore the data folder from a backup, or move the whole data folder away and start with a new one; nothing was changed.',
    { cause },
  );
}

/**
 * What the disk of the folder still takes; Infinity where the system does not say. Costs microseconds, where a place in the
 * thread pool may have to be waited for.
 */
export function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Infinity; // The write itself will tell.
  }
}

/** What a failed LMDB transaction means. The library hides the reason behind a second promise, `commitError`. */
export async function translateWriteError(folder: string, error: unknown): Promise<Error> {
  const cause = await commitErrorOf(error);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (NO_ROOM_CODES.includes(code)) return logFull(folder, 'the disk is full', cause);
  if (freeBytes(folder) < FULL_DISK_BYTES) return logFull(folder, 'the disk is full', cause);
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UnavailableError(
    'log_write_failed',
    `The log in ${folder} cannot be written: ${reason}. Check the disk and its mount; nothing of this was acknowledged.`,
    { cause, retriable: code !== MDB_PANIC },
  );
}

async function commitErrorOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
