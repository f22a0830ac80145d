import { resolve } from 'node:path';

import { requireEmbedded } from '../app/backup/require-embedded.js';
import { verifyBackup } from '../app/backup/verify-backup.js';
import { backupOperation } from '../app/operations/backup.js';
import { ConfigError } from '../core/errors.js';
import { flag } from './arguments.js';
import type { Command, CommandArguments, CommandIo } from './command.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';
import { runOperation } from './run-operation.js';
import { findInstallation } from './with-installation.js';

export const backupCommand: Command = {
  name: 'backup',
  summary:
    'Copies an installation as it is at one moment, while its service goes on, into a new folder that "bellwether restore" takes. Secrets of the configuration are not in it.',
  usage: 'TARGET [--data DIR] [--verify] [--json]',
  options: {
    ...CONFIG_OPTIONS,
    verify: { type: 'boolean', doc: 'Make nothing: check the backup that TARGET is, byte by byte.' },
    json: { type: 'boolean', doc: 'One line of JSON.' },
  },
  examples: [
    'bellwether backup /mnt/backups/2026-03-02 --data data/live',
    'bellwether backup --verify /mnt/backups/2026-03-02',
  ],
  async run(args, io) {
    const [target, more] = args.positionals;
    if (target === undefined || more !== undefined)
      throw new ConfigError(
        'usage',
        'backup needs one TARGET: a folder that does not exist yet, best on another disk.',
      );
    const folder = resolve(io.cwd, target);
    return flag(args, 'verify') ? verify(folder, args, io) : make(folder, args, io);
  },
};

async function make(target: string, args: CommandArguments, io: CommandIo): Promise<number> {
  requireEmbedded(await configFrom(args, io), 'backup');
  const installation = await findInstallation(args, io);
  io.words(`Copying ${installation.dataDir} to ${target} …`);
  const result = await runOperation(backupOperation, { target }, installation, io);
  if (flag(args, 'json')) io.out(`${JSON.stringify(result)}\n`);
  io.words(
    `Done: ${result.files} files, ${mib(result.bytes)} MiB; the store waited ${result.heldMs} ms. "bellwether restore ${target} --data DIR" makes an installation of it.`,
  );
  return 0;
}

async function verify(folder: string, args: CommandArguments, io: CommandIo): Promise<number> {
  const { release, schemaVersion, world, createdAt, files } = await verifyBackup(folder, io.signal);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const found = { release, schemaVersion, world, createdAt, files: files.length, bytes };
  if (flag(args, 'json')) io.out(`${JSON.stringify(found)}\n`);
  io.words(
    `Whole: ${files.length} files, ${mib(bytes)} MiB, the ${world} world of ${createdAt}, made by Bellwether ${release} (schema ${schemaVersion}).`,
  );
  return 0;
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
