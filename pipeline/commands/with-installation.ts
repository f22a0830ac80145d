import type { Config } from '../../config/schema.js';
import { peekDataFolder } from '../app/data-folder.js';
import type { World } from '../core/document.js';
import { ConfigError } from '../core/errors.js';
import { textOption } from './arguments.js';
import type { CommandArguments, CommandIo } from './command.js';
import { configFrom, dataFolderOf } from './open-config.js';

export interface Installation {
  readonly config: Config;
  readonly dataDir: string;
  readonly world: World;
  /** Process that holds it, or null. */
  readonly heldBy: number | null;
}

/** The installation a command speaks of; without --data the only one of the usual folders that exists. */
export async function findInstallation(args: CommandArguments, io: CommandIo): Promise<Installation> {
  const config = await configFrom(args, io);
  const asked = textOption(args, 'data') ?? config.dataDir;
  const folders =
    asked === null
      ? (['demo', 'live', 'replay'] as const).map((world) => dataFolderOf(config, world, io))
      : [dataFolderOf(config, 'demo', io)];
  const found: Installation[] = [];
  for (const dataDir of folders) {
    const { world, heldBy } = await peekDataFolder(dataDir);
    if (world !== null) found.push({ config, dataDir, world, heldBy });
  }
  const [only, ...others] = found;
  if (only === undefined) {
    throw new ConfigError(
      'no_installation',
      `There is no installation in ${folders.join(', ')}. Name its data folder with --data, or make one with "bellwether start".`,
    );
  }
  if (others.length > 0) {
    throw new ConfigError(
      'usage',
      `There are several installations (${found.map((item) => item.dataDir).join(', ')}). Name one with --data.`,
    );
  }
  return only;
}
