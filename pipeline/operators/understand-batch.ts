import type { LogMessage, LogRecord } from '../core/log.js';
import type { ScoredMessage } from '../core/scored.js';
import { scoreSentiment, type ScoreDeps } from './score-sentiment.js';
import { understandDocument, type UnderstandDeps } from './understand-document.js';

/** One record for `documents.scored`, with what became of the document. */
export interface UnderstoodRecord extends LogRecord {
  readonly kind: ScoredMessage['kind'];
}

/** Turns messages of `documents.raw` into records of `documents.scored`: one each, in order. */
export type UnderstandBatch = (messages: readonly LogMessage[]) => Promise<readonly UnderstoodRecord[]>;

export interface UnderstandBatchDeps extends UnderstandDeps, ScoreDeps {
  readonly encodeScored: (message: ScoredMessage) => Uint8Array;
}

/** Reads, scores and encodes a batch, here and now: about 0.4 ms of computing a document of 300 characters. */
export async function understandBatch(
  messages: readonly LogMessage[],
  deps: UnderstandBatchDeps,
): Promise<readonly UnderstoodRecord[]> {
  const understood = messages.map((message) => understandDocument(message, deps));
  return (await scoreSentiment(understood, deps)).map((message) => ({
    key: keyOf(message),
    value: deps.encodeScored(message),
    kind: message.kind,
  }));
}

function keyOf(message: ScoredMessage): string {
  switch (message.kind) {
    case 'scored':
      return message.scored.document.id;
    case 'drop':
      return message.id;
    case 'dead-letter':
      return `${message.raw.partition}:${message.raw.offset}`;
  }
}
