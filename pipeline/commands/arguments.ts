import { resolve } from 'node:path';

import { ConfigError } from '../core/errors.js';
import type { CommandArguments } from './command.js';

/** A string option, or null when it is not given. */
export function textOption(args: CommandArguments, name: string): string | null {
  const value = args.values[name];
  return typeof value === 'string' ? value : null;
}

export function flag(args: CommandArguments, name: string): boolean {
  return args.values[name] === true;
}

/** A number option within a range, or null when it is not given; anything else is wrong use. */
export function numberOption(
  args: CommandArguments,
  name: string,
  range: { min: number; max: number; whole?: boolean },
): number | null {
  const text = textOption(args, name);
  if (text === null) return null;
  const value = Number(text);
  const fits = text.trim() !== '' && Number.isFinite(value) && value >= range.min && value <= range.max;
  if (!fits || (range.whole === true && !Number.isInteger(value))) {
    throw new ConfigError(
      'usage',
      `--${name} takes a ${range.whole === true ? 'whole ' : ''}number from ${range.min} to ${range.max}, not "${text}".`,
    );
  }
  return value;
}

export function choiceOption<T extends string>(
  args: CommandArguments,
  name: string,
  choices: readonly T[],
): T | null {
  const text = textOption(args, name);
  if (text === null) return null;
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined)
    throw new ConfigError('usage', `--${name} takes one of ${choices.join(', ')}, not "${text}".`);
  return choice;
}

export function noPositionals(args: CommandArguments, command: string): void {
  const [first] = args.positionals;
  if (first !== undefined)
    throw new ConfigError(
      'usage',
      `"${command}" takes no argument "${first}". "bellwether ${command} --help" shows what it takes.`,
    );
}

/** Files of an option that may be given several times, absolute; none at all is wrong use, answered with `needs`. */
export function fileOptions(
  args: CommandArguments,
  name: string,
  cwd: string,
  needs: string,
): readonly string[] {
  const given = [args.values[name] ?? []].flat().filter((value) => typeof value === 'string');
  if (given.length === 0) throw new ConfigError('usage', needs);
  return given.map((file) => resolve(cwd, file));
}
