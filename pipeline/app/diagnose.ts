import { existsSync } from 'node:fs';
import { access, constants, mkdtemp, rm, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Config } from '../../config/schema.js';
import { listModels } from '../../models/list-models.js';
import { systemClock } from '../core/clock.js';
import { brokersOf } from '../log/kafka/connection.js';
import type { ConnectionTarget } from '../log/kafka/connection-errors.js';
import { probeKafka } from '../log/kafka/probe.js';
import { openLmdbLog } from '../log/lmdb-log.js';
import { checkStore } from './check-store.js';
import { peekDataFolder } from './data-folder.js';
import { effectiveRules } from './effective-rules.js';
import { loadRules } from './expert-rules.js';
import { packageRoot } from './package-root.js';
import { tryChecks, type Check, type Finding } from './try-checks.js';
import { createUnderstanding, modelOptions } from './understanding.js';

const GIB = 2 ** 30;

/** What waits for something outside this process. */
const LIMIT_MS = 10_000;
/** What this machine computes or reads: slow is no fault. */
const WORK_LIMIT_MS = 60_000;
/** A last attempt that has begun adds 4 s, and the cluster's own words come before the limit. */
const KAFKA_MS = 5_000;

/**
 * Tries every part that the service will need, each by using it; emits each finding as soon as it is known.
 *
 * Writes only below the temporary folder; servers are only looked at. An abort ends it at once with CancelledError `stopped`.
 */
export function diagnose(config: Config, dataDir: string, signal: AbortSignal): AsyncGenerator<Finding> {
  const rules = (): Finding => {
    const detail = `${effectiveRules(config.alerts.rules).length} rules`;
    return { state: 'good', what: 'rules', detail };
  };
  const embedded = config.clickhouse.url === 'chdb:';
  const checks: readonly Check[] = [
    { what: 'node', limitMs: LIMIT_MS, run: checkNode },
    { what: 'memory', limitMs: LIMIT_MS, run: checkMemory },
    { what: 'rules', limitMs: LIMIT_MS, run: rules },
    { what: 'model', limitMs: WORK_LIMIT_MS, run: () => checkModel(config) },
    { what: 'other models', limitMs: WORK_LIMIT_MS, run: () => checkOtherModels(config) },
    { what: 'log', limitMs: WORK_LIMIT_MS, run: checkLog },
    {
      what: 'store',
      limitMs: embedded ? WORK_LIMIT_MS : LIMIT_MS,
      run: () => checkStore(config, inTemporaryFolder),
    },
    { what: 'page', limitMs: LIMIT_MS, run: checkPage },
    { what: 'data folder', limitMs: LIMIT_MS, run: () => checkFolder(dataDir) },
    { what: 'disk', limitMs: LIMIT_MS, run: () => checkDisk(dataDir) },
    { what: 'page port', limitMs: LIMIT_MS, run: () => checkPort('page port', config.http) },
    { what: 'metrics port', limitMs: LIMIT_MS, run: () => checkPort('metrics port', config.metrics) },
    { what: 'kafka client', limitMs: LIMIT_MS, run: checkKafkaClient },
    ...kafkaTargets(config).map(([what, target]) => ({
      what,
      limitMs: LIMIT_MS,
      run: () => checkBrokers(what, { ...target, connectMs: KAFKA_MS }),
    })),
  ];
  return tryChecks(checks, signal);
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = major > 20 || (major === 20 && minor >= 19);
  return {
    state: fits ? 'good' : 'bad',
    what: 'node',
    detail: `${process.version}${fits ? '' : '; 20.19 or newer is needed'}`,
  };
}

function checkMemory(): Finding {
  const gib = totalmem() / GIB;
  const state = gib >= 2 ? 'good' : 'note';
  return {
    state,
    what: 'memory',
    detail: `${gib.toFixed(1)} GiB${state === 'note' ? '; 2 GiB are advised' : ''}`,
  };
}

