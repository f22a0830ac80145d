import { readdir, readlink, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';

import type { Clock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import type { SqlSession } from './sql-session.js';

/** A file or a link of an image: where it lies now, and where it belongs below the store's folder. */
export type ImageEntry =
  { readonly path: string; readonly from: string } | { readonly path: string; readonly link: string };

/** The embedded store as of one moment, from which it opens. Its files stay as they are until `release`. */
export interface StoreImage {
  readonly entries: readonly ImageEntry[];
  release(): Promise<void>;
}

/** Without a character that the engine would escape in the name of the folder. */
const NAME = 'bellwether_backup';
const TABLE_FILE = 'format_version.txt';

export interface FrozenStore<T> {
  readonly image: StoreImage;
  readonly then: T;
  readonly heldMs: number;
}

export interface FreezerOptions {
  readonly writer: SqlSession;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly folder: string;
  /** Runs work after all writes that were asked for before, and before all later ones. */
  readonly inOrder: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Freezes every table by hard links, which takes milliseconds and no room, while nothing is written: the tables are
 * frozen one after the other.
 *
 * Parts are never changed once they are written, so that the links hold the moment however the store goes on.
 */
export function createFreezer({ writer, clock, folder, inOrder }: FreezerOptions) {
  let busy = false;
  return async <T>(atThatMoment: () => Promise<T>): Promise<FrozenStore<T>> => {
    if (busy)
      throw new ConfigError(
        'backup_running',
        'Another backup of this installation is being made. Wait for it.',
      );
    busy = true;
    try {
      const held = await inOrder(async () => {
        const began = clock.monotonic();
        await freezeTables(writer, folder);
        return { then: await atThatMoment(), heldMs: clock.monotonic() - began };
      });
      const image = await frozenImage(folder);
      return {
        ...held,
        image: {
          entries: image.entries,
          async release() {
            await image.release();
            busy = false;
          },
        },
      };
    } catch (error) {
      busy = false;
      throw error;
    }
  };
}

/** What a backup that was killed has left behind is removed first. */
async function freezeTables(writer: SqlSession, folder: string): Promise<void> {
  await rm(join(folder, 'shadow', NAME), { recursive: true, force: true });
  const tables = await writer.query<{ name: string }>(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' ORDER BY name",
  );
  // The names are those of our migrations.
  for (const { name } of tables) await writer.command(`ALTER TABLE ${name} FREEZE WITH NAME '${NAME}'`);
}

/** What was frozen, with the definitions of the tables, as the engine wants to find it in a folder. */
async function frozenImage(folder: string): Promise<StoreImage> {
  const shadow = join(folder, 'shadow', NAME);
  const database = await readlink(join(folder, 'metadata', 'default'));
  const entries: ImageEntry[] = [{ path: 'metadata/default', link: database }];
  for (const from of await listFiles(join(folder, 'metadata', database)))
    entries.push({ path: relative(folder, from), from });
  for (const from of await listTableFiles(join(folder, 'store')))
    entries.push({ path: relative(folder, from), from });
  for (const from of await listFiles(shadow)) entries.push({ path: relative(shadow, from), from });
  return { entries, release: () => rm(shadow, { recursive: true, force: true }) };
}

/** The one file that stands beside the parts of a table; parts themselves come and go while this looks. */
async function listTableFiles(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const prefix of await readdir(folder))
    for (const table of await readdir(join(folder, prefix)))
      if ((await readdir(join(folder, prefix, table))).includes(TABLE_FILE))
        found.push(join(folder, prefix, table, TABLE_FILE));
  return found.sort();
}

/** Files below a folder in which nothing changes. */
async function listFiles(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) if (entry.isFile()) found.push(join(entry.parentPath, entry.name));
  return found.sort();
}
