import type { KafkaConsumer, TopicPartition, TopicPartitionOffset } from 'node-rdkafka';

import { committedOffsets, watermarks } from './calls.js';
import type { KafkaReaderOptions } from './reader-options.js';

/**
 * Where the partitions go on: at what the group has committed, or at the oldest record. What was dropped unread is
 * reported as a gap, and never jumped over in silence.
 */
export async function findStarts(
  consumer: KafkaConsumer,
  partitions: readonly TopicPartition[],
  { topic, onGap }: Pick<KafkaReaderOptions, 'topic' | 'onGap'>,
): Promise<readonly TopicPartitionOffset[]> {
  const committed = await committedOffsets(consumer, partitions);
  const starts: TopicPartitionOffset[] = [];
  for (const { partition } of partitions) {
    const { low, high } = await watermarks(consumer, { topic, partition });
    const wanted = committed.get(partition) ?? low;
    if (wanted < low) onGap({ topic, partition, from: wanted, to: low });
    // Beyond the end: the topic was made anew, and everything in it is unread.
    if (wanted > high) onGap({ topic, partition, from: high, to: wanted });
    starts.push({ topic, partition, offset: wanted < low || wanted > high ? low : wanted });
  }
  return starts;
}
