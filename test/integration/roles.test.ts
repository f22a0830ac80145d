import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startClickHouseFacade, type ClickHouseFacade } from '../support/clickhouse-facade.js';
import { canUseKafka, useKafkaBroker, type GivenBroker } from '../support/kafka-broker.js';
import { hasKafkaClient } from '../support/kafka-mock.js';
import {
  getJson,
  runCommand,
  startBellwether,
  temporaryFolder,
  until,
  type RunningService,
} from '../support/service.js';

const possible = (await hasKafkaClient()) && (await canUseKafka());

/** A whole installation in processes of their own: a real broker, a server's store, every role. */
describe.skipIf(!possible && process.env['CI'] !== 'true')('An installation in several processes', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let broker: GivenBroker;
  let facade: ClickHouseFacade;
  const services = new Map<string, RunningService>();
  let sent = 0;

  const start = async (name: string, roles: string) => {
    const args = ['--config', join(folder.path, 'cluster.yaml'), '--roles', roles];
    services.set(name, await startBellwether([...args, '--data', join(folder.path, name)]));
  };
  const page = (name: string) => services.get(name)?.page ?? '';

  beforeAll(async () => {
    expect(possible, 'Java 17, Maven and the compiled Kafka client are needed').toBe(true);
    folder = await temporaryFolder();
    broker = await useKafkaBroker();
    facade = await startClickHouseFacade(join(folder.path, 'clickhouse'));
    const lines = [
      'log:',
      `  url: kafka://${broker.brokers}`,
      `  kafka: { topicPrefix: roles${Date.now().toString(36)}. }`,
      'clickhouse:',
      `  url: ${facade.server.url}`,
      'sources: []',
    ];
    await writeFile(join(folder.path, 'cluster.yaml'), `${lines.join('\n')}\n`);
    await start('monitor-a', 'monitor');
    await Promise.all([
      start('ingest', 'ingest'),
      start('understand-a', 'understand'),
      start('understand-b', 'understand'),
      start('monitor-b', 'monitor'),
      start('api', 'api'),
    ]);
  }, 180_000);
  afterAll(async () => {
    await Promise.all([...services.values()].map((service) => service.stop('SIGKILL')));
    await facade.stop();
    await broker.dispose();
    await folder.remove();
  });

  async function send(count: number): Promise<void> {
    const documents = Array.from({ length: count }, (_, index) => ({
      source: { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' },
      nativeId: `note-${sent + index}`,
      title: `Boeing shares fall after warning number ${sent + index}`,
      publishedAt: new Date(Date.now() - 60_000).toISOString(),
    }));
    const response = await fetch(`${page('ingest')}/ingest/v1/documents`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: documents.map((document) => JSON.stringify(document)).join('\n'),
    });
    expect(response.status).toBe(200);
    sent += count;
  }

  /** What the page of another process counts. */
  async function counted(): Promise<number> {
    const from = new Date(Date.now() - 86_400_000).toISOString();
    const to = new Date(Date.now() + 3_600_000).toISOString();
    const url = `${page('api')}/api/v1/series?series=market&frequency=1d&from=${from}&to=${to}`;
    const { data } = (await getJson(url)) as { data: readonly { n: number | null }[] };
    return data.reduce((sum, { n }) => sum + (n ?? 0), 0);
  }
  const activeMonitor = () =>
    until(
      async () => {
        for (const name of ['monitor-a', 'monitor-b'].filter((key) => services.has(key))) {
          const { monitor } = (await getJson(`${page(name)}/readyz`)) as { monitor: string };
          if (monitor === 'active') return name;
        }
        return null;
      },
      15_000,
      'a monitor is active',
    );
  const allCounted = (deadlineMs: number) =>
    until(
      async () => ((await counted()) === sent ? sent : null),
      deadlineMs,
      `${String(sent)} documents are counted`,
    );

  it('stores what another process took in, and shows it in a third', async () => {
    await send(300);
    await allCounted(30_000);
  }, 60_000);

  it('goes on within 15 s after the active monitor and a reader were killed', async () => {
    const active = await activeMonitor();
    await services.get(active)?.stop('SIGKILL');
    services.delete(active);
    await services.get('understand-a')?.stop('SIGKILL');
    services.delete('understand-a');
    await send(200);
    await allCounted(15_000);
  }, 60_000);

  it('accepts while the store is away and stores it all when it is back', async () => {
    await facade.kill();
    await send(100);
    await facade.restart();
    await allCounted(30_000);
  }, 60_000);

  it('balances its books, asked of the active monitor', async () => {
    const name = await activeMonitor();
    const { code, out, words } = await runCommand([
      'reconcile',
      '--json',
      '--config',
      join(folder.path, 'cluster.yaml'),
      '--data',
      join(folder.path, name),
    ]);
    expect(words).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      accepted: sent,
      stored: sent,
      difference: 0,
      rollUpDifferences: 0,
    });
    expect(code).toBe(0);
  }, 60_000);

  it('stops every role in time', async () => {
    const codes = await Promise.all([...services.values()].map((service) => service.stop()));
    expect(codes).toEqual(codes.map(() => 0));
    services.clear();
  }, 40_000);
});
