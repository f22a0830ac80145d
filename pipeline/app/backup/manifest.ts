import { createHash } from 'node:crypto';
import { posix } from 'node:path';

import { z } from 'zod';

import { WORLDS } from '../../core/document.js';
import { BellwetherError, ConfigError } from '../../core/errors.js';

export const MANIFEST = 'manifest.json';
/** The data folder within a backup. */
export const DATA = 'data';
const FORMAT = 1;

/** Below the folder of the backup and never out of it, whoever wrote the manifest. */
const path = z.string().min(1).max(4_096).refine(isInside);
const file = z.strictObject({ path, bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const link = z
  .strictObject({ path, target: z.string().min(1).max(4_096) })
  .refine(({ path: from, target }) => isInside(posix.join(posix.dirname(from), target)));
const manifest = z.strictObject({
  format: z.literal(FORMAT),
  release: z.string(),
  schemaVersion: z.int().min(1),
  world: z.enum(WORLDS),
  createdAt: z.iso.datetime(),
  files: z.array(file).readonly(),
  links: z.array(link).readonly(),
});

/** What a backup holds, of which release, world and time; paths are relative to its folder. */
export type Manifest = Readonly<z.infer<typeof manifest>>;
export type BackupFile = Manifest['files'][number];
export type BackupLink = Manifest['links'][number];

/** The text of the file, with a digest of itself. */
export function toManifestText(content: Omit<Manifest, 'format'>): string {
  const backup: Manifest = { format: FORMAT, ...content };
  return `${JSON.stringify({ sha256: digest(backup), backup }, null, 1)}\n`;
}

/**
 * Reads the text back. Throws ConfigError `backup_newer` when this release cannot know what a newer one wrote, and
 * `backup_damaged` for anything that is not as it was written.
 */
export function parseManifest(
  text: string,
  folder: string,
  own: { readonly release: string; readonly schemaVersion: number },
): Manifest {
  const { sha256, backup } = parseObject(text, folder);
  const { format, schemaVersion, release } = (backup ?? {}) as Record<string, unknown>;
  if (sha256 !== digest(backup)) throw damaged(folder, `${MANIFEST} is not what was written`);
  const newer =
    (typeof format === 'number' && format > FORMAT) ||
    (typeof schemaVersion === 'number' && schemaVersion > own.schemaVersion);
  if (newer) {
    throw new ConfigError(
      'backup_newer',
      `The backup ${folder} was made by Bellwether ${String(release)} (format ${String(format)}, schema ${String(schemaVersion)}); ` +
        `this is ${own.release} and knows format ${FORMAT} and schema ${own.schemaVersion}. Restore it with that release or a newer one.`,
    );
  }
  const result = manifest.safeParse(backup);
  if (!result.success) throw damaged(folder, `${MANIFEST}: ${z.prettifyError(result.error)}`);
  return result.data;
}

export function damaged(folder: string, detail: string): BellwetherError {
  return new BellwetherError(
    'backup_damaged',
    `The backup ${folder} is damaged: ${detail}. Nothing was restored from it; use another backup.`,
  );
}

function parseObject(text: string, folder: string): { readonly sha256?: unknown; readonly backup?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw damaged(folder, `${MANIFEST} is cut off or not JSON`);
}

function digest(backup: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([backup]))
    .digest('hex');
}

function isInside(relative: string): boolean {
  return (
    posix.normalize(relative) === relative && !posix.isAbsolute(relative) && !/^\.\.(\/|$)/.test(relative)
  );
}
