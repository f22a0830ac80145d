import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openStore } from '../../pipeline/storage/open-store.js';
import { startClickHouseFacade, type ClickHouseFacade } from '../support/clickhouse-facade.js';
import { stillClock } from '../support/store.js';
import { describeStore } from './store.js';

const path = mkdtempSync(join(tmpdir(), 'bellwether-store-http-'));
let facade: ClickHouseFacade | null = null;

beforeAll(async () => {
  facade = await startClickHouseFacade(path);
});
afterAll(async () => {
  await facade?.stop();
  await rm(path, { recursive: true, force: true });
});

describeStore('A server, over HTTP,', () => ({
  async open(world = 'demo') {
    if (facade === null) throw new Error('The server is not there.');
    const store = await openStore({ server: facade.server, world, clock: stillClock });
    await store.takeOver();
    return store;
  },
  remove: () => Promise.resolve(),
}));
