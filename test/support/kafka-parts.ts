import { join } from 'node:path';

import { startClickHouseFacade, type ClickHouseFacade } from './clickhouse-facade.js';
import { startKafkaBroker, type KafkaBroker } from './kafka-broker.js';

/** What a service in Kafka mode stands on, each in a process of its own. */
export interface KafkaParts {
  readonly broker: KafkaBroker;
  readonly facade: ClickHouseFacade;
  /** The part of a service's configuration that names them. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly dispose: () => Promise<void>;
}

/** The store lives in `folder`/clickhouse. */
export async function startKafkaParts(folder: string): Promise<KafkaParts> {
  const broker = await startKafkaBroker();
  const facade = await startClickHouseFacade(join(folder, 'clickhouse'));
  return {
    broker,
    facade,
    config: {
      log: { url: `kafka://${broker.brokers}`, kafka: { partitions: 3, instanceId: 'one' } },
      clickhouse: { url: facade.server.url },
    },
    dispose: async () => {
      await facade.stop();
      await broker.dispose();
    },
  };
}
