import { resolve } from 'node:path';

import { loadConfig } from '../../config/load.js';
import type { Config, ConfigInput } from '../../config/schema.js';
import type { World } from '../core/document.js';
import { numberOption, textOption } from './arguments.js';
import type { CommandArguments, CommandIo, CommandOption } from './command.js';

/** Options that every command with a configuration has. */
export const CONFIG_OPTIONS = {
  config: { type: 'string', value: 'FILE', doc: 'Configuration (YAML). Without it: the defaults.' },
  data: { type: 'string', value: 'DIR', doc: 'Data folder.' },
} as const satisfies Record<string, CommandOption>;

export const PORT_OPTION = {
  port: {
    type: 'string',
    value: 'N',
    doc: 'Port of page and API; metrics take the next one. 0 takes free ones.',
  },
} as const satisfies Record<string, CommandOption>;

/** The configuration that file, environment and flags come to. Paths are relative to where the command was called. */
export async function configFrom(
  args: CommandArguments,
  io: CommandIo,
  extra: ConfigInput = {},
): Promise<Config> {
  const file = textOption(args, 'config');
  const data = textOption(args, 'data');
  const port = numberOption(args, 'port', { min: 0, max: 65_534, whole: true });
  const ports: ConfigInput =
    port === null ? {} : { http: { port }, metrics: { port: port === 0 ? 0 : port + 1 } };
  return loadConfig({
    file: file === null ? null : resolve(io.cwd, file),
    env: io.env,
    overrides: { ...extra, ...ports, ...(data === null ? {} : { dataDir: data }) },
  });
}

/** The data folder of a world, absolute. */
export function dataFolderOf(config: Config, world: World, io: CommandIo): string {
  return resolve(io.cwd, config.dataDir ?? `data/${world}`);
}
