import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { systemClock } from '../../core/clock.js';
import { ConfigError } from '../../core/errors.js';
import { trySharedLock, type SharedLock } from '../shared-lock.js';
import { sha256Of, writeWhole } from './candidate-files.js';

/** One step in the life of a model. */
export interface AuditStep {
  /** `mended`: a line that was written by halves was cut off; what there was of it stands in the details. */
  readonly step: 'trained' | 'compared' | 'approved' | 'rolled_back' | 'mended';
  readonly by: string;
  /** The account of the operating system that ran the command: `by` is what that person says. */
  readonly account: string;
  readonly at: string;
  /** SHA-256 of the weights that the step is about; null for the model of the package. */
  readonly model: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Adds a step to the record that is held; see `appendAudit`. */
export type AppendStep = (step: AuditStep) => Promise<void>;

/** A command holds the record for as long as it takes to write a few lines; longer than a dead one in another container counts. */
const PATIENCE_MS = 15_000;
const RETRY_MS = 50;

/**
 * Appends a line that holds the hash of the line before, so that what was written cannot be changed unseen; durable when it
 * resolves. Waits while another command holds the record, and throws ConfigError `audit_in_use` after 15 seconds.
 *
 * A line that an earlier command could not finish (it was killed, or the disk was full) never counted: it is cut off, and a
 * step of its own says so.
 */
export function appendAudit(path: string, step: AuditStep): Promise<void> {
  return holdAudit(path, (append) => append(step));
}

/** Runs `work` while no other command writes the record, or what is decided together with it. */
export async function holdAudit<T>(path: string, work: (append: AppendStep) => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lock = await takeLock(path);
  try {
    return await work(async (step) => {
      if (!(await lock.isHeld())) throw inUse(path);
      await appendHeld(path, step);
    });
  } finally {
    await lock.release();
  }
}

/** Throws ConfigError `audit_broken` when a line was changed, taken out or put in. */
export async function readAudit(path: string): Promise<readonly AuditStep[]> {
  const { lines } = await readLines(path);
  checkChain(lines, path);
  return lines.map((line) => JSON.parse(line) as AuditStep);
}

/** The name of the file keeps it out of backups, as that of the data folder. */
async function takeLock(path: string): Promise<SharedLock> {
  const file = join(dirname(path), 'lock');
  const until = systemClock.monotonic() + PATIENCE_MS;
  for (;;) {
    const lock = await trySharedLock(file, systemClock);
    if (lock !== null) return lock;
    if (systemClock.monotonic() >= until) throw inUse(path);
    await systemClock.sleep(RETRY_MS);
  }
}

function inUse(path: string): ConfigError {
  return new ConfigError(
    'audit_in_use',
    `Another command writes ${path} and does not end; nothing was changed. Try again when it has.`,
  );
}

async function appendHeld(path: string, step: AuditStep): Promise<void> {
  const { lines, torn } = await readLines(path);
  checkChain(lines, path);
  const before = lines.at(-1) ?? null;
  if (torn === '') {
    await appendLine(path, chained(step, before));
    return;
  }
  const { by, account, at } = step;
  const mended = chained({ step: 'mended', by, account, at, model: null, details: { cut: torn } }, before);
  await writeWhole(path, [...lines, mended, chained(step, mended), ''].join('\n'));
}

function chained(step: AuditStep, before: string | null): string {
  return JSON.stringify({ ...step, previous: before === null ? null : sha256Of(before) });
}

async function appendLine(path: string, line: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    // Unlike `write` it fails where only a part finds room.
    await file.appendFile(`${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

interface AuditLines {
  readonly lines: readonly string[];
  /** What stands behind the last end of a line: its writer did not come to the end, or is still at it. */
  readonly torn: string;
}

async function readLines(path: string): Promise<AuditLines> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    throw new ConfigError('audit_unreadable', `The record of approvals, ${path}, cannot be read.`, { cause });
  });
  const end = text.lastIndexOf('\n') + 1;
  return {
    lines: text
      .slice(0, end)
      .split('\n')
      .filter((line) => line !== ''),
    torn: text.slice(end),
  };
}

function checkChain(lines: readonly string[], path: string): void {
  let before: string | null = null;
  for (const [index, line] of lines.entries()) {
    const previous = previousOf(line);
    if (previous === undefined || previous !== before)
      throw new ConfigError(
        'audit_broken',
        `${path}, line ${index + 1}, does not follow from the line before: the record of approvals was changed by hand. Restore it from a backup.`,
      );
    before = sha256Of(line);
  }
}

function previousOf(line: string): unknown {
  try {
    return (JSON.parse(line) as { readonly previous?: unknown }).previous;
  } catch {
    return undefined;
  }
}
