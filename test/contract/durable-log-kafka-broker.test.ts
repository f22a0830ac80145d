import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { canUseKafka, useKafkaBroker, type GivenBroker } from '../support/kafka-broker.js';
import { hasKafkaClient, kafkaLogOptions, openKafkaLog } from '../support/kafka-mock.js';
import { describeDurableLog } from './durable-log.js';

const possible = (await hasKafkaClient()) && (await canUseKafka());
let made = 0;

describe.skipIf(!possible && process.env['CI'] !== 'true')('A real broker', () => {
  it('can be started (Java 17, Maven and the compiled client)', () => {
    expect(possible).toBe(true);
  });
});

if (possible) {
  let broker: GivenBroker | null = null;
  beforeAll(async () => {
    broker = await useKafkaBroker();
  }, 180_000);
  afterAll(() => broker?.dispose());

  describeDurableLog('Kafka, on a real broker,', async () => {
    made += 1;
    const options = kafkaLogOptions(broker?.brokers ?? '', {
      prefix: `real${Date.now().toString(36)}${made}.`,
    });
    let log = await openKafkaLog(options);
    return {
      log,
      async reopen() {
        await log.close();
        log = await openKafkaLog(options);
        return log;
      },
      dispose: () => log.close(),
    };
  });
}
