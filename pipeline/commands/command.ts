import type { Readable } from 'node:stream';
import type { ParseArgsConfig } from 'node:util';

export interface CommandIo {
  /** Data, to stdout, as it is. */
  readonly out: (text: string) => void;
  /** Words for a person, to stderr, one line each. */
  readonly words: (text: string) => void;
  readonly stdin: Readable;
  /** For a command that does not read it: what is piped in reaches nobody, the embedded store least of all. */
  readonly leaveStdin: () => void;
  /** True when a person reads stdout. */
  readonly outTty: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Has SIGHUP call this from now on, instead of ending the process. A terminal that went away ends it nevertheless, as `signal` does. */
  readonly onHangup: (listener: () => void) => void;
}

export interface CommandOption {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly short?: string;
  /** `N`, `FILE`, …: how help shows the value. */
  readonly value?: string;
  readonly doc: string;
}

export interface CommandArguments {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

/** One command of the command line: everything that help, parsing and running need. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** After `bellwether NAME`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, CommandOption>> & NonNullable<ParseArgsConfig['options']>;
  readonly examples: readonly string[];
  /** It reads standard input itself, and to its end before it opens the store; absent for all others. */
  readonly readsStdin?: true;
  /** Answers the exit code; throws ConfigError for wrong use. */
  run(args: CommandArguments, io: CommandIo): Promise<number>;
}

export function helpFor(command: Command): string {
  const options = Object.entries<CommandOption>({
    ...command.options,
    help: { type: 'boolean', doc: 'Show this help.' },
  }).map(
    ([name, option]) =>
      `  ${`--${name}${option.type === 'string' ? ` ${option.value ?? 'VALUE'}` : ''}`.padEnd(28)} ${option.doc}`,
  );
  const examples =
    command.examples.length === 0 ? [] : ['', 'Examples:', ...command.examples.map((line) => `  ${line}`)];
  return [
    command.summary,
    '',
    `Usage: bellwether ${command.name} ${command.usage}`.trimEnd(),
    '',
    'Options:',
    ...options,
    ...examples,
    '',
    'Exit code: 0 done, 1 failed, 2 wrong use or wrong configuration.',
    '',
  ].join('\n');
}
