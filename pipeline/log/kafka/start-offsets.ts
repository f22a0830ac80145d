import type { KafkaConsumer, TopicPartition } from 'node-rdkafka';

import { committedOffsets, watermarks } from './calls.js';
import type { LogGap } from './reader-options.js';

export interface PartitionStart {
  readonly partition: number;
  readonly offset: number;
  /** What was dropped unread before it, or null. */
  readonly gap: LogGap | null;
}

/** Where the partitions go on: at what the group has committed, or at the oldest record. */
export async function findStarts(
  consumer: KafkaConsumer,
  partitions: readonly TopicPartition[],
  topic: string,
): Promise<readonly PartitionStart[]> {
  const committed = await committedOffsets(consumer, partitions);
  const starts: PartitionStart[] = [];
  for (const { partition } of partitions) {
    const { low, high } = await watermarks(consumer, { topic, partition });
    const wanted = committed.get(partition) ?? low;
    starts.push({ partition, ...startOf(wanted, { topic, partition, low, high }) });
  }
  return starts;
}

function startOf(
  wanted: number,
  { low, high, ...place }: { topic: string; partition: number; low: number; high: number },
): Pick<PartitionStart, 'offset' | 'gap'> {
  if (wanted < low) return { offset: low, gap: { ...place, from: wanted, to: low } };
  // Beyond the end: the topic was made anew, and everything in it is unread.
  if (wanted > high) return { offset: low, gap: { ...place, from: high, to: wanted } };
  return { offset: wanted, gap: null };
}
