import { ConfigError } from '../core/errors.js';
import { textOption } from './arguments.js';
import type { CommandArguments } from './command.js';

const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** A time option in milliseconds, or null when it is not given; a date alone is its midnight in UTC. */
export function timeOption(args: CommandArguments, name: string): number | null {
  const text = textOption(args, name);
  if (text === null) return null;
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new ConfigError(
    'usage',
    `--${name} takes a time such as 2026-01-31T08:00:00Z or a date such as 2026-01-31, not "${text}".`,
  );
}
