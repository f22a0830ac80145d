import type { DocumentVersion } from '../core/store.js';
import type { StoryTurn } from '../core/story.js';
import type { SqlReader, SqlRow } from './sql-session.js';

/** Columns of a mention that a turn leaves as they are. */
const KEPT =
  'series, doc_id, version, model_version, valid, relevance, via, negative, neutral, positive, voice, classified, story_id, topics';

interface MentionRow {
  readonly doc_id: string;
  readonly version: number;
  readonly time: number;
  readonly known: number;
  readonly scored: number;
  readonly voice: number;
}

/**
 * The rows that say what the turned documents weigh from now on: of each place and model a further one, told apart by the
 * place in the log that decided it. They are known when the version is that turned them, and never before what they repeat.
 *
 * The rows of these documents must be stored. Asking again gives the same rows.
 */
export async function storyTurnRows(
  db: SqlReader,
  { turns, sequence, knownAt }: Pick<DocumentVersion, 'turns' | 'sequence' | 'knownAt'>,
): Promise<readonly SqlRow[]> {
  if (turns.length === 0) return [];
  const byVersion = new Map(turns.map((turn) => [keyOf(turn.documentId, turn.version), turn]));
  const rows = await db.query<MentionRow>(
    `SELECT ${KEPT}, toUnixTimestamp64Milli(event_time) AS time, toUnixTimestamp64Milli(known_at) AS known,
       toUnixTimestamp64Milli(scored_at) AS scored
     FROM mentions WHERE series IN {series:Array(String)} AND doc_id IN {ids:Array(String)}
       AND event_time IN (SELECT fromUnixTimestamp64Milli(arrayJoin({times:Array(Int64)}), 'UTC'))
       AND valid = 1 AND decided_by < {sequence:UInt64}
     ORDER BY series, event_time, doc_id, version, model_version, decided_by DESC
     LIMIT 1 BY series, event_time, doc_id, version, model_version`,
    {
      series: [...new Set(turns.flatMap(({ series }) => series))],
      ids: turns.map(({ documentId }) => documentId),
      times: [...new Set(turns.map(({ publishedAt }) => Date.parse(publishedAt)))],
      sequence,
    },
  );
  return rows.flatMap((row) => {
    const turn = byVersion.get(keyOf(row.doc_id, row.version));
    return turn === undefined ? [] : [turnedRow(row, turn, { sequence, knownAt })];
  });
}

function turnedRow(
  { time, known, scored, ...kept }: MentionRow,
  { opensStory }: StoryTurn,
  { sequence, knownAt }: Pick<DocumentVersion, 'sequence' | 'knownAt'>,
): SqlRow {
  return {
    ...kept,
    event_time: time,
    known_at: Math.max(known, knownAt),
    scored_at: scored,
    weight: opensStory ? kept.voice : 0,
    opens_story: opensStory ? 1 : 0,
    decided_by: sequence,
  };
}

function keyOf(documentId: string, version: number): string {
  return `${documentId} ${version}`;
}
