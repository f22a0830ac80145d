import type { RawDocument } from '../core/document.js';

/** Sources of a webhook that have a number of their own. */
const MOST_NAMED = 50;
const OTHERS = 'webhook:*';

/** When the sources of a webhook delivered last. Their ids come from senders, so only the first fifty have a name here. */
export interface DeliveryTimes {
  delivered(documents: readonly Pick<RawDocument, 'source'>[], now: number): void;
  /** Names as in `bellwether_source_last_document_age_seconds`: `webhook:ID`, and `webhook:*` for all further ones together. */
  all(): ReadonlyMap<string, number>;
}

/**
 * The first of this run, not the newest: a source that falls silent must keep its number, or its silence shows nowhere.
 */
export function createDeliveryTimes(): DeliveryTimes {
  const times = new Map<string, number>();
  let named = 0;
  return {
    delivered(documents, now) {
      for (const id of new Set(documents.map(({ source }) => source.id))) {
        const name = `webhook:${id}`;
        if (times.has(name)) times.set(name, now);
        else if (id !== '*' && named < MOST_NAMED) {
          times.set(name, now);
          named += 1;
        } else times.set(OTHERS, now);
      }
    },
    all: () => times,
  };
}
