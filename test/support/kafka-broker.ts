import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const POM = fileURLToPath(new URL('kafka/pom.xml', import.meta.url));
const CLUSTER_ID = 'bellwetherTestCluster1';
const READY_MS = 60_000;

/** A real broker (KRaft, one node) of this test, on its own folder and free ports. */
export interface KafkaBroker {
  readonly brokers: string;
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

/** Whether a real broker can be had here: Java and Maven, or one that is named by KAFKA_BROKERS. */
export async function canStartKafka(): Promise<boolean> {
  const answers = (command: string) =>
    run(command, ['-version']).then(
      () => true,
      () => false,
    );
  return (await answers('java')) && (await answers('mvn'));
}

export async function startKafkaBroker(
  properties: Readonly<Record<string, string>> = {},
): Promise<KafkaBroker> {
  const classpath = await resolveClasspath();
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-kafka-'));
  const [port, controllerPort] = [await freePort(), await freePort()];
  const config = join(folder, 'server.properties');
  await writeFile(config, toProperties({ ...defaults(folder, port, controllerPort), ...properties }));
  const java = (...args: string[]) => ['-Xmx384m', '-XX:+UseSerialGC', '-cp', classpath, ...args];
  await run(
    'java',
    java('kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', config, '--standalone'),
  );

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

function defaults(folder: string, port: number, controllerPort: number): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
    'log.retention.check.interval.ms': '1000',
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
