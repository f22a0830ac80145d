import { createServer, type AddressInfo } from 'node:net';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { checkStore } from '../../pipeline/app/check-store.js';
import { openStore } from '../../pipeline/storage/open-store.js';
import { openServerSession } from '../../pipeline/storage/server/server-session.js';
import { startClickHouseFacade, type ClickHouseFacade } from '../support/clickhouse-facade.js';
import { temporaryFolder } from '../support/service.js';
import { stillClock } from '../support/store.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let facade: ClickHouseFacade;
beforeAll(async () => {
  folder = await temporaryFolder();
  facade = await startClickHouseFacade(folder.path);
});
afterAll(async () => {
  await facade.stop();
  await folder.remove();
});

const neverEmbedded = () => Promise.reject(new Error('The engine was tried, and not the server.'));
const check = (server: Partial<ClickHouseFacade['server']>) =>
  checkStore({ clickhouse: { ...facade.server, ...server, listen: {} } } as never, neverEmbedded);

it('looks at the server that is configured and changes nothing', async () => {
  expect(await check({ database: 'later' })).toMatchObject({
    state: 'note',
    detail: expect.stringMatching(
      /answers: ClickHouse \d.*user default; there is no database later/,
    ) as string,
  });
  const looking = await openServerSession(facade.server, {}, { database: null });
  expect(await looking.query("SELECT name FROM system.databases WHERE name = 'later'")).toEqual([]);
  await looking.command('CREATE DATABASE later');
  await looking.close();
  expect(await check({ database: 'later' })).toMatchObject({
    detail: expect.stringContaining('later has schema 0; the monitor brings it to') as string,
  });
  const store = await openStore({ server: facade.server, world: 'live', clock: stillClock });
  const { schemaVersion } = store.identity;
  await store.close();
  expect(await check({})).toMatchObject({
    state: 'good',
    detail: expect.stringContaining(`database bellwether, schema version ${schemaVersion}`) as string,
  });
}, 60_000);

it('says where nothing answers, and what to look at', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  await new Promise((resolve) => taken.close(resolve));
  expect(await check({ url: `http://127.0.0.1:${port}` })).toMatchObject({
    state: 'bad',
    detail: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED.*clickhouse\.url/) as string,
  });
});
