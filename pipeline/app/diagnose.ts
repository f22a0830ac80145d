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
import { openStore } from '../storage/open-store.js';
import { peekDataFolder } from './data-folder.js';
import { effectiveRules } from './effective-rules.js';
import { loadRules } from './expert-rules.js';
import { packageRoot } from './package-root.js';
import { createUnderstanding, modelOptions } from './understanding.js';

/** `bad` must be mended before the service can run; `note` is worth knowing. */
export interface Finding {
  readonly state: 'good' | 'note' | 'bad';
  readonly what: string;
  readonly detail: string;
}

const GIB = 2 ** 30;

/** Tries every part that the service will need, each by using it. Writes only below the temporary folder. */
export async function diagnose(config: Config, dataDir: string): Promise<readonly Finding[]> {
  const checks: readonly (readonly [string, () => Promise<Finding> | Finding])[] = [
    ['node', checkNode],
    ['memory', checkMemory],
    [
      'rules',
      () => ({ state: 'good', what: 'rules', detail: `${effectiveRules(config.alerts.rules).length} rules` }),
    ],
    ['model', () => checkModel(config)],
    ['other models', () => checkOtherModels(config)],
    ['log', checkLog],
    ['store', checkStore],
    ['page', checkPage],
    ['data folder', () => checkFolder(dataDir)],
    ['disk', () => checkDisk(dataDir)],
    ['page port', () => checkPort('page port', config.http)],
    ['metrics port', () => checkPort('metrics port', config.metrics)],
    ['kafka client', checkKafkaClient],
    ...kafkaTargets(config).map(([what, target]) => [what, () => checkBrokers(what, target)] as const),
  ];
  const findings: Finding[] = [];
  for (const [what, check] of checks) {
    try {
      findings.push(await check());
    } catch (error) {
      findings.push({ state: 'bad', what, detail: error instanceof Error ? error.message : String(error) });
    }
  }
  return findings;
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

async function checkStore(): Promise<Finding> {
  return inTemporaryFolder(async (folder) => {
    const store = await openStore({ path: folder, world: 'live', clock: systemClock });
    await store.ping();
    const detail = `chDB answers; schema version ${store.identity.schemaVersion}`;
    await store.close();
    return { state: 'good', what: 'store', detail };
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
