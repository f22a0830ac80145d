import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The compiled command line, as a user runs it; `npm test` builds it before the tests. */
export const BIN = fileURLToPath(new URL('../../dist/pipeline/bin.cjs', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly words: string;
  readonly seconds: number;
}

/** Runs a command to its end. */
export async function runCommand(
  args: readonly string[],
  options: { input?: string; env?: Record<string, string>; cwd?: string } = {},
): Promise<Finished> {
  const began = performance.now();
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
  });
  let out = '';
  let words = '';
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (words += bytes.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, words, seconds: (performance.now() - began) / 1_000 };
}

export interface RunningService {
  readonly page: string;
  readonly metrics: string;
  readonly process: ChildProcess;
  words(): string;
  /** Sends the signal and resolves with the exit code, null after a kill. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts `bellwether start` on free ports and resolves when it says that it is ready. */
export async function startBellwether(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningService> {
  const child = spawn(process.execPath, [BIN, 'start', '--port', '0', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  let words = '';
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (bytes: Buffer) => {
      words += bytes.toString();
      if (words.includes('Ctrl-C stops it.')) resolve();
    });
    void closed.then((code) => {
      reject(new Error(`The service ended with ${String(code)} before it was ready:\n${words}`));
    });
  });
  const address = (name: string) => new RegExp(`${name}\\s+(http://[^\\s/]+)`).exec(words)?.[1] ?? '';
  return {
    page: address('Page') || address('Health'),
    metrics: address('Metrics'),
    process: child,
    words: () => words,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return closed;
    },
  };
}

/** A temporary folder and how to remove it. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'bellwether-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Asks again until the answer is there; fails with what came last after the deadline. */
export async function until<T>(ask: () => Promise<T | null>, deadlineMs: number, what: string): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > end) throw new Error(`Not within ${String(deadlineMs / 1_000)} s: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${String(response.status)} ${await response.text()}`);
  return response.json();
}
