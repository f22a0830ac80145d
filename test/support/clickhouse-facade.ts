import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { packageRoot } from '../../pipeline/app/package-root.js';
import type { StoreServer } from '../../pipeline/storage/server/server-session.js';
import { bundleChild } from './bundle-child.js';

export interface FacadeFault {
  /**
   * `refuse`: no answer, nothing done. `error`: an answer with 500, nothing done. `hang-before`: no answer, nothing done.
   * `hang-after`: done, no answer. `drop-after`: done, connection dropped. `slow`: done after `ms`.
   */
  readonly mode: 'none' | 'refuse' | 'error' | 'hang-before' | 'hang-after' | 'drop-after' | 'slow';
  /** How often it happens, 0 … 1; default 1. */
  readonly probability?: number;
  readonly ms?: number;
  /** Only statements that begin like this, such as INSERT. */
  readonly statements?: string;
}

/** chDB behind the HTTP protocol of a ClickHouse server, in a process of its own. */
export interface ClickHouseFacade {
  readonly server: StoreServer;
  setFault(fault: FacadeFault): Promise<void>;
  /** SIGKILL; what it answered for is on its disk. */
  kill(): Promise<void>;
  /** Starts it again on the same folder and port. */
  restart(): Promise<void>;
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('test/support/clickhouse-facade-main.ts', packageRoot()));

export async function startClickHouseFacade(
  path: string,
  database = 'bellwether',
): Promise<ClickHouseFacade> {
  const script = await bundleChild(MAIN);
  let child: ChildProcess | null = null;
  let port = '0';
  const start = async () => {
    const started = spawn(process.execPath, [script, path, port], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    child = started;
    port = await new Promise<string>((resolve, reject) => {
      started.stdout?.once('data', (bytes: Buffer) => {
        resolve(bytes.toString().trim());
      });
      started.once('close', (code) => {
        reject(new Error(`The ClickHouse facade ended with ${String(code)}.`));
      });
    });
  };
  const kill = async () => {
    const ending = child;
    child = null;
    if (ending === null) return;
    const closed = new Promise((resolve) => ending.once('close', resolve));
    ending.kill('SIGCONT');
    ending.kill('SIGKILL');
    await closed;
  };
  await start();
  return {
    server: {
      url: `http://127.0.0.1:${port}`,
      database,
      user: 'default',
      password: null,
      caFile: null,
      cluster: null,
    },
    async setFault({ mode, probability = 1, ms = 0, statements = '' }) {
      const body = JSON.stringify({ mode, probability, ms, statements });
      await fetch(`http://127.0.0.1:${port}/fault`, { method: 'POST', body });
    },
    kill,
    restart: start,
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    stop: kill,
  };
}
