import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startClickHouseFacade, type ClickHouseFacade } from '../support/clickhouse-facade.js';
import { canStartKafka, startKafkaBroker, type KafkaBroker } from '../support/kafka-broker.js';
import { hasKafkaClient } from '../support/kafka-mock.js';
import {
  getJson,
  runCommand,
  startBellwether,
  temporaryFolder,
  until,
  type RunningService,
} from '../support/service.js';

const possible = (await hasKafkaClient()) && (await canStartKafka());
const NOTES = 400;

/** Two monitors in processes of their own on a real broker and a server's store. */
describe.skipIf(!possible && process.env['CI'] !== 'true')('A monitor that freezes in a re-score', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let broker: KafkaBroker;
  let facade: ClickHouseFacade;
  const services = new Map<string, RunningService>();
  const config = () => join(folder.path, 'cluster.yaml');
  const start = async (name: string, roles: string) => {
    const args = ['--config', config(), '--roles', roles, '--data', join(folder.path, name)];
    services.set(name, await startBellwether(args));
  };
  const stateOf = async (name: string) => {
    const { monitor } = (await getJson(`${services.get(name)?.page ?? ''}/readyz`)) as { monitor: string };
    return monitor;
  };
  const becomes = (name: string, state: string) =>
    until(async () => ((await stateOf(name)) === state ? name : null), 30_000, `${name} is ${state}`);
  const command = (name: string, ...args: string[]) =>
    runCommand([...args, '--json', '--config', config(), '--data', join(folder.path, name)]);

  beforeAll(async () => {
    expect(possible, 'Java 17, Maven and the compiled Kafka client are needed').toBe(true);
    folder = await temporaryFolder();
    broker = await startKafkaBroker();
    facade = await startClickHouseFacade(join(folder.path, 'clickhouse'));
    const lines = [
      `log: {url: "kafka://${broker.brokers}"}`,
      `clickhouse: {url: "${facade.server.url}"}`,
      'sources: []',
    ];
    await writeFile(config(), `${lines.join('\n')}\n`);
    await start('frozen', 'monitor');
    await becomes('frozen', 'active');
    await Promise.all([start('other', 'monitor'), start('front', 'ingest,understand')]);
  }, 180_000);
  afterAll(async () => {
    for (const service of services.values()) service.process.kill('SIGCONT');
    await Promise.all([...services.values()].map((service) => service.stop('SIGKILL')));
    await facade.stop();
    await broker.dispose();
    await folder.remove();
  });

  async function send(from: number): Promise<void> {
    const rows = Array.from({ length: NOTES }, (_, n) => ({
      source: { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' },
      nativeId: `note-${from + n}`,
      title: `Boeing shares fall after warning number ${from + n}. 波音股价下跌`,
      publishedAt: new Date(Date.now() - 60_000).toISOString(),
    }));
    const response = await fetch(`${services.get('front')?.page ?? ''}/ingest/v1/documents`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: rows.map((row) => JSON.stringify(row)).join('\n'),
    });
    expect(response.status).toBe(200);
  }
  const rescored = async () => {
    const url = `${facade.server.url}/?database=${facade.server.database}`;
    const response = await fetch(url, {
      method: 'POST',
      body: 'SELECT count() FROM document_scores FORMAT TSV',
    });
    return Number(await response.text());
  };
  const books = async (name: string) => JSON.parse((await command(name, 'reconcile')).out) as unknown;

  it('is replaced, does nothing more when it comes back, and the other one completes the work', async () => {
    await send(0);
    expect(await books('frozen')).toMatchObject({ accepted: NOTES, stored: NOTES, difference: 0 });
    const cutOff = command('frozen', 'rescore', '--model', 'lexicon');
    await until(async () => ((await rescored()) > 0 ? true : null), 30_000, 'the re-score has begun');
    services.get('frozen')?.process.kill('SIGSTOP');
    await becomes('other', 'active');
    await send(NOTES);
    services.get('frozen')?.process.kill('SIGCONT');
    await cutOff;
    await becomes('frozen', 'standby');
    expect(await stateOf('other')).toBe('active');
    const { code, words } = await command('frozen', 'reconcile');
    expect([code, words]).toEqual([2, expect.stringContaining('not the active monitor')]);
    const { out } = await command('other', 'rescore', '--model', 'lexicon');
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
