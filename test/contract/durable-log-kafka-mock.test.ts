import { describe, expect, it } from 'vitest';

import { hasKafkaClient, kafkaLogOptions, openKafkaLog, startMockCluster } from '../support/kafka-mock.js';
import { describeDurableLog } from './durable-log.js';

const possible = await hasKafkaClient();
let made = 0;

describe.skipIf(!possible && process.env['CI'] !== 'true')('The Kafka client', () => {
  it('is compiled (npm run build:kafka)', () => {
    expect(possible).toBe(true);
  });
});

if (possible) {
  describeDurableLog("Kafka, on librdkafka's mock cluster,", async () => {
    const cluster = await startMockCluster();
    made += 1;
    const options = kafkaLogOptions(cluster.brokers, { createTopics: false, prefix: `mock${made}.` });
    let log = await openKafkaLog(options);
    return {
      log,
      async reopen() {
        await log.close();
        log = await openKafkaLog(options);
        return log;
      },
      async dispose() {
        await log.close();
        await cluster.stop();
      },
    };
  });
}
