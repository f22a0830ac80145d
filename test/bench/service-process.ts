import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { metricValue } from './figures.js';

/** The bin beside this file once compiled, or the one in `dist` when run from the sources. */
const BIN = ['../../pipeline/bin.cjs', '../../dist/pipeline/bin.cjs']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path));

export interface ServiceOptions {
  readonly dataDir: string;
  /** More of the configuration, such as `log` and `clickhouse` of Kafka mode. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Arguments for node itself, such as `--cpu-prof`. */
  readonly nodeArguments: readonly string[];
}

/** What a process has used since its start. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Without the pages of mapped files (the log's), which the system takes back when it needs them. */
  readonly anonymousBytes: number;
}

export interface BenchService {
  readonly page: string;
  readonly pid: number;
  /** From spawning to being ready. */
  readonly readySeconds: number;
  usage(): Usage;
  metrics(): Promise<string>;
  /** Accepted and not yet stored and rolled up. */
  lag(): Promise<number>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts `bellwether start` with the webhook as its only source, in a process of its own. */
export async function startService(options: ServiceOptions): Promise<BenchService> {
  if (BIN === undefined) throw new Error('The service is not built; run "npm run build".');
  const config = { http: { port: 0 }, metrics: { port: 0 }, sources: [], ...options.config };
  const file = join(options.dataDir, '..', 'bench-config.yaml');
  await writeFile(file, JSON.stringify(config));
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [...options.nodeArguments, BIN, 'start', '--config', file, '--data', options.dataDir],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const { words, closed } = await ready(child);
  const readySeconds = (performance.now() - began) / 1_000;
  const page = address(words, 'Page');
  const metricsAddress = address(words, 'Metrics');
  const metrics = async () => (await fetch(`${metricsAddress}/metrics`)).text();
  const pid = child.pid ?? 0;
  return {
    page,
    pid,
    readySeconds,
    usage: () => usageOf(pid),
    metrics,
    lag: async () => metricValue(await metrics(), 'bellwether_lag_documents'),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await closed;
    },
  };
}

async function ready(child: ChildProcess): Promise<{ words: string; closed: Promise<void> }> {
  let words = '';
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (bytes: Buffer) => {
      words += bytes.toString();
      if (words.includes('Ctrl-C stops it.')) resolve();
    });
    void closed.then(() => {
      reject(new Error(`The service ended before it was ready:\n${words}`));
    });
  });
  return { words, closed };
}

function address(words: string, name: string): string {
  return new RegExp(`${name}\\s+(http://[^\\s/]+)`).exec(words)?.[1] ?? '';
}

/** From /proc: time in user and system mode of all threads, and resident memory. */
function usageOf(pid: number): Usage {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  const pages = Number(readFileSync(`/proc/${String(pid)}/statm`, 'utf8').split(' ')[1]);
  const [, anonymous = '0'] =
    /RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
    rssBytes: pages * 4_096,
    anonymousBytes: Number(anonymous) * 1_024,
  };
}
