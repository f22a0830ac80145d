import type { Clock } from '../../pipeline/core/clock.js';
import type { LogPosition, RawDocument, SourceInfo } from '../../pipeline/core/document.js';
import { BellwetherError, ConfigError, InvalidDocumentError } from '../../pipeline/core/errors.js';
import type { LogMessage, LogReader } from '../../pipeline/core/log.js';
import { mapFields, type FieldMapping } from '../parse/map-fields.js';
import type { Masking } from '../parse/masking.js';
import { parseDocument } from '../parse/parse-document.js';
import type { Deliver, RejectedItem, Source, UnreadableItem } from '../source.js';
import { createStatusTracker, type StatusTracker } from '../source-status.js';

export interface KafkaSourceOptions {
  readonly source: SourceInfo;
  readonly topic: string;
  /** Joins the group; called when the source runs, and again after a failure. */
  readonly openReader: () => Promise<LogReader>;
  readonly mapping: FieldMapping;
  readonly authorKey?: string;
  readonly masking?: Masking;
  readonly clock: Clock;
  readonly onRejected: (item: RejectedItem) => void;
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
          tracker.become('degraded', error.message);
          if (!error.retriable) throw error;
          await options.clock.sleep(AGAIN_MS, signal);
        }
      }
      tracker.become('stopped');
    },
  };
}

interface Run {
  readonly deliver: Deliver;
  readonly signal: AbortSignal;
  readonly tracker: StatusTracker;
}

async function readTopic(options: KafkaSourceOptions, { deliver, signal, tracker }: Run): Promise<void> {
  const reader = await options.openReader();
  const breaker = options.createBreaker();
  try {
    tracker.become('ok');
    while (!signal.aborted) {
      const messages = await reader.pull(PULL);
      if (messages.length === 0) continue;
      const { documents, unreadable, rejected } = readMessages(messages, options);
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
  options: KafkaSourceOptions,
): {
  readonly documents: readonly RawDocument[];
  readonly unreadable: readonly UnreadableItem[];
  readonly rejected: readonly RejectedItem[];
} {
  const documents: RawDocument[] = [];
  const unreadable: UnreadableItem[] = [];
  const rejected: RejectedItem[] = [];
  for (const message of messages) {
    try {
      documents.push(readMessage(message, options));
    } catch (error) {
      if (!(error instanceof InvalidDocumentError)) throw error;
      const { partition, offset } = message;
      const place = `${options.topic}, partition ${partition}, offset ${offset}`;
      unreadable.push({ key: place, value: message.value });
      rejected.push({
        sourceId: options.source.id,
        place,
        code: error.code,
        field: error.field,
        message: error.message,
      });
    }
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

function readMessage(
  { value }: LogMessage,
  { source, mapping, authorKey, masking, clock }: KafkaSourceOptions,
): RawDocument {
  const mapped = mapFields(readJson(value), mapping);
  // Whose documents these are is said by the configuration, never by the message.
  const document =
    typeof mapped === 'object' && mapped !== null ? { ...mapped, source: { ...source } } : mapped;
  return parseDocument(document, {
    receivedAt: clock.now(),
    virtualClock: false,
    ...(authorKey === undefined ? {} : { authorKey }),
    ...(masking === undefined ? {} : { masking }),
  });
}

function readJson(value: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
  } catch (cause) {
    throw new InvalidDocumentError(
      'not_json',
      'The message is not JSON in UTF-8. Bellwether reads topics with one JSON document a message.',
      { cause },
    );
  }
}

function nextPositions(messages: readonly LogMessage[]): readonly LogPosition[] {
  const next = new Map<number, number>();
  for (const { partition, offset } of messages) next.set(partition, offset + 1);
  return [...next].map(([partition, offset]) => ({ partition, offset }));
}
