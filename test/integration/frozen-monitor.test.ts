import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createCluster, type Cluster } from '../support/cluster.js';
import { canStartKafka, startKafkaBroker } from '../support/kafka-broker.js';
import { hasKafkaClient } from '../support/kafka-mock.js';
import { until } from '../support/service.js';

const possible = (await hasKafkaClient()) && (await canStartKafka());
const NOTES = 400;

/** Two monitors in processes of their own on a real broker and a server's store. */
describe.skipIf(!possible && process.env['CI'] !== 'true')('A monitor that freezes in a re-score', () => {
  let cluster: Cluster;
  const becomes = (name: string, state: string) =>
    until(
      async () => ((await cluster.monitorState(name)) === state ? name : null),
      30_000,
      `${name} is ${state}`,
    );

  beforeAll(async () => {
    expect(possible, 'Java 17, Maven and the compiled Kafka client are needed').toBe(true);
    cluster = await createCluster(await startKafkaBroker());
    await cluster.start('frozen', 'monitor');
    await becomes('frozen', 'active');
    await Promise.all([cluster.start('other', 'monitor'), cluster.start('front', 'ingest,understand')]);
  }, 180_000);
  afterAll(() => cluster.dispose());

  const send = async (from: number) => {
    expect(await cluster.post('front', from, NOTES)).toBe(200);
  };
  const rescored = async () => {
    const { server } = cluster.facade;
    const response = await fetch(`${server.url}/?database=${server.database}`, {
      method: 'POST',
      body: 'SELECT count() FROM document_scores FORMAT TSV',
    });
    return Number(await response.text());
  };
  const books = async (name: string) => JSON.parse((await cluster.command(name, 'reconcile')).out) as unknown;

  it('is replaced, does nothing more when it comes back, and the other one completes the work', async () => {
    await send(0);
    expect(await books('frozen')).toMatchObject({ accepted: NOTES, stored: NOTES, difference: 0 });
    const cutOff = cluster.command('frozen', 'rescore', '--model', 'lexicon');
    await until(async () => ((await rescored()) > 0 ? true : null), 30_000, 'the re-score has begun');
    cluster.services.get('frozen')?.process.kill('SIGSTOP');
    await becomes('other', 'active');
    await send(NOTES);
    cluster.services.get('frozen')?.process.kill('SIGCONT');
    await cutOff;
    await becomes('frozen', 'standby');
    expect(await cluster.monitorState('other')).toBe('active');
    const { code, words } = await cluster.command('frozen', 'reconcile');
    expect([code, words]).toEqual([2, expect.stringContaining('not the active monitor')]);
    const { out } = await cluster.command('other', 'rescore', '--model', 'lexicon');
    expect(JSON.parse(out)).toMatchObject({ remaining: 0 });
    expect(await rescored()).toBe(2 * NOTES);
    expect(await books('other')).toMatchObject({
      accepted: 2 * NOTES,
      stored: 2 * NOTES,
      difference: 0,
      rollUpDifferences: 0,
    });
  }, 180_000);
});
