import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

import type { Failpoint } from '../../pipeline/core/failpoint.js';
import { BIN } from '../support/service.js';

/** One service under test: its folder, its addresses, and how to end and start it. */
export interface Installation {
  readonly dataDir: string;
  readonly configFile: string;
  readonly url: string;
  /** Seconds from start to ready, of every start. */
  readonly starts: readonly number[];
  /** Resolves when it is ready; with a failpoint it may be gone before. */
  start(failpoint?: { readonly name: Failpoint; readonly time: number }): Promise<void>;
  /** SIGKILL, if it still runs. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  freeze(): void;
  thaw(): void;
  /** Resolves when the process has ended, for whatever reason. */
  ended(): Promise<unknown>;
  words(): string;
  /** Prometheus' text. */
  metrics(): Promise<string>;
}

/** Rules that fire in a world that is minutes old, so that alerts and mails are part of the run. */
const RULES = `
alerts:
  evaluateEverySeconds: 1
  rules:
    - { id: instrument-negative-surge, minHistoryDays: 0, minDocuments: 5, threshold: 0.5, clearThreshold: 0.1, cooldownHours: 0 }
    - { id: market-negative-surge, minHistoryDays: 0, minDocuments: 5, threshold: 0.5, clearThreshold: 0.1, cooldownHours: 0 }
telemetry: { logLevel: warn }
sources: []
`;

export async function createInstallation(folder: string, extraConfig = ''): Promise<Installation> {
  const [port, metrics] = [await freePort(), await freePort()];
  const dataDir = join(folder, 'data');
  const configFile = join(folder, 'config.yaml');
  await mkdir(folder, { recursive: true });
  await writeFile(
    configFile,
    `http: { port: ${port} }\nmetrics: { port: ${metrics} }\n${RULES}${extraConfig}`,
  );
  let child: ChildProcess | null = null;
  let closed: Promise<number | null> = Promise.resolve(null);
  let words = '';
  const starts: number[] = [];

  const end = async (signal: NodeJS.Signals) => {
    child?.kill('SIGCONT');
    child?.kill(signal);
    const code = await closed;
    child = null;
    return code;
  };
  return {
    dataDir,
    configFile,
    url: `http://127.0.0.1:${port}`,
    starts,
    async start(failpoint) {
      const began = performance.now();
      const env =
        failpoint === undefined
          ? {}
          : { FAILPOINTS: 'allowed', FAILPOINT: `${failpoint.name}:${failpoint.time}` };
      const started = spawn(process.execPath, [BIN, 'start', '--config', configFile, '--data', dataDir], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, ...env },
      });
      child = started;
      words = '';
      closed = new Promise((resolve) => started.on('close', resolve));
      const ready = new Promise<boolean>((resolve) => {
        started.stderr.on('data', (bytes: Buffer) => {
          words += bytes.toString();
          if (process.env['FAULT_TRACE'] !== undefined) appendFileSync(join(folder, 'words.log'), bytes);
          if (words.includes('Ctrl-C stops it.')) resolve(true);
        });
      });
      const isReady = await Promise.race([ready, closed.then(() => false)]);
      if (isReady) starts.push((performance.now() - began) / 1_000);
      else if (failpoint === undefined) throw new Error(`The service did not start:\n${words}`);
    },
    kill: async () => {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    ended: () => closed,
    words: () => words,
    metrics: async () => (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
