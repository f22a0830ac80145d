import type { Clock } from '../core/clock.js';
import { RAW_TOPIC, SCORED_TOPIC, type DurableLog } from '../core/log.js';
import type { LogGap } from '../log/kafka/reader-options.js';
import type { Logger } from '../telemetry/logger.js';
import { GAP_TOPICS, type GapTopic, type Metrics } from '../telemetry/metrics.js';

/** The last gap of a partition, and how many messages all its gaps together have cost. */
export interface GapRecord extends LogGap {
  readonly messages: number;
  /** ISO 8601 */
  readonly at: string;
}

export interface LogGapsOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'logGap'>;
}

/**
 * What the brokers dropped before it was read: counted, logged, and kept in the log's own cursors, so that an operator finds
 * it in /readyz after any restart. Readers pass over a gap only when it is written down, so it is reported once.
 */
export interface LogGaps {
  readonly known: readonly GapRecord[];
  /** Reads what was written down by whichever process. */
  load(log: DurableLog, fullName: (topic: string) => string): Promise<void>;
  /** Resolves when it is written down. */
  record(gap: LogGap, log: Pick<DurableLog, 'append' | 'readCursor'>): Promise<void>;
  /** A gap in a topic of somebody else; its source names it. */
  recordForeign(gap: LogGap, source: string): void;
}

const LOST = 'Kafka dropped messages before they were read: its retention is shorter than the backlog.';

export function createLogGaps({ clock, logger, metrics }: LogGapsOptions): LogGaps {
  const known = new Map<string, GapRecord>();
  const keep = (record: GapRecord) => {
    known.set(cursorOf(record.topic, record.partition), record);
  };
  return {
    get known() {
      return [...known.values()];
    },
    async load(log, fullName) {
      for (const topic of [RAW_TOPIC, SCORED_TOPIC]) {
        for (const { partition } of await log.endPositions(topic)) {
          const value = await log.readCursor(cursorOf(fullName(topic), partition));
          if (value === null) continue;
          const record = JSON.parse(value) as GapRecord;
          keep(record);
          metrics.logGap(labelOf(topic), 0, Date.parse(record.at) / 1_000);
        }
      }
    },
    async record(gap, log) {
      const count = gap.to - gap.from;
      logger.error(LOST, { ...gap, messages: count });
      metrics.logGap(labelOf(gap.topic), count, clock.now() / 1_000);
      const name = cursorOf(gap.topic, gap.partition);
      const before = await log.readCursor(name);
      const earlier = before === null ? 0 : (JSON.parse(before) as GapRecord).messages;
      const record = { ...gap, messages: earlier + count, at: new Date(clock.now()).toISOString() };
      await log.append(RAW_TOPIC, [], { cursors: [{ name, value: JSON.stringify(record) }] });
      keep(record);
    },
    recordForeign(gap, source) {
      const messages = gap.to - gap.from;
      logger.error('Messages of a topic were gone before they were read.', { source, ...gap, messages });
      metrics.logGap('source', messages, clock.now() / 1_000);
    },
  };
}

function cursorOf(topic: string, partition: number): string {
  return `gap:${topic}:${partition}`;
}

/** Full names carry the prefix of the installation. */
function labelOf(topic: string): GapTopic {
  return GAP_TOPICS.find((name) => topic.endsWith(name)) ?? 'source';
}
