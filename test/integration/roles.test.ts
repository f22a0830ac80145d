import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createCluster, type Cluster } from '../support/cluster.js';
import { canUseKafka, useKafkaBroker } from '../support/kafka-broker.js';
import { hasKafkaClient } from '../support/kafka-mock.js';
import { getJson, until } from '../support/service.js';

const possible = (await hasKafkaClient()) && (await canUseKafka());

/** A whole installation in processes of their own: a real broker, a server's store, every role. */
describe.skipIf(!possible && process.env['CI'] !== 'true')('An installation in several processes', () => {
  let cluster: Cluster;
  let sent = 0;

  beforeAll(async () => {
    expect(possible, 'Java 17, Maven and the compiled Kafka client are needed').toBe(true);
    cluster = await createCluster(await useKafkaBroker());
    await cluster.start('monitor-a', 'monitor');
    await Promise.all([
      cluster.start('ingest', 'ingest'),
      cluster.start('understand-a', 'understand'),
      cluster.start('understand-b', 'understand'),
      cluster.start('monitor-b', 'monitor'),
      cluster.start('api', 'api'),
    ]);
  }, 180_000);
  afterAll(() => cluster.dispose());

  async function send(count: number): Promise<void> {
    expect(await cluster.post('ingest', sent, count)).toBe(200);
    sent += count;
  }

  /** What the page of another process counts. */
  async function counted(): Promise<number> {
    const from = new Date(Date.now() - 86_400_000).toISOString();
    const to = new Date(Date.now() + 3_600_000).toISOString();
    const url = `${cluster.page('api')}/api/v1/series?series=market&frequency=1d&from=${from}&to=${to}`;
    const { data } = (await getJson(url)) as { data: readonly { n: number | null }[] };
    return data.reduce((sum, { n }) => sum + (n ?? 0), 0);
  }
  const activeMonitor = () =>
    until(
      async () => {
        for (const name of ['monitor-a', 'monitor-b'].filter((key) => cluster.services.has(key)))
          if ((await cluster.monitorState(name)) === 'active') return name;
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
    for (const name of [active, 'understand-a']) {
      await cluster.services.get(name)?.stop('SIGKILL');
      cluster.services.delete(name);
    }
    await send(200);
    await allCounted(15_000);
  }, 60_000);

  it('accepts while the store is away and stores it all when it is back', async () => {
    await cluster.facade.kill();
    await send(100);
    await cluster.facade.restart();
    await allCounted(30_000);
  }, 60_000);

  it('balances its books, asked of the active monitor', async () => {
    const name = await activeMonitor();
    const { code, out, words } = await cluster.command(name, 'reconcile');
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
    const codes = await Promise.all([...cluster.services.values()].map((service) => service.stop()));
    expect(codes).toEqual(codes.map(() => 0));
    cluster.services.clear();
  }, 40_000);
});
