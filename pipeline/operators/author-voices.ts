import { accountOf, type RawDocument } from '../core/document.js';
import type { SeriesKey } from '../core/series.js';
import type { AuthorVoice } from '../core/story.js';

/** So many documents of one account have a weight in a series in a day of event time (UTC). */
const VOICES_A_DAY = 2;

/**
 * The account and day against which a post counts, or null for what an outlet says, and where nobody knows who said it
 * (`privacy.authorKey` is not set): a house may bring any number of reports.
 */
export function authorDayOf(document: RawDocument): string | null {
  const account = accountOf(document);
  return account === null ? null : `${account} ${document.publishedAt.slice(0, 10)}`;
}

/** Who has had a weight where, so that an account is no crowd. Memory: what it is given, and the voices of the batch. */
export class AuthorVoices {
  readonly #documents = new Map<string, Set<string>>();

  constructor(voices: readonly AuthorVoice[]) {
    for (const { authorDay, series, documentId } of voices) this.add(authorDay, series, documentId);
  }

  /** Whether other documents of the account have had all its voices of the day. */
  isSpent(authorDay: string, series: SeriesKey, documentId: string): boolean {
    const documents = this.#documents.get(keyOf(authorDay, series));
    if (documents === undefined) return false;
    return documents.size - (documents.has(documentId) ? 1 : 0) >= VOICES_A_DAY;
  }

  add(authorDay: string, series: SeriesKey, documentId: string): void {
    const key = keyOf(authorDay, series);
    const documents = this.#documents.get(key);
    if (documents === undefined) this.#documents.set(key, new Set([documentId]));
    else documents.add(documentId);
  }
}

function keyOf(authorDay: string, series: SeriesKey): string {
  return `${authorDay} ${series}`;
}
