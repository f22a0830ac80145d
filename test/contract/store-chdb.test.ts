import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../../pipeline/core/document.js';
import { openStore } from '../../pipeline/storage/open-store.js';
import { stillClock } from '../support/store.js';
import { describeErasure } from './store-erasure.js';
import { describeLabels } from './store-labels.js';
import { describeStoryStore } from './store-stories.js';
import { describeStore } from './store.js';

const embedded = () => {
  const path = mkdtempSync(join(tmpdir(), 'bellwether-store-'));
  return {
    path,
    open: (world: World = 'demo') => openStore({ path, world, clock: stillClock }),
    remove: () => rm(path, { recursive: true, force: true }),
  };
};

describeStore('The embedded engine', embedded);
describeErasure('The embedded engine', embedded);
describeStoryStore('The embedded engine', embedded);
describeLabels('The embedded engine', embedded);
