import { writeSync } from 'node:fs';

import { systemClock } from '../../pipeline/core/clock.js';
import { MIGRATIONS, migrateServer } from '../../pipeline/storage/migrate.js';
import { openServerSession } from '../../pipeline/storage/server/server-session.js';
import { WRITER_SETTINGS, type SqlSession } from '../../pipeline/storage/sql-session.js';

/** Brings the store of a server up to date as far as one statement of one step; then says so, and keeps the lock until it is killed. */
async function migrateUntilKilled([url = '', database = '', step = '', statement = '']: readonly string[]) {
  const server = { url, database, user: 'default', password: null, caFile: null, cluster: null };
  const db = await openServerSession(server, WRITER_SETTINGS);
  const last = MIGRATIONS.find(({ version }) => version === Number(step))?.statements[Number(statement)];
  const holding: SqlSession = {
    ...db,
    command: async (sql) => {
      await db.command(sql);
      if (sql !== last) return;
      writeSync(1, 'holding\n');
      await new Promise(() => undefined);
    },
  };
  await migrateServer(holding, { clock: systemClock, cluster: null });
}

await migrateUntilKilled(process.argv.slice(2));
