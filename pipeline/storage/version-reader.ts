import type { LogPosition, RawDocument } from '../core/document.js';
import type { Receipt, StoredVersion, StoryEntryRow, StoryOccurrence, StoryStretch } from '../core/store.js';
import type { AuthorVoice } from '../core/story.js';
import { timeParam } from './present.js';
import { toIso } from './queries/stored-documents.js';
import type { SqlReader } from './sql-session.js';

/** Of each story so many documents in so many milliseconds: whoever came first is among them. */
const OF_A_STORY = 4;
const OF_A_STORY_MS = 6 * 3_600_000;
/** The cap is two, and one of them may be the document itself that is asked about. */
const VOICES_OF_A_DAY = 3;

const AT_POSITIONS =
  '(raw_partition, raw_offset) IN (SELECT arrayJoin(arrayZip({partitions:Array(UInt32)}, {offsets:Array(UInt64)})))';

export type FoundReceipt = Pick<Receipt, 'raw' | 'outcome' | 'version'>;

interface VersionRow {
  readonly id: string;
  readonly version: number;
  readonly content_hash: string;
  readonly raw_partition: number;
  readonly raw_offset: number;
  readonly sequence: number;
  readonly action: RawDocument['action'];
  readonly published: number;
  readonly changed: number;
  readonly backfill: number;
  readonly story_id: string;
  readonly story_sketch: string;
  readonly series: readonly string[];
}

interface OccurrenceRow {
  readonly story_id: string;
  readonly id: string;
  readonly version: number;
  readonly published: number;
  readonly joined: number;
}

/** Every stored version of the documents, oldest first. One query, whatever the number of ids. */
export async function findVersions(db: SqlReader, ids: readonly string[]): Promise<readonly StoredVersion[]> {
  if (ids.length === 0) return [];
  const rows = await db.query<VersionRow>(
    `SELECT id, version, content_hash, raw_partition, raw_offset, sequence, action,
       toUnixTimestamp64Milli(published_at) AS published,
       toUnixTimestamp64Milli(greatest(published_at, ifNull(modified_at, published_at))) AS changed,
       has(flags, 'backfill') AS backfill, story_id, story_sketch, series
     FROM documents WHERE id IN {ids:Array(String)} ORDER BY id, version LIMIT 1 BY id, version`,
    { ids: [...new Set(ids)] },
  );
  return rows.map((row) => ({
    id: row.id,
    version: row.version,
    contentHash: row.content_hash,
    raw: { partition: row.raw_partition, offset: row.raw_offset },
    sequence: row.sequence,
    action: row.action,
    publishedAt: toIso(row.published),
    changedAt: row.changed,
    backfill: row.backfill === 1,
    storyId: row.story_id,
    storySketch: row.story_sketch === '' ? null : row.story_sketch,
    series: row.series,
  }));
}

/** Raw positions of the given ones of which something else became than a dead letter. */
export async function findSettled(
  db: SqlReader,
  positions: readonly LogPosition[],
): Promise<readonly LogPosition[]> {
  if (positions.length === 0) return [];
  return db.query<LogPosition>(
    `SELECT DISTINCT raw_partition AS partition, raw_offset AS offset FROM receipts
     WHERE ${AT_POSITIONS} AND outcome != 'dead-letter'`,
    toPositionParams(positions),
  );
}

function toPositionParams(positions: readonly LogPosition[]) {
  return {
    partitions: positions.map(({ partition }) => partition),
    offsets: positions.map(({ offset }) => offset),
  };
}

/** The last word on each of the raw positions that have a receipt. */
export async function findReceipts(
  db: SqlReader,
  positions: readonly LogPosition[],
): Promise<readonly FoundReceipt[]> {
  if (positions.length === 0) return [];
  const rows = await db.query<LogPosition & Pick<Receipt, 'outcome' | 'version'>>(
    `SELECT raw_partition AS partition, raw_offset AS offset, outcome, version FROM receipts FINAL
     WHERE ${AT_POSITIONS}`,
    toPositionParams(positions),
  );
  return rows.map(({ partition, offset, ...receipt }) => ({ raw: { partition, offset }, ...receipt }));
}

/**
 * Documents that tell one of the stories at a place in the log and lie in the stretch, of each story and six hours the four
 * that came first. Two projections answer, so that no text is read and history does not matter.
 */
export async function findStories(
  db: SqlReader,
  storyIds: readonly string[],
  { from, to, before }: StoryStretch,
): Promise<readonly StoryOccurrence[]> {
  if (storyIds.length === 0) return [];
  const rows = await db.query<OccurrenceRow>(
    `SELECT story_id, id, version, published, joined FROM (
       SELECT story_id, id, argMax(version, sequence) AS version, min(sequence) AS joined, max(sequence) AS last,
         toUnixTimestamp64Milli(argMax(published_at, sequence)) AS published, argMax(silent, sequence) AS is_silent
       FROM documents
       WHERE story_id IN {ids:Array(String)} AND published_at >= ${timeParam('from')} AND published_at < ${timeParam('to')}
         AND sequence < {before:UInt64} AND action != 'retract'
       GROUP BY story_id, id
     ) AS told LEFT JOIN (
       SELECT left_story AS story_id, id, max(sequence) + 1 AS back_from FROM documents
       WHERE left_story IN {ids:Array(String)} AND sequence < {before:UInt64} GROUP BY left_story, id
     ) AS gone USING (story_id, id)
     WHERE is_silent = 0 AND last >= back_from
     ORDER BY story_id, joined, id LIMIT ${OF_A_STORY} BY story_id, intDiv(published, ${OF_A_STORY_MS})`,
    { ids: [...new Set(storyIds)], from, to, before },
  );
  return rows.map((row) => ({
    storyId: row.story_id,
    documentId: row.id,
    version: row.version,
    publishedAt: row.published,
    sequence: row.joined,
  }));
}

/** In which series accounts had a weight on days, before a place in the log; of each day and series the first three documents. */
export async function findAuthorVoices(
  db: SqlReader,
  authorDays: readonly string[],
  before: number,
): Promise<readonly AuthorVoice[]> {
  if (authorDays.length === 0) return [];
  return db.query<AuthorVoice>(
    `SELECT author_day AS authorDay, series, id AS documentId FROM (
       SELECT author_day, id, min(sequence) AS first, series FROM (
         SELECT author_day, id, sequence, voices FROM documents
         WHERE author_day IN {days:Array(String)} AND sequence < {before:UInt64}
       ) ARRAY JOIN voices AS series
       GROUP BY author_day, id, series
     ) ORDER BY author_day, series, first, id LIMIT ${VOICES_OF_A_DAY} BY author_day, series`,
    { days: [...new Set(authorDays)], before },
  );
}

/** The newest entries before a place in the log, oldest first. The projection `by_sequence` answers without reading texts. */
export async function findStoryEntries(
  db: SqlReader,
  before: number,
  limit: number,
): Promise<readonly StoryEntryRow[]> {
  const rows = await db.query<{ story_id: string; published: number; story_sketch: string }>(
    `SELECT story_id, toUnixTimestamp64Milli(published_at) AS published, story_sketch
     FROM documents WHERE sequence < {before:UInt64} AND story_sketch != ''
     ORDER BY sequence DESC LIMIT 1 BY sequence LIMIT {limit:UInt32}`,
    { before, limit },
  );
  return rows
    .map((row) => ({ storyId: row.story_id, publishedAt: row.published, sketch: row.story_sketch }))
    .reverse();
}
