import { isJudged, UNANSWERED, type ScoredDocument } from '../core/scored.js';
import type { DocumentView, SeriesContribution, TouchedWindow } from '../core/store.js';
import type { Generations } from './generations.js';
import { findMissing, insertRows, MENTIONS, type TableSpec } from './insert-rows.js';
import { queryVersions, type VersionKey } from './queries/stored-documents.js';
import { timeParam } from './present.js';
import { toRuledColumn } from './rows.js';
import type { SqlRow, SqlSession } from './sql-session.js';

/** Which stored documents another model is to read. */
export interface RescoreRange {
  readonly model: { readonly name: string; readonly version: string };
  /** Publication in [from, to), milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** What another model says about a stored version. */
export interface Rescore {
  readonly version: number;
  readonly scored: ScoredDocument;
  /** The probabilities of the series it may count for. */
  readonly contributions: readonly SeriesContribution[];
  /** No model had read it, so that it had no voice in detection: it gets the one that stands in its contributions. */
  readonly findsVoice?: true;
}

/** Documents that no model has answered for, the longest known first. */
export interface UnansweredQuery {
  /** Known at or after it, milliseconds. */
  readonly since: number;
  /** Left out, as `ID VERSION`. */
  readonly except: readonly string[];
  readonly limit: number;
}

export interface UnansweredDocument extends VersionKey {
  readonly credibility: number;
}

/** New scores beside the old ones; a write may be repeated and is then completed, never done twice. */
export interface RescoreStore {
  /** How many are left to do, retractions aside. */
  remaining(range: RescoreRange): Promise<number>;
  /** The newest versions, by id, that this model has not scored yet. Looks at all of the range behind the id: ask for many. */
  candidates(range: RescoreRange, after: string, limit: number): Promise<readonly VersionKey[]>;
  /** Newest versions that were stored while the model gave no answer, and that none has read since. One scan of the models' names. */
  unanswered(query: UnansweredQuery): Promise<readonly UnansweredDocument[]>;
  /** How many there are of all ages, left out or not, and how many of them `unanswered` would give without a limit. */
  countUnanswered(
    query: Omit<UnansweredQuery, 'limit'>,
  ): Promise<{ readonly all: number; readonly waiting: number }>;
  /** Those of them that are still stored. */
  read(keys: readonly VersionKey[]): Promise<readonly DocumentView[]>;
  /**
   * Writes mentions, roll-ups and, last, the scores, by which a document counts as done, all known from one time on; answers
   * with the windows that changed. Throws ConfigError `not_the_active_monitor` when another process has taken over.
   */
  write(rescores: readonly Rescore[]): Promise<readonly TouchedWindow[]>;
}

interface RescoreDeps {
  readonly rollUps: { rollUp(touched: readonly TouchedWindow[]): Promise<void> };
  readonly generations: Pick<Generations, 'require'>;
}

/** `RescoreStore` with the time from which a write is known, milliseconds. */
type StampedRescoreStore = Omit<RescoreStore, 'write'> & {
  write(rescores: readonly Rescore[], knownAt: number): Promise<readonly TouchedWindow[]>;
};

const DOCUMENT_SCORES: TableSpec = {
  table: 'document_scores',
  keyOf: (row) => [row['id'], row['version'], row['model_name'], row['model_version']].map(String).join(' '),
  readBack: (rows) => ({
    sql: `SELECT concat(id, ' ', toString(version), ' ', model_name, ' ', model_version) AS key
      FROM document_scores WHERE id IN {ids:Array(String)}`,
    params: { ids: rows.map((row) => row['id']) },
  }),
};

const NEWEST_UNSCORED = `(
  SELECT id, version FROM (
    SELECT id, version, action, model_name, model_version FROM documents
    WHERE id > {after:String} AND published_at >= ${timeParam('from')} AND published_at < ${timeParam('to')}
    ORDER BY id, version DESC LIMIT 1 BY id
  ) WHERE action != 'retract' AND NOT (model_name = {name:String} AND model_version = {number:String})
    AND (id, version) NOT IN (
      SELECT id, version FROM document_scores
      WHERE id > {after:String} AND model_name = {name:String} AND model_version = {number:String}))`;

/** What a model that did not answer calls its version. */
const NOT_READ = `SELECT id, version, known_at, source_credibility AS credibility FROM documents
  WHERE model_version = {unanswered:String} AND action != 'retract'`;
const UNANSWERED_DOCUMENTS = `(
  SELECT id, version, known_at, credibility FROM (${NOT_READ})
  WHERE (id, version) IN (SELECT id, max(version) FROM documents WHERE id IN (SELECT id FROM (${NOT_READ})) GROUP BY id)
    AND (id, version) NOT IN (
      SELECT id, version FROM document_scores
      WHERE id IN (SELECT id FROM (${NOT_READ})) AND model_version != {unanswered:String}))`;

const WAITING = `known_at >= ${timeParam('since')} AND concat(id, ' ', toString(version)) NOT IN {except:Array(String)}`;

export function createRescoreStore(
  db: SqlSession,
  { rollUps, generations }: RescoreDeps,
): StampedRescoreStore {
  const paramsOf = ({ model, from, to }: RescoreRange, after: string) => ({
    name: model.name,
    number: model.version,
    from,
    to,
    after,
  });
  return {
    async remaining(range) {
      const [row] = await db.query<{ left: number }>(
        `SELECT count() AS left FROM ${NEWEST_UNSCORED}`,
        paramsOf(range, ''),
      );
      return row?.left ?? 0;
    },
    candidates: (range, after, limit) =>
      db.query<VersionKey>(`SELECT id, version FROM ${NEWEST_UNSCORED} ORDER BY id LIMIT {limit:UInt32}`, {
        ...paramsOf(range, after),
        limit,
      }),
    unanswered: ({ since, except, limit }) =>
      db.query<UnansweredDocument>(
        `SELECT id, version, any(credibility) AS credibility FROM ${UNANSWERED_DOCUMENTS}
         WHERE ${WAITING}
         GROUP BY id, version ORDER BY min(known_at), id LIMIT {limit:UInt32}`,
        { unanswered: UNANSWERED, since, except, limit },
      ),
    async countUnanswered({ since, except }) {
      const [row] = await db.query<{ total: number; waiting: number }>(
        `SELECT uniqExact(id) AS total, uniqExactIf(id, ${WAITING}) AS waiting FROM ${UNANSWERED_DOCUMENTS}`,
        { unanswered: UNANSWERED, since, except },
      );
      return { all: row?.total ?? 0, waiting: row?.waiting ?? 0 };
    },
    read: (keys) => queryVersions(db, keys, null),
    async write(rescores, knownAt) {
      await generations.require();
      const rows = await mentionRows(db, rescores, knownAt);
      // What a cut-off attempt wrote keeps its time: answers given meanwhile must not change.
      await insertRows(db, MENTIONS, await findMissing(db, MENTIONS, rows));
      const touched = rows.map((row) => ({ series: String(row['series']), time: Number(row['event_time']) }));
      await rollUps.rollUp(touched);
      // A roll-up of a term that has ended loses: then the documents are not done, and the next re-score completes them.
      await generations.require();
      const there = await stillStored(db, rescores);
      const done = rescores.filter(({ scored }) => there.has(scored.document.id));
      const scores = done.map((rescore) => toScoreRow(rescore, knownAt));
      await insertRows(db, DOCUMENT_SCORES, await findMissing(db, DOCUMENT_SCORES, scores));
      return touched;
    },
  };
}

/** A document that was erased since it was read must not come back by its scores. */
async function stillStored(db: SqlSession, rescores: readonly Rescore[]): Promise<ReadonlySet<string>> {
  const rows = await db.query<{ id: string }>(
    'SELECT DISTINCT id FROM documents WHERE id IN {ids:Array(String)}',
    { ids: rescores.map(({ scored }) => scored.document.id) },
  );
  return new Set(rows.map(({ id }) => id));
}

interface CountingRow {
  readonly series: string;
  readonly time: number;
  readonly doc_id: string;
  readonly version: number;
  readonly relevance: number;
  readonly via: readonly string[];
  readonly voice: number;
  readonly weight: number;
  readonly story_id: string;
  readonly opens_story: number;
  readonly classified: number;
}

/** For each place where the version counts a row with the new probabilities; places, relevance and story stay. */
async function mentionRows(
  db: SqlSession,
  rescores: readonly Rescore[],
  knownAt: number,
): Promise<readonly SqlRow[]> {
  const byKey = new Map(rescores.map((rescore) => [keyOf(rescore), rescore]));
  const rows = await db.query<CountingRow>(
    `SELECT series, toUnixTimestamp64Milli(event_time) AS time, doc_id, version, relevance, via, voice, weight, story_id,
       opens_story, classified
     FROM mentions WHERE doc_id IN {ids:Array(String)} AND event_time IN (
         SELECT fromUnixTimestamp64Milli(arrayJoin({times:Array(Int64)}), 'UTC'))
       AND series IN {series:Array(String)} AND valid = 1
     ORDER BY series, event_time, doc_id, version, decided_by DESC, known_at LIMIT 1 BY series, event_time, doc_id, version`,
    {
      ids: rescores.map(({ scored }) => scored.document.id),
      times: [...new Set(rescores.map(({ scored }) => Date.parse(scored.document.publishedAt)))],
      series: [
        ...new Set(rescores.flatMap(({ contributions }) => contributions.map(({ series }) => series))),
      ],
    },
  );
  return rows.flatMap((row) => {
    const rescore = byKey.get(`${row.doc_id} ${row.version}`);
    const contribution = rescore?.contributions.find(({ series }) => series === row.series);
    return rescore === undefined || contribution === undefined
      ? []
      : [{ ...toMentionRow(row, rescore, contribution), known_at: knownAt }];
  });
}

function toMentionRow(
  { time, ...row }: CountingRow,
  { scored, findsVoice }: Rescore,
  contribution: SeriesContribution,
): SqlRow {
  const { negative, neutral, positive } = contribution;
  const unread = !isJudged(scored);
  const found = findsVoice === true && row.classified === 0;
  const voice = found ? contribution.voice : row.voice;
  const weight = found ? voice * row.opens_story : row.weight;
  return {
    ...row,
    event_time: time,
    model_version: `${scored.model.name} ${scored.model.version}`,
    scored_at: Date.parse(scored.scoredAt),
    valid: 1,
    negative,
    neutral,
    positive,
    voice: unread ? 0 : voice,
    weight: unread ? 0 : weight,
    decided_by: 0,
    classified: unread ? 0 : 1,
    topics: [...new Set(scored.topics.map(({ topic }) => topic))],
  };
}

function toScoreRow({ version, scored }: Rescore, knownAt: number): SqlRow {
  const { sentiment, model } = scored;
  return {
    id: scored.document.id,
    version,
    model_name: model.name,
    model_version: model.version,
    model_sha256: model.sha256,
    scored_at: Date.parse(scored.scoredAt),
    known_at: knownAt,
    ...sentiment,
    topics: scored.topics.map(({ topic, probability }) => ({ topic, probability })),
    mentions: JSON.stringify(scored.mentions),
    foreignness: scored.foreignness ?? null,
    flags: scored.flags,
    ruled: toRuledColumn(scored),
  };
}

function keyOf({ scored, version }: Rescore): string {
  return `${scored.document.id} ${version}`;
}