async function checkModel(config: Config): Promise<Finding> {
  const understanding = await createUnderstanding({
    world: 'live',
    models: config.models,
    rules: (await loadRules(config.models.rules)).inForce,
    languages: null,
    instrumentFiles: config.instruments.files,
  });
  const { classifier, instruments } = understanding;
  await understanding.close();
  const { name, version } = classifier.model;
  return {
    state: 'good',
    what: 'model',
    detail: `${name} ${version}, checked; ${instruments.length} instruments`,
  };
}

async function checkOtherModels(config: Config): Promise<Finding> {
  const models = await listModels(modelOptions(config.models));
  const usable = models.filter(({ problem }) => problem === null);
  return { state: 'good', what: 'models', detail: usable.map((model) => model.name).join(', ') };
}

async function checkLog(): Promise<Finding> {
  return inTemporaryFolder(async (folder) => {
    const log = await openLmdbLog({ path: folder, clock: systemClock });
    await log.append('doctor', [{ key: 'k', value: new Uint8Array(1) }]);
    await log.close();
    return { state: 'good', what: 'log', detail: 'LMDB writes and flushes' };
  });
}

function checkPage(): Finding {
  const built = existsSync(fileURLToPath(new URL('dist/web/index.html', packageRoot())));
  return {
    state: built ? 'good' : 'bad',
    what: 'page',
    detail: built ? 'built' : 'not built; run "npm run build"',
  };
}

async function checkFolder(dataDir: string): Promise<Finding> {
  const { world, heldBy } = await peekDataFolder(dataDir);
  if (heldBy !== null)
    return {
      state: 'note',
      what: 'data folder',
      detail: `${dataDir} (${world ?? 'empty'}) is held by process ${heldBy}`,
    };
  await access(existingAncestor(dataDir), constants.W_OK);
  return {
    state: 'good',
    what: 'data folder',
    detail: `${dataDir}: ${world === null ? 'will be made' : `holds the ${world} world`}`,
  };
}

async function checkDisk(dataDir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(existingAncestor(dataDir));
  const gib = (bavail * bsize) / GIB;
  const state = gib < 0.25 ? 'bad' : gib < 5 ? 'note' : 'good';
  return {
    state,
    what: 'disk',
    detail: `${gib.toFixed(1)} GiB free${state === 'good' ? '' : '; make room, documents are refused when it is full'}`,
  };
}

async function checkPort(what: string, { host, port }: { host: string; port: number }): Promise<Finding> {
  const free = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ host, port }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
  return {
    state: free ? 'good' : 'note',
    what,
    detail: `${host}:${port} ${free ? 'is free' : 'is in use (by a running service, or choose another with --port)'}`,
  };
}

/** Not needed by anything that runs on one machine, so its absence is only told. */
function checkKafkaClient(): Finding {
  try {
    createRequire(import.meta.url)('node-rdkafka');
    return { state: 'good', what: 'kafka client', detail: 'node-rdkafka is built' };
  } catch {
    return {
      state: 'note',
      what: 'kafka client',
      detail: 'node-rdkafka is not built; the embedded log does not need it',
    };
  }
}

/** The clusters that the configuration names, each as its part of the service would reach it. */
function kafkaTargets(config: Config): readonly (readonly [string, ConnectionTarget])[] {
  const { url, kafka } = config.log;
  const log = url.startsWith('kafka:')
    ? [['kafka log', { brokers: brokersOf(url), connection: kafka }] as const]
    : [];
  const sources = config.sources.flatMap((source) =>
    source.type === 'kafka' && source.enabled
      ? [[`source ${source.id}`, { brokers: brokersOf(source.brokers), connection: source }] as const]
      : [],
  );
  return [...log, ...sources];
}

async function checkBrokers(what: string, target: ConnectionTarget): Promise<Finding> {
  await probeKafka(target);
  return { state: 'good', what, detail: `${target.brokers} answers (${target.connection.security})` };
}

function existingAncestor(path: string): string {
  return existsSync(path) ? path : existingAncestor(dirname(path));
}

async function inTemporaryFolder(work: (folder: string) => Promise<Finding>): Promise<Finding> {
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-doctor-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
