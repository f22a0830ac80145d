import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drainPending } from 'chdb';
import { expect, it } from 'vitest';

import { openSqlSession, READER_SETTINGS, WRITER_SETTINGS } from '../../pipeline/storage/sql-session.js';

it('keeps merges small in memory, and inserts in one part; in a folder with an odd name, too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  const path = join(folder, `A&B's <store>`);
  const sessions = [await openSqlSession(path, READER_SETTINGS), await openSqlSession(path, WRITER_SETTINGS)];
  const rowsOf = async (session: (typeof sessions)[number]) =>
    session.query(
      "SELECT toUInt32(value) AS rows FROM system.settings WHERE name = 'min_insert_block_size_rows'",
    );
  try {
    // The reader's is that of the profile, which merges go by.
    expect(await Promise.all(sessions.map(rowsOf))).toEqual([[{ rows: 20_000 }], [{ rows: 1_048_449 }]]);
  } finally {
    for (const session of sessions) await session.close();
    await drainPending();
    await rm(folder, { recursive: true });
  }
});
