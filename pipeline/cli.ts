import { spawn } from 'node:child_process';
import { isatty } from 'node:tty';

import { findCommand, listCommands } from './commands/index.js';
import { helpFor, type CommandIo } from './commands/command.js';
import { leaveStdin } from './commands/leave-stdin.js';
import { parseArguments } from './commands/parse-arguments.js';
import { BellwetherError, ConfigError, InvalidDocumentError } from './core/errors.js';
import { armFailpoint, armTextFault } from './core/failpoint.js';

/** 0 done, 1 failed, 2 wrong use or wrong configuration. */
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const SAME_SIGNAL_MS = 1_000;
/** Containers are killed after 30 s: what cannot be interrupted must not turn a stop into that. */
const STOP_LIMIT_MS = 24_000;
const EXIT_GRACE_MS = 1_000;

/**
 * Runs one command and ends the process with its exit code.
 *
 * Data goes to stdout, words to stderr. The first SIGINT or SIGTERM asks the command to stop, a later one ends at once,
 * and so does a stop that takes longer than 25 s.
 */
export async function main(argv: readonly string[]): Promise<void> {
  // Two variables, so that none of them does it by accident.
  if (process.env['FAILPOINTS'] === 'allowed') {
    armFailpoint(process.env['FAILPOINT'] ?? '');
    armTextFault(process.env['TEXT_FAULT'] ?? '');
  }
  const abort = new AbortController();
  let firstSignalAt: number | null = null;
  const onSignal = () => {
    const now = performance.now();
    // Ctrl-C under npm arrives twice, from the terminal and from npm: both are the same wish.
    if (firstSignalAt !== null && now - firstSignalAt > SAME_SIGNAL_MS) endAtOnce();
    if (firstSignalAt !== null) return;
    firstSignalAt = now;
    setTimeout(() => {
      process.stderr.write(
        'Not stopped within 25 s, so the process ends now. What was acknowledged is safe; the next start does the rest again.\n',
      );
      endAtOnce();
    }, STOP_LIMIT_MS).unref();
    abort.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // A reader that went away (`| head`) is no fault of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 0 : EXIT_FAILED),
  );
  const io: CommandIo = {
    out: (text) => void process.stdout.write(text),
    words: (text) => void process.stderr.write(`${text}\n`),
    // Asked for late: looking at it begins to read.
    get stdin() {
      return process.stdin;
    },
    leaveStdin,
    outTty: process.stdout.isTTY,
    env: process.env,
    cwd: process.cwd(),
    signal: abort.signal,
    onHangup: (listener) => {
      const hadTerminal = process.stderr.isTTY;
      process.on('SIGHUP', () => {
        if (hadTerminal && !isatty(process.stderr.fd)) onSignal();
        else listener();
      });
    },
  };
  const code = await run(argv, io);
  // Native parts may keep handles; everything that must be durable is by now.
  process.stdout.write('', () => process.exit(code));
}

/**
 * Ends the process with exit code 1, or by SIGKILL where that is not possible: `process.exit` waits for the threads of the
 * engine, and a query that cannot be interrupted would hold it for minutes. Nobody but another process can see that.
 */
function endAtOnce(): never {
  const guard = `setTimeout(() => { if (process.ppid === ${process.pid}) process.kill(${process.pid}, 'SIGKILL'); }, ${EXIT_GRACE_MS})`;
  spawn(process.execPath, ['-e', guard], { stdio: 'ignore', detached: true }).unref();
  process.exit(EXIT_FAILED);
}

/** Runs a command line against the given surroundings and answers the exit code; never throws. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.out(overview());
    return name === undefined ? EXIT_USAGE : 0;
  }
  if (name === '--version') {
    const { version } = await import('./app/version.js');
    io.out(`${version()}\n`);
    return 0;
  }
  const found = await findCommand([name, ...rest]);
  if (found === null) {
    io.words(unknownCommand(name));
    return EXIT_USAGE;
  }
  if (found.rest.includes('--help') || found.rest.includes('-h')) {
    io.out(helpFor(found.command));
    return 0;
  }
  try {
    const args = parseArguments(found.command, found.rest);
    if (found.command.readsStdin !== true) io.leaveStdin();
    return await found.command.run(args, io);
  } catch (error) {
    return explain(error, io);
  }
}

function explain(error: unknown, io: CommandIo): number {
  if (error instanceof ConfigError) {
    io.words(error.message);
    return EXIT_USAGE;
  }
  if (error instanceof InvalidDocumentError || error instanceof BellwetherError) {
    io.words(error.message);
    return EXIT_FAILED;
  }
  io.words(`A fault of ours: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return EXIT_FAILED;
}

/** Half a command ("sources") is answered with those that begin so. */
function unknownCommand(name: string): string {
  const begun = listCommands().filter((command) => command.name.startsWith(`${name} `));
  if (begun.length === 0) return `There is no command "${name}". "bellwether --help" lists them.`;
  return [
    `"${name}" is the beginning of:`,
    ...begun.map((one) => `  ${one.name.padEnd(20)} ${one.summary}`),
  ].join('\n');
}

function overview(): string {
  const lines = listCommands().map(({ name, summary }) => `  ${name.padEnd(16)} ${summary}`);
  return [
    'Bellwether watches financial news and posts and tells you when bad news surges.',
    '',
    'Usage: bellwether COMMAND [options]',
    '',
    ...lines,
    '',
    '"bellwether COMMAND --help" explains one of them.',
    '',
  ].join('\n');
}
