import type { LogPosition, RawDocument } from '../core/document.js';
import type { StoredVersion, StoryEntryRow, StoryOccurrence, StoryStretch } from '../core/store.js';
import { timeParam } from './present.js';
import { toIso } from './queries/stored-documents.js';
import type { SqlSession } from './sql-session.js';

const NEWEST_OF_A_STORY = 20;

interface VersionRow {
  readonly id: string;
  readonly version: number;
  readonly content_hash: string;
  readonly raw_partition: number;
  readonly raw_offset: number;
  readonly sequence: number;
  readonly action: RawDocument['action'];
  readonly published: number;
  readonly story_id: string;
  readonly story_sketch: string;
  readonly series: readonly string[];
}

interface OccurrenceRow {
  readonly story_id: string;
  readonly id: string;
  readonly published: number;
  readonly sequence: number;
}

/** Every stored version of the documents, oldest first. One query, whatever the number of ids. */
export async function findVersions(
  db: SqlSession,
  ids: readonly string[],
): Promise<readonly StoredVersion[]> {
  if (ids.length === 0) return [];
  const rows = await db.query<VersionRow>(
    `SELECT id, version, content_hash, raw_partition, raw_offset, sequence, action,
       toUnixTimestamp64Milli(published_at) AS published, story_id, story_sketch, series
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
    storyId: row.story_id,
    storySketch: row.story_sketch === '' ? null : row.story_sketch,
    series: row.series,
  }));
}

/** Raw positions of the given ones of which something else became than a dead letter. */
export async function findSettled(
  db: SqlSession,
  positions: readonly LogPosition[],
): Promise<readonly LogPosition[]> {
  if (positions.length === 0) return [];
  return db.query<LogPosition>(
    `SELECT DISTINCT raw_partition AS partition, raw_offset AS offset FROM receipts
     WHERE (raw_partition, raw_offset) IN (SELECT arrayJoin(arrayZip({partitions:Array(UInt32)}, {offsets:Array(UInt64)})))
       AND outcome != 'dead-letter'`,
    {
      partitions: positions.map(({ partition }) => partition),
      offsets: positions.map(({ offset }) => offset),
    },
  );
}

/**
 * Documents of the stories in the stretch, of each story the newest 20, newest first.
 * A retraction is no occurrence; the version it takes back stays one.
 */
export async function findStories(
  db: SqlSession,
  storyIds: readonly string[],
  { from, to, before }: StoryStretch,
): Promise<readonly StoryOccurrence[]> {
  if (storyIds.length === 0) return [];
  const rows = await db.query<OccurrenceRow>(
    `SELECT DISTINCT story_id, id, toUnixTimestamp64Milli(published_at) AS published, sequence
     FROM documents
     WHERE story_id IN {ids:Array(String)} AND published_at >= ${timeParam('from')} AND published_at < ${timeParam('to')}
       AND sequence < {before:UInt64} AND action != 'retract'
     ORDER BY story_id, published DESC, sequence DESC LIMIT ${NEWEST_OF_A_STORY} BY story_id`,
    { ids: [...new Set(storyIds)], from, to, before },
  );
  return rows.map((row) => ({
    storyId: row.story_id,
    documentId: row.id,
    publishedAt: row.published,
    sequence: row.sequence,
  }));
}

/** The newest entries before a place in the log, oldest first. The projection `by_sequence` answers without reading texts. */
export async function findStoryEntries(
  db: SqlSession,
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
