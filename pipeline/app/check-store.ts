import type { Config } from '../../config/schema.js';
import { systemClock } from '../core/clock.js';
import { inspectServer, type ServerState } from '../storage/server/inspect-server.js';
import type { StoreServer } from '../storage/server/server-session.js';
import { openStore } from '../storage/open-store.js';
import type { Finding } from './try-checks.js';

/** Below the limit of a check, so that what the server's client says of it is told. */
const SILENCE_MS = 8_000;

/** Tries the store that is configured: a server is only looked at; the embedded engine writes to the given folder. */
export async function checkStore(
  { clickhouse }: Pick<Config, 'clickhouse'>,
  inTemporaryFolder: (work: (folder: string) => Promise<Finding>) => Promise<Finding>,
): Promise<Finding> {
  const { url, ...server } = clickhouse;
  if (url !== 'chdb:') return checkServer({ url, ...server });
  return inTemporaryFolder(async (folder) => {
    const store = await openStore({ path: folder, world: 'live', clock: systemClock });
    await store.ping();
    const detail = `chDB answers; schema version ${store.identity.schemaVersion}`;
    await store.close();
    return { state: 'good', what: 'store', detail };
  });
}

async function checkServer(server: StoreServer): Promise<Finding> {
  const { origin } = new URL(server.url);
  try {
    const found = await inspectServer(server, SILENCE_MS);
    const { state, words } = schemaWords(server.database, found);
    const detail = `${origin} answers: ClickHouse ${found.version}, user ${found.user}; ${words}`;
    return { state, what: 'store', detail };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const detail = `${origin}: ${words} (clickhouse.url, user, password and caFile say how it is reached)`;
    return { state: 'bad', what: 'store', detail };
  }
}

function schemaWords(
  database: string,
  { schema, needs }: ServerState,
): { readonly state: Finding['state']; readonly words: string } {
  if (schema === null)
    return { state: 'note', words: `there is no database ${database} yet; the monitor makes it` };
  if (schema > needs)
    return {
      state: 'bad',
      words: `database ${database} has schema ${schema}, and this release knows only ${needs}; start the newer release`,
    };
  if (schema === needs) return { state: 'good', words: `database ${database}, schema version ${schema}` };
  const words = `database ${database} has schema ${schema}; the monitor brings it to ${needs} when it starts`;
  return { state: 'note', words };
}
