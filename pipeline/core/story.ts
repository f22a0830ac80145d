import type { SourceKind } from './document.js';
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

/** One document of a story, as far as its spread is concerned. */
export interface StoryMember {
  readonly documentId: string;
  /** Milliseconds. */
  readonly publishedAt: number;
  readonly source: { readonly id: string; readonly name: string; readonly kind: SourceKind };
  /** A pseudonym, or null. */
  readonly author: string | null;
  /** When the author's account was made, milliseconds, or null where nobody says. */
  readonly accountSince: number | null;
  /** Equal for equal texts. */
  readonly fingerprint: string;
}

/** How a story spread, and whether a few accounts made it look large. */
export interface StorySpread {
  readonly firstSource: { readonly id: string; readonly name: string };
  readonly firstAt: number;
  readonly lastAt: number;
  /** Documents after the first one. */
  readonly copies: number;
  /** Sources of news, filings and research that told it: reprints of one outlet are one. */
  readonly outlets: number;
  /** Accounts that posted it. */
  readonly authors: number;
  readonly platforms: Readonly<Partial<Record<SourceKind, number>>>;
  readonly guard: StoryGuard;
}

/** Shares are 0…1 of the documents with an author; null where there are none, or nothing is known. */
export interface StoryGuard {
  /** Distinct authors by documents: 1 when each comes from another account. */
  readonly authorDiversity: number | null;
  /** Documents whose text another one has, word for word. */
  readonly copyShare: number | null;
  /** Documents in the busiest minute of the story. */
  readonly synchrony: number | null;
  /** Documents from accounts that were younger than 30 days; of those whose age is known. */
  readonly youngShare: number | null;
  /** So few accounts, five at most, wrote nine tenths of at least ten documents: "driven by 3 accounts". Else null. */
  readonly drivenBy: number | null;
}

/** What is said of a story beside one of its documents. */
export interface StoryFacts extends StorySpread {
  /** Of the document, 0…1: 1 for the first one that told the story. */
  readonly novelty: number;
}
