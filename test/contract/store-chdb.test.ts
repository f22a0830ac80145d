import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../pipeline/storage/open-store.js';
import { stillClock } from '../support/store.js';
import { describeStore } from './store.js';

describeStore('The embedded engine', () => {
  const path = mkdtempSync(join(tmpdir(), 'bellwether-store-'));
  return {
    open: (world = 'demo') => openStore({ path, world, clock: stillClock }),
    remove: () => rm(path, { recursive: true, force: true }),
  };
});
