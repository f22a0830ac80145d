import { newestSchema, readVersion } from '../migrate.js';
import { openServerSession, requireVersion, type StoreServer } from './server-session.js';

/** What a server says of itself and of our database on it. */
export interface ServerState {
  readonly version: string;
  readonly user: string;
  /** Version of the schema; 0: the database holds none yet; null: the server has no such database. */
  readonly schema: number | null;
  /** The version that this release needs. */
  readonly needs: number;
}

/** The server keeps this from changing anything, whatever the user may do. */
const LOOKING = { readonly: 2 };

/**
 * Looks at a server with the user of the configuration; changes nothing. Throws ConfigError `server_too_old` or `store_not_opened`,
 * UnavailableError when it does not answer within `silenceMs` or refuses the user.
 */
export async function inspectServer(server: StoreServer, silenceMs: number): Promise<ServerState> {
  const session = await openServerSession(server, LOOKING, { database: null, silenceMs });
  try {
    await requireVersion(session);
    const [row] = await session.query<{ version: string; user: string; there: number }>(
      `SELECT version() AS version, currentUser() AS user,
         (SELECT count() FROM system.databases WHERE name = {database:String}) AS there`,
      { database: server.database },
    );
    const schema = (row?.there ?? 0) > 0 ? await readSchema(server, silenceMs) : null;
    return { version: row?.version ?? '', user: row?.user ?? '', schema, needs: newestSchema() };
  } finally {
    await session.close();
  }
}

async function readSchema(server: StoreServer, silenceMs: number): Promise<number> {
  const session = await openServerSession(server, LOOKING, { silenceMs });
  try {
    return await readVersion(session);
  } finally {
    await session.close();
  }
}
