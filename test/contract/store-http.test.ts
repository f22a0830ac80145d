import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { World } from '../../pipeline/core/document.js';
import { openStore } from '../../pipeline/storage/open-store.js';
import { startClickHouseFacade, type ClickHouseFacade } from '../support/clickhouse-facade.js';
import { stillClock } from '../support/store.js';
import { describeErasure } from './store-erasure.js';
import { describeLabels } from './store-labels.js';
import { describeStoryStore } from './store-stories.js';
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

/** Each suite has a database of its own. */
const serverOn = (database: string) => () => ({
  path,
  async open(world: World = 'demo') {
    if (facade === null) throw new Error('The server is not there.');
    const store = await openStore({ server: { ...facade.server, database }, world, clock: stillClock });
    await store.takeOver();
    return store;
  },
  remove: () => Promise.resolve(),
});

describeStore('A server, over HTTP,', serverOn('bellwether'));
describeErasure('A server, over HTTP,', serverOn('forgetting'));
describeStoryStore('A server, over HTTP,', serverOn('stories'));
describeLabels('A server, over HTTP,', serverOn('labelling'));
