import type { SourceKind } from '../../core/document.js';
import type { StoryMember } from '../../core/story.js';
import { timeParam } from '../present.js';
import type { SqlReader } from '../sql-session.js';

interface MemberRow extends Omit<StoryMember, 'source' | 'accountSince'> {
  readonly source_id: string;
  readonly source_name: string;
  readonly source_kind: SourceKind;
}

/** Of a story that more have told, the first so many speak for it. */
const MAX_MEMBERS = 10_000;

/**
 * The documents that told the story at the time, earliest first: not those that were taken back, nor those that a correction has
 * taken to another story. Reads the projection `by_story_member`, and of the posts among them when their accounts were made.
 */
export async function queryStoryMembers(
  db: SqlReader,
  storyId: string,
  asOf: number | null,
): Promise<readonly StoryMember[]> {
  const known = asOf === null ? '' : `AND known_at <= ${timeParam('asOf')}`;
  const rows = await db.query<MemberRow>(
    `SELECT documentId, publishedAt, source_id, source_name, source_kind, author, fingerprint FROM (
       SELECT id AS documentId, max(sequence) AS last, argMax(fingerprint, sequence) AS fingerprint,
         toUnixTimestamp64Milli(argMax(published_at, sequence)) AS publishedAt, any(source_id) AS source_id,
         any(source_name) AS source_name, any(source_kind) AS source_kind, argMax(author, sequence) AS author
       FROM documents WHERE story_id = {story:String} AND action != 'retract' ${known} GROUP BY id
     ) AS told LEFT JOIN (
       SELECT id AS documentId, max(sequence) + 1 AS back_from FROM documents
       WHERE left_story = {story:String} ${known} GROUP BY id
     ) AS gone USING (documentId)
     WHERE last >= back_from ORDER BY publishedAt, documentId LIMIT ${MAX_MEMBERS}`,
    { story: storyId, asOf: asOf ?? 0 },
  );
  const since = await accountsSince(
    db,
    rows.flatMap(({ documentId, author }) => (author === null ? [] : [documentId])),
    asOf,
  );
  return rows.map(({ source_id, source_name, source_kind, ...member }) => ({
    ...member,
    source: { id: source_id, name: source_name, kind: source_kind },
    accountSince: since.get(member.documentId) ?? null,
  }));
}

/** When the account of each document was made, milliseconds, as far as its source says so (`extra.accountSince`). */
async function accountsSince(
  db: SqlReader,
  ids: readonly string[],
  asOf: number | null,
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const known = asOf === null ? '' : `AND known_at <= ${timeParam('asOf')}`;
  const rows = await db.query<{ id: string; since: string }>(
    `SELECT id, argMax(JSONExtractString(extra, 'accountSince'), version) AS since FROM documents
     WHERE id IN {ids:Array(String)} ${known} GROUP BY id HAVING since != ''`,
    { ids, asOf: asOf ?? 0 },
  );
  return new Map(
    rows.flatMap(({ id, since }) => {
      const ms = Date.parse(since);
      return Number.isNaN(ms) ? [] : [[id, ms] as const];
    }),
  );
}
