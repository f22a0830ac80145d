import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startClickHouseFacade, type ClickHouseFacade } from './clickhouse-facade.js';
import type { GivenBroker } from './kafka-broker.js';
import { getJson, runCommand, startBellwether, temporaryFolder, type RunningService } from './service.js';

/** An installation in processes of their own, on a broker and a server's store. */
export interface Cluster {
  readonly services: Map<string, RunningService>;
  readonly facade: ClickHouseFacade;
  start(name: string, roles: string): Promise<void>;
  page(name: string): string;
  /** What the monitor role of the process is: `active` or `standby`. */
  monitorState(name: string): Promise<string>;
  /** Runs a command where the process of this name runs. */
  command(name: string, ...args: string[]): ReturnType<typeof runCommand>;
  /** Posts so many notes with numbers from `from` on, and answers with the status. */
  post(name: string, from: number, count: number): Promise<number>;
  /** Kills every process, and ends store and broker. */
  dispose(): Promise<void>;
}

/** The broker is the cluster's from now on: `dispose` ends it, too. */
export async function createCluster(broker: GivenBroker): Promise<Cluster> {
  const folder = await temporaryFolder();
  const facade = await startClickHouseFacade(join(folder.path, 'clickhouse'));
  const services = new Map<string, RunningService>();
  const config = join(folder.path, 'cluster.yaml');
  const lines = [
    'log:',
    `  url: kafka://${broker.brokers}`,
    `  kafka: { topicPrefix: cluster${Date.now().toString(36)}. }`,
    'clickhouse:',
    `  url: ${facade.server.url}`,
    'sources: []',
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  const page = (name: string) => services.get(name)?.page ?? '';
  const place = (name: string) => ['--config', config, '--data', join(folder.path, name)];
  return {
    services,
    facade,
    page,
    async start(name, roles) {
      services.set(name, await startBellwether([...place(name), '--roles', roles]));
    },
    async monitorState(name) {
      const { monitor } = (await getJson(`${page(name)}/readyz`)) as { monitor: string };
      return monitor;
    },
    command: (name, ...args) => runCommand([...args, '--json', ...place(name)]),
    post: (name, from, count) => postNotes(page(name), from, count),
    async dispose() {
      for (const service of services.values()) service.process.kill('SIGCONT');
      await Promise.all([...services.values()].map((service) => service.stop('SIGKILL')));
      await facade.stop();
      await broker.dispose();
      await folder.remove();
    },
  };
}

async function postNotes(page: string, from: number, count: number): Promise<number> {
  const notes = Array.from({ length: count }, (_, n) => ({
    source: { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' },
    nativeId: `note-${from + n}`,
    title: `Boeing shares fall after warning number ${from + n}. 波音股价下跌`,
    publishedAt: new Date(Date.now() - 60_000).toISOString(),
  }));
  const response = await fetch(`${page}/ingest/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: notes.map((note) => JSON.stringify(note)).join('\n'),
  });
  return response.status;
}
