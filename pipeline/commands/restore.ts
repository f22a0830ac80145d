import { resolve } from 'node:path';

import { requireEmbedded } from '../app/backup/require-embedded.js';
import { restoreBackup } from '../app/backup/restore-backup.js';
import { systemClock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import { textOption } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

export const restoreCommand: Command = {
  name: 'restore',
  summary: 'Makes a data folder out of a backup, after checking it byte by byte. "start" continues there.',
  usage: 'SOURCE --data DIR',
  options: CONFIG_OPTIONS,
  examples: ['bellwether restore /mnt/backups/2026-03-02 --data data/restored'],
  async run(args, io) {
    const [source, more] = args.positionals;
    const data = textOption(args, 'data');
    if (source === undefined || more !== undefined || data === null)
      throw new ConfigError(
        'usage',
        'restore needs one SOURCE, a folder that "bellwether backup" has made, and --data DIR, a new folder.',
      );
    requireEmbedded(await configFrom(args, io), 'restore');
    const dataDir = resolve(io.cwd, data);
    io.words(`Checking ${source} and restoring it to ${dataDir} …`);
    const { files, world, createdAt } = await restoreBackup({
      source: resolve(io.cwd, source),
      dataDir,
      clock: systemClock,
      signal: io.signal,
    });
    io.words(
      `Done: ${files.length} files, the ${world} world as of ${createdAt}. "bellwether start --data ${data}" continues there.`,
    );
    return 0;
  },
};
