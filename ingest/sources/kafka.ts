import type { LogPosition, RawDocument, SourceInfo } from '../../pipeline/core/document.js';
import { BellwetherError, ConfigError, InvalidDocumentError } from '../../pipeline/core/errors.js';
import type { LogMessage, LogReader } from '../../pipeline/core/log.js';
import type { MappingSpec } from '../../pipeline/core/mapping.js';
import { compileMapping, type MappedItem } from '../mapping/compile-mapping.js';
import { partOutcomes, readMapped, type Outcome } from '../mapping/read-mapped.js';
import type { Deliver, RejectedItem, Source, UnreadableItem } from '../source.js';
import { parseContextOf, rejectedItem, type SourceParts } from '../source-parts.js';
import { createStatusTracker, type StatusTracker } from '../source-status.js';

export interface KafkaSourceOptions extends SourceParts {
  readonly source: SourceInfo;
  readonly topic: string;
  /** Joins the group; called when the source runs, and again after a failure. */
  readonly openReader: () => Promise<LogReader>;
  readonly mapping: MappingSpec;
  /** A hint for messages that name no language of their own. */
  readonly language?: string | null;
  /** Messages read at a time, 500 when left out: a source that has to pause must come back before the brokers give it up. */
  readonly maxBatch?: number;
  /** Looks at what one reader gave: `record` answers true for the message with which there are too many bad ones. */
  readonly createBreaker: () => { record(bad: boolean): boolean };
}

const PULL = { maxMessages: 500, maxBytes: 8_000_000, waitMs: 500 };
const AGAIN_MS = 5_000;

/**
 * Reads documents from a topic of somebody else. A message is committed there when its document is safe in our log, so none is
 * lost; what comes twice is known by its id. A message that is no document is named, and its bytes go into our log, where they
 * become a dead letter. With too many of them the mapping is wrong, or the topic: then `run` rejects with ConfigError
 * `source_flooded`, and what was read last is not committed.
 */
export function createKafkaSource(options: KafkaSourceOptions): Source {
  const tracker = createStatusTracker(options.source.id, options.clock);
  return {
    id: options.source.id,
    status: () => tracker.read(),
    async run(deliver, signal) {
      while (!signal.aborted) {
        try {
          await readTopic(options, { deliver, signal, tracker });
        } catch (error) {
          if (!(error instanceof BellwetherError)) throw error;
          tracker.become('degraded', error);
          if (!error.retriable) throw error;
          await options.clock.sleep(AGAIN_MS, signal);
        }
      }
      tracker.become('stopped');
    },
  };
}

type MapMessage = (message: unknown) => readonly MappedItem[];

interface Run {
  readonly deliver: Deliver;
  readonly signal: AbortSignal;
  readonly tracker: StatusTracker;
}

async function readTopic(options: KafkaSourceOptions, { deliver, signal, tracker }: Run): Promise<void> {
  const reader = await options.openReader();
  const breaker = options.createBreaker();
  const map = compileMapping(options.mapping);
  try {
    tracker.become('ok');
    while (!signal.aborted) {
      const messages = await reader.pull({
        ...PULL,
        maxMessages: Math.min(PULL.maxMessages, options.maxBatch ?? Infinity),
      });
      if (messages.length === 0) continue;
      const { documents, unreadable, rejected } = readMessages(messages, { options, map });
      const flood = findFlood(breaker, { good: documents.length, rejected, options });
      if (flood === null) await deliver({ documents, cursors: [], unreadable });
      for (const item of rejected) {
        tracker.rejected();
        options.onRejected(item);
      }
      if (flood !== null) throw flood;
      tracker.delivered(documents.length);
      await reader.commit(nextPositions(messages));
      tracker.become('ok');
    }
  } finally {
    await reader.close();
  }
}

function readMessages(
  messages: readonly LogMessage[],
  { options, map }: { readonly options: KafkaSourceOptions; readonly map: MapMessage },
): {
  readonly documents: readonly RawDocument[];
  readonly unreadable: readonly UnreadableItem[];
  readonly rejected: readonly RejectedItem[];
} {
  const documents: RawDocument[] = [];
  const unreadable: UnreadableItem[] = [];
  const rejected: RejectedItem[] = [];
  for (const message of messages) {
    const place = `${options.topic}, partition ${message.partition}, offset ${message.offset}`;
    const read = partOutcomes(readMessage(message, { options, map }));
    documents.push(...read.documents);
    if (read.errors.length > 0) unreadable.push({ key: place, value: message.value });
    rejected.push(...read.errors.map((error) => rejectedItem(options.source.id, place, error)));
  }
  return { documents, unreadable, rejected };
}

interface Pulled {
  readonly good: number;
  readonly rejected: readonly RejectedItem[];
  readonly options: KafkaSourceOptions;
}

/** Null while there are few bad ones. The good ones of a pull count first, whatever their order was. */
function findFlood(
  breaker: { record(bad: boolean): boolean },
  { good, rejected, options }: Pulled,
): ConfigError | null {
  for (let n = 0; n < good; n += 1) breaker.record(false);
  for (const { place, message } of rejected) {
    if (!breaker.record(true)) continue;
    return new ConfigError(
      'source_flooded',
      `5 % of the last 1,000 messages are no documents, so the source has stopped before committing them (${place}: ${message}). ` +
        `Mend the mapping of the source ${options.source.id}, or what writes to the topic, then restart.`,
    );
  }
  return null;
}

/** A document for each item of the message, or why it is none. */
function readMessage(
  { value }: LogMessage,
  { options, map }: { readonly options: KafkaSourceOptions; readonly map: MapMessage },
): readonly Outcome[] {
  const { source, language } = options;
  try {
    return readMapped(map(readJson(value)), {
      source,
      context: parseContextOf(options),
      ...(language === undefined ? {} : { language }),
    });
  } catch (error) {
    if (error instanceof InvalidDocumentError) return [error];
    throw error;
  }
}

function readJson(value: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
  } catch (cause) {
    throw new InvalidDocumentError(
      'not_json',
      'The message is not JSON in UTF-8. Bellwether reads topics with JSON messages.',
      { cause },
    );
  }
}

function nextPositions(messages: readonly LogMessage[]): readonly LogPosition[] {
  const next = new Map<number, number>();
  for (const { partition, offset } of messages) next.set(partition, offset + 1);
  return [...next].map(([partition, offset]) => ({ partition, offset }));
}
