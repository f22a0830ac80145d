import { changedAtOf, type LogPosition, type RawDocument } from './document.js';
import type { ScoredDocument } from './scored.js';
import type { SeriesKey } from './series.js';

/** A version that is already stored; `raw` is the log position that made it. */
export interface StoredVersion {
  readonly id: string;
  readonly version: number;
  readonly contentHash: string;
  readonly raw: LogPosition;
  /** Offset in `documents.scored`, the one order in which the monitor decides about all documents. */
  readonly sequence: number;
  readonly action: RawDocument['action'];
  readonly publishedAt: string;
  /** When its sender last changed it; see `changedAtOf`. */
  readonly changedAt: number;
  /** It came as history. */
  readonly backfill: boolean;
  readonly storyId: string;
  /** See `DocumentVersion`. */
  readonly storySketch: string | null;
  /** The series (market and sectors included) it counted for. */
  readonly series: readonly SeriesKey[];
}

/** A version as the store answers with it once it is written. */
export function toStoredVersion(
  version: Pick<StoredVersion, 'raw' | 'sequence' | 'version' | 'storySketch'> & {
    readonly scored: ScoredDocument;
  },
  series: readonly SeriesKey[],
): StoredVersion {
  const { raw, sequence, storySketch, scored } = version;
  const { document, storyId } = scored;
  return {
    id: document.id,
    version: version.version,
    contentHash: document.contentHash,
    raw,
    sequence,
    action: document.action,
    publishedAt: document.publishedAt,
    changedAt: changedAtOf(document),
    backfill: document.backfill === true,
    storyId,
    storySketch,
    series,
  };
}
