import type { SeriesKey } from './series.js';

/**
 * A stored version that opens its story from now on, because the document that opened it has left, or the opposite. Its rows
 * stay as they are; further ones say what its weight is from the time on at which the other version is known.
 */
export interface StoryTurn {
  readonly documentId: string;
  readonly version: number;
  readonly publishedAt: string;
  readonly series: readonly SeriesKey[];
  readonly opensStory: boolean;
}

/** A series in which a document of an account had a weight on a day. */
export interface AuthorVoice {
  /** See `DocumentVersion`. */
  readonly authorDay: string;
  readonly series: SeriesKey;
  readonly documentId: string;
}
