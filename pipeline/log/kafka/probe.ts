import { connect, disconnect } from './calls.js';
import type { ConnectionTarget } from './connection-errors.js';
import { connectionSettings } from './connection.js';
import { loadKafkaClient } from './load-client.js';

/** Connects as the log and the sources do, and leaves nothing behind. Throws what opening them would throw. */
export async function probeKafka(target: ConnectionTarget): Promise<void> {
  const client = await loadKafkaClient();
  const producer = new client.Producer(
    { ...connectionSettings(target.brokers, target.connection), 'client.id': 'bellwether-doctor' },
    {},
  );
  await connect(producer, target);
  await disconnect(producer);
}
