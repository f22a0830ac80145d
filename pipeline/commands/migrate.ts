import { dataPaths, openDataFolder } from '../app/data-folder.js';
import { systemClock } from '../core/clock.js';
import { openStore } from '../storage/open-store.js';
import { noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS } from './open-config.js';
import { findInstallation } from './with-installation.js';

export const migrateCommand: Command = {
  name: 'migrate',
  summary:
    'Brings the store of a stopped installation to the newest schema. "start" does the same by itself.',
  usage: '[--data DIR]',
  options: CONFIG_OPTIONS,
  examples: ['bellwether migrate --data data/live'],
  async run(args, io) {
    noPositionals(args, 'migrate');
    const { dataDir, world } = await findInstallation(args, io);
    const folder = await openDataFolder({ path: dataDir, world, clock: systemClock });
    try {
      const store = await openStore({ path: dataPaths(dataDir).store, world, clock: systemClock });
      const { schemaVersion } = store.identity;
      for (const name of store.migrations) io.out(`applied ${name}\n`);
      io.out(`${store.migrations.length === 0 ? 'nothing to do; ' : ''}schema version ${schemaVersion}\n`);
      await store.close();
    } finally {
      await folder.release();
    }
    return 0;
  },
};
