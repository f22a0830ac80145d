import { ConfigError } from '../core/errors.js';
import type { CommandArguments } from './command.js';

/** The candidate a command is about, and of `models impact` any model. */
export function candidateOf(args: CommandArguments, command: string): string {
  const [id, ...more] = args.positionals;
  if (id !== undefined && more.length === 0) return id;
  throw new ConfigError(
    'usage',
    `${command} takes one CANDIDATE; "bellwether models candidates" shows them.`,
  );
}

/** When what was approved counts. */
export const WHEN_IT_SERVES =
  'A running service takes it at the next "bellwether sources reload", between two batches; a stopped one at its start. In an installation by roles each process is told so, and all share the folder models.';
