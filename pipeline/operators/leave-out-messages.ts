import type { LogPosition, RawDocument } from '../core/document.js';
import type { ScoredMessage } from '../core/scored.js';
import type { MonitorStore, Receipt } from '../core/store.js';

/** A scored message with its offset in `documents.scored`. */
export interface SequencedMessage {
  readonly sequence: number;
  readonly message: ScoredMessage;
}

/** Why a document must not be stored: of an erased person or source, or older than its class is kept; null when it may be. */
export type RefuseDocument = (document: RawDocument) => 'erased' | 'expired' | null;

/**
 * Leaves out dead letters of messages of which something became before: around a crash UNDERSTAND may have scored a message
 * and then, not knowing it, given it up. What was stored stays. A look-up only for batches with dead letters.
 */
export async function withoutLateLetters(
  messages: readonly SequencedMessage[],
  store: Pick<MonitorStore, 'findSettled'>,
): Promise<readonly SequencedMessage[]> {
  const letters = messages.filter(({ message }) => message.kind === 'dead-letter');
  if (letters.length === 0) return messages;
  const found = await store.findSettled(letters.map(({ message }) => message.raw));
  const settled = new Set(found.map(placeOf));
  return messages.filter(({ message }) => {
    const place = placeOf(message.raw);
    if (message.kind === 'dead-letter') return !settled.has(place);
    settled.add(place);
    return true;
  });
}

/** What must not be stored is accounted for and not looked at. */
export function withoutRefused(
  given: readonly SequencedMessage[],
  refuse: RefuseDocument | undefined,
): { readonly messages: readonly SequencedMessage[]; readonly refused: readonly Receipt[] } {
  const refused: Receipt[] = [];
  if (refuse === undefined) return { messages: given, refused };
  const messages = given.filter(({ message }) => {
    if (message.kind !== 'scored') return true;
    const { document } = message.scored;
    const outcome = refuse(document);
    if (outcome === null) return true;
    const reason = outcome === 'erased' ? outcome : null;
    refused.push({ raw: message.raw, documentId: document.id, version: 0, outcome, reason });
    return false;
  });
  return { messages, refused };
}

function placeOf({ partition, offset }: LogPosition): string {
  return `${partition}:${offset}`;
}
