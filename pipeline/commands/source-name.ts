import { ConfigError } from '../core/errors.js';
import type { CommandArguments } from './command.js';

/** The one NAME a command takes, the id of a source. */
export function sourceName(args: CommandArguments, command: string): string {
  const [name, ...others] = args.positionals;
  if (name !== undefined && name !== '' && others.length === 0) return name;
  throw new ConfigError(
    'usage',
    `"${command}" takes one NAME, the id of a source. "bellwether sources list" shows those of a running service.`,
  );
}
