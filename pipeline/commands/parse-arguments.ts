import { parseArgs } from 'node:util';

import { ConfigError } from '../core/errors.js';
import { nearestName } from '../core/nearest-name.js';
import type { Command, CommandArguments } from './command.js';

/** Reads what stands after the name of a command. Throws ConfigError `usage` that names the option and how it is written. */
export function parseArguments(
  command: Pick<Command, 'name' | 'options'>,
  args: readonly string[],
): CommandArguments {
  const { options } = command;
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const problem = problemOf(options, token);
    if (problem === null) continue;
    throw new ConfigError('usage', `${problem} "bellwether ${command.name} --help" shows what it takes.`);
  }
  return { values, positionals };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function problemOf(options: Command['options'], token: OptionToken): string | null {
  const { name, rawName, value, inlineValue } = token;
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    const near = nearestName(name, Object.keys(options));
    return `There is no option ${rawName}${near === null ? '.' : `; did you mean --${near}?`}`;
  }
  if (option.type === 'boolean')
    return value === undefined ? null : `${rawName} takes no value; leave away what follows the "=".`;
  const shown = option.value ?? 'VALUE';
  if (value === undefined) return `${rawName} needs a value: ${rawName} ${shown}.`;
  if (value.startsWith('-') && value.length > 1 && inlineValue !== true)
    return `${rawName} needs a value, and "${value}" looks like an option. If it is the value, write ${rawName}=${value}.`;
  return null;
}
