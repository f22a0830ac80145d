import type { Clock } from '../../pipeline/core/clock.js';
import type { LogPosition, RawDocument, SourceInfo } from '../../pipeline/core/document.js';
import { BellwetherError, InvalidDocumentError } from '../../pipeline/core/errors.js';
import type { LogMessage, LogReader } from '../../pipeline/core/log.js';
import { mapFields, type FieldMapping } from '../parse/map-fields.js';
import { parseDocument } from '../parse/parse-document.js';
import type { Deliver, RejectedItem, Source } from '../source.js';
import { createStatusTracker, type StatusTracker } from '../source-status.js';

export interface KafkaSourceOptions {
  readonly source: SourceInfo;
  readonly topic: string;
  /** Joins the group; called when the source runs, and again after a failure. */
  readonly openReader: () => Promise<LogReader>;
  readonly mapping: FieldMapping;
  readonly authorKey?: string;
  readonly clock: Clock;
  readonly onRejected: (item: RejectedItem) => void;
}

const PULL = { maxMessages: 500, maxBytes: 8_000_000, waitMs: 500 };
const AGAIN_MS = 5_000;

/**
 * Reads documents from a topic of somebody else. A message is committed there when its document is safe in our log, so none is
 * lost; what comes twice is known by its id. A message that is no document is named and passed over.
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
          if (!(error instanceof BellwetherError) || !error.retriable) throw error;
          tracker.become('degraded', error.message);
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
  try {
    tracker.become('ok');
    while (!signal.aborted) {
      const messages = await reader.pull(PULL);
      if (messages.length === 0) continue;
      const { documents, rejected } = readMessages(messages, options);
      if (documents.length > 0) await deliver({ documents, cursors: [] });
      tracker.delivered(documents.length);
      for (const item of rejected) {
        tracker.rejected();
        options.onRejected(item);
      }
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
): { readonly documents: readonly RawDocument[]; readonly rejected: readonly RejectedItem[] } {
  const documents: RawDocument[] = [];
  const rejected: RejectedItem[] = [];
  for (const message of messages) {
    try {
      documents.push(readMessage(message, options));
    } catch (error) {
      if (!(error instanceof InvalidDocumentError)) throw error;
      const { partition, offset } = message;
      const place = `${options.topic}, partition ${partition}, offset ${offset}`;
      rejected.push({
        sourceId: options.source.id,
        place,
        code: error.code,
        field: error.field,
        message: error.message,
      });
    }
  }
  return { documents, rejected };
}

function readMessage(
  { value }: LogMessage,
  { source, mapping, authorKey, clock }: KafkaSourceOptions,
): RawDocument {
  const mapped = mapFields(readJson(value), mapping);
  // Whose documents these are is said by the configuration, never by the message.
  const document =
    typeof mapped === 'object' && mapped !== null ? { ...mapped, source: { ...source } } : mapped;
  return parseDocument(document, {
    receivedAt: clock.now(),
    virtualClock: false,
    ...(authorKey === undefined ? {} : { authorKey }),
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
