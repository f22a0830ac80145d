import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../pipeline/core/clock.js';
import { openLmdbLog } from '../../pipeline/log/lmdb-log.js';
import { describeDurableLog } from './durable-log.js';

describeDurableLog('LMDB', async () => {
  const path = await mkdtemp(join(tmpdir(), 'bellwether-log-'));
  let current = await openLmdbLog({ path, clock: systemClock });
  return {
    log: current,
    reopen: async () => {
      await current.close();
      current = await openLmdbLog({ path, clock: systemClock });
      return current;
    },
    dispose: async () => {
      await current.close();
      await rm(path, { recursive: true, force: true });
    },
  };
});
