import type { NetworkLanguage } from './worker-messages.js';

export interface Waiter {
  readonly language: NetworkLanguage;
  readonly ids: { readonly length: number };
}

export interface BatchLimits {
  readonly maxBatch: number;
  /** Places where a batch can run at once: what waits is shared out among them. */
  readonly idle: number;
}

/** So many batches' worth of the oldest texts are sorted by length; what comes later waits its turn. */
const SORTED_BATCHES = 8;

/**
 * The next micro-batch out of what waits, oldest first: texts of one language that are about equally long, because all are
 * padded to the longest. The oldest of all is always among them, so that no text waits for ever.
 */
export function nextBatch<Item extends Waiter>(
  waiting: readonly Item[],
  { maxBatch, idle }: BatchLimits,
): readonly Item[] {
  const oldest = waiting[0];
  if (oldest === undefined) return [];
  const candidates: Item[] = [];
  for (const item of waiting) {
    if (item.language === oldest.language) candidates.push(item);
    if (candidates.length === maxBatch * SORTED_BATCHES) break;
  }
  const size = Math.min(maxBatch, Math.ceil(candidates.length / Math.max(1, idle)));
  const sorted = candidates.sort((a, b) => a.ids.length - b.ids.length);
  const place = sorted.indexOf(oldest);
  const first = Math.min(place - (place % size), sorted.length - size);
  return sorted.slice(first, first + size);
}
