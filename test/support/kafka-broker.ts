import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { packageRoot } from '../../pipeline/app/package-root.js';

const run = promisify(execFile);
const POM = fileURLToPath(new URL('test/support/kafka/pom.xml', packageRoot()));
const CLUSTER_ID = 'bellwetherTestCluster1';
const READY_MS = 60_000;

/** A real broker that a test may use: its own, or one that KAFKA_BROKERS names and that is left as it is. */
export interface GivenBroker {
  readonly brokers: string;
  dispose(): Promise<void>;
}

/** A real broker (KRaft, one node) of this test, on its own folder and free ports. */
export interface KafkaBroker extends GivenBroker {
  /** Addresses of the listeners that were asked for, by name. */
  readonly listeners: Readonly<Record<string, string>>;
  /** SIGKILL; what it acknowledged is on its disk. */
  kill(): Promise<void>;
  /** Starts it again on the same folder and ports, and resolves when it answers. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes its folder. */
  dispose(): Promise<void>;
}

export interface KafkaBrokerOptions {
  /** Settings of the broker, besides those that it needs. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Further listeners: name (upper case) to protocol, such as SSL. */
  readonly listeners?: Readonly<Record<string, string>>;
  /** `SCRAM-SHA-256=[name=…,password=…]` */
  readonly scramUsers?: readonly string[];
}

/** Whether a real broker can be had here: one that KAFKA_BROKERS names, or an own one. */
export async function canUseKafka(): Promise<boolean> {
  return givenBrokers() !== null || canStartKafka();
}

/** Whether a broker of the test's own can be started here, one that may be killed. */
export async function canStartKafka(): Promise<boolean> {
  const answers = (command: string) =>
    run(command, ['-version']).then(
      () => true,
      () => false,
    );
  return (await answers('java')) && (await answers('mvn'));
}

/** The broker that KAFKA_BROKERS names, or one that is started for the test. */
export async function useKafkaBroker(): Promise<GivenBroker> {
  const brokers = givenBrokers();
  if (brokers === null) return startKafkaBroker();
  return { brokers, dispose: () => Promise.resolve() };
}

function givenBrokers(): string | null {
  const given = process.env['KAFKA_BROKERS'] ?? '';
  return given === '' ? null : given;
}

export async function startKafkaBroker(options: KafkaBrokerOptions = {}): Promise<KafkaBroker> {
  const classpath = await resolveClasspath();
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-kafka-'));
  const ports = new Map<string, number>();
  for (const name of ['PLAINTEXT', 'CONTROLLER', ...Object.keys(options.listeners ?? {})])
    ports.set(name, await freePort());
  const port = ports.get('PLAINTEXT') ?? 0;
  const config = join(folder, 'server.properties');
  const own = { ...defaults(folder, ports, options.listeners ?? {}), ...options.properties };
  await writeFile(config, toProperties(own));
  const java = (...args: string[]) => ['-Xmx384m', '-XX:+UseSerialGC', '-cp', classpath, ...args];
  const users = (options.scramUsers ?? []).flatMap((user) => ['--add-scram', user]);
  const format = ['format', '-t', CLUSTER_ID, '-c', config, '--standalone', ...users];
  await run('java', java('kafka.tools.StorageTool', ...format));

  let child: ChildProcess | null = null;
  const start = async () => {
    child = spawn('java', java('kafka.Kafka', config), { stdio: ['ignore', 'ignore', 'ignore'] });
    await answering(port, child);
  };
  const end = async (signal: NodeJS.Signals) => {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null) return;
    const closed = new Promise((resolve) => ending.once('close', resolve));
    ending.kill('SIGCONT');
    ending.kill(signal);
    await closed;
  };
  await start();
  return {
    brokers: `127.0.0.1:${port}`,
    listeners: Object.fromEntries([...ports].map(([name, at]) => [name, `127.0.0.1:${at}`])),
    kill: () => end('SIGKILL'),
    start,
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    async dispose() {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function defaults(
  folder: string,
  ports: ReadonlyMap<string, number>,
  listeners: Readonly<Record<string, string>>,
): Record<string, string> {
  const addresses = [...ports].map(([name, port]) => `${name}://127.0.0.1:${port}`).join(',');
  const protocols = Object.entries({ PLAINTEXT: 'PLAINTEXT', CONTROLLER: 'PLAINTEXT', ...listeners });
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${ports.get('CONTROLLER') ?? 0}`,
    listeners: addresses,
    'advertised.listeners': addresses,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': protocols.map(([name, protocol]) => `${name}:${protocol}`).join(','),
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'log.retention.check.interval.ms': '1000',
    'log.initial.task.delay.ms': '500',
  };
}

function toProperties(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** The jars, found once a machine; Maven keeps them in its own repository. */
async function resolveClasspath(): Promise<string> {
  const folder = join(tmpdir(), 'bellwether-kafka-broker-4.1.1');
  const file = join(folder, 'classpath');
  if (!existsSync(file)) {
    await mkdir(folder, { recursive: true });
    await copyFile(POM, join(folder, 'pom.xml'));
    const args = ['-q', '-B', 'dependency:build-classpath', '-Dmdep.outputFile=classpath.new'];
    await run('mvn', args, { cwd: folder, maxBuffer: 1e7 });
    await rename(join(folder, 'classpath.new'), file);
  }
  return (await readFile(file, 'utf8')).trim();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The broker ended with ${child.exitCode}.`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => {
        resolve(false);
      });
    });
    if (open) return;
    await pause(100);
  }
  throw new Error('The broker does not answer.');
}
