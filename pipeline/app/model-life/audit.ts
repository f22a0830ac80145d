import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { ConfigError } from '../../core/errors.js';
import { sha256Of } from './candidate-files.js';

/** One step in the life of a model. */
export interface AuditStep {
  readonly step: 'trained' | 'compared' | 'approved' | 'rolled_back';
  readonly by: string;
  /** The account of the operating system that ran the command: `by` is what that person says. */
  readonly account: string;
  readonly at: string;
  /** SHA-256 of the weights that the step is about; null for the model of the package. */
  readonly model: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Appends a line that holds the hash of the line before, so that what was written cannot be changed unseen; durable when it resolves. */
export async function appendAudit(path: string, step: AuditStep): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lines = await readLines(path);
  checkChain(lines, path);
  const before = lines.at(-1);
  const line = JSON.stringify({ ...step, previous: before === undefined ? null : sha256Of(before) });
  const file = await open(path, 'a', 0o600);
  try {
    await file.write(`${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Throws ConfigError `audit_broken` when a line was changed, taken out or put in. */
export async function readAudit(path: string): Promise<readonly AuditStep[]> {
  const lines = await readLines(path);
  checkChain(lines, path);
  return lines.map((line) => JSON.parse(line) as AuditStep);
}

async function readLines(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
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
