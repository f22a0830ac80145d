import { FREQUENCY_MS } from '../../core/series.js';
import type {
  ChangeKind,
  Diff,
  DiffQuery,
  DiffWindow,
  DocumentChange,
  DocumentView,
} from '../../core/store.js';
import { isJudged } from '../../core/scored.js';
import { timeParam } from '../present.js';
import type { SqlReader } from '../sql-session.js';
import { querySeries } from './series.js';
import { queryDocument, toIso } from './stored-documents.js';

/** More windows than this are summed up in `windowsChanged` only. */
const MAX_WINDOWS = 1_000;

const BETWEEN = `known_at > ${timeParam('from')} AND known_at <= ${timeParam('to')}`;

/** One row for each thing that became known; the time it was known at never changes, so pages by offset are exact. */
const CHANGES = `(
  SELECT id, version, known_at AS known, multiIf(action = 'retract', 'retraction', version > 1, 'correction',
    published_at < ${timeParam('from')}, 'late', 'new') AS kind
  FROM documents WHERE ${BETWEEN} LIMIT 1 BY id, version
  UNION ALL
  SELECT id, version, known_at AS known, 'rescore' AS kind FROM document_scores WHERE ${BETWEEN}
    LIMIT 1 BY id, version, model_name, model_version)`;

interface ChangeRow {
  readonly id: string;
  readonly version: number;
  readonly at: number;
  readonly kind: ChangeKind;
}

/** What became known after `from` and until `to`, why, and what it did to the windows of the series. */
export async function queryDiff(db: SqlReader, query: DiffQuery): Promise<Diff> {
  const { series, from, to } = query;
  const params = { series, from, to, limit: query.limit + 1, offset: query.offset };
  const ofSeries = `id IN (SELECT doc_id FROM mentions WHERE series = {series:String} AND ${BETWEEN})`;
  const counts = await db.query<{ kind: ChangeKind; changes: number }>(
    `SELECT kind, count() AS changes FROM ${CHANGES} WHERE ${ofSeries} GROUP BY kind ORDER BY kind`,
    params,
  );
  const rows = await db.query<ChangeRow>(
    `SELECT id, version, kind, toUnixTimestamp64Milli(known) AS at FROM ${CHANGES} WHERE ${ofSeries}
     ORDER BY known, id, version, kind LIMIT {limit:UInt32} OFFSET {offset:UInt64}`,
    params,
  );
  const changes: DocumentChange[] = [];
  for (const row of rows.slice(0, query.limit)) changes.push(await describe(db, row, query));
  const windows = await changedWindows(db, query);
  return {
    counts: Object.fromEntries(counts.map(({ kind, changes: count }) => [kind, count])),
    changes,
    nextOffset: rows.length > query.limit ? query.offset + query.limit : null,
    windows: windows.slice(0, MAX_WINDOWS),
    windowsChanged: windows.length,
  };
}

async function describe(db: SqlReader, row: ChangeRow, { from, to }: DiffQuery): Promise<DocumentChange> {
  const before = await queryDocument(db, row.id, from);
  const after = await queryDocument(db, row.id, to);
  const view = after ?? before;
  const named = (await findNamed(db, row, [after, before])) ?? view;
  return {
    id: row.id,
    version: row.version,
    kind: row.kind,
    knownAt: toIso(row.at),
    publishedAt: view?.publishedAt ?? null,
    source: view?.source.name ?? null,
    title: named === null ? null : nameOf(named).slice(0, 200).toWellFormed(),
    before: before === null ? null : scoreOf(before),
    after: after === null ? null : scoreOf(after),
  };
}

const nameOf = ({ title, text }: DocumentView) => title ?? text;

/** A retraction has no words of its own: what it took back names it, also when both became known in between. */
async function findNamed(
  db: SqlReader,
  { id, at }: ChangeRow,
  views: readonly (DocumentView | null)[],
): Promise<DocumentView | null> {
  const isNamed = (view: DocumentView | null) => view !== null && nameOf(view) !== '';
  const known = views.find(isNamed);
  if (known !== undefined) return known;
  for (const time of [at, at - 1]) {
    const view = await queryDocument(db, id, time);
    if (isNamed(view)) return view;
  }
  return null;
}

function scoreOf({ version, action, sentiment, model, flags }: DocumentView): DocumentChange['after'] {
  const counts = action !== 'retract' && isJudged({ flags });
  return { version, polarity: counts ? sentiment.polarity : null, model: `${model.name} ${model.version}` };
}

/** The windows whose numbers differ between what was known at the two times. */
async function changedWindows(db: SqlReader, query: DiffQuery): Promise<readonly DiffWindow[]> {
  const { series, frequency, from, to } = query;
  const [extent] = await db.query<{ rows: number; first: number; last: number }>(
    `SELECT count() AS rows, toUnixTimestamp64Milli(min(event_time)) AS first,
       toUnixTimestamp64Milli(max(event_time)) AS last
     FROM mentions WHERE series = {series:String} AND ${BETWEEN}`,
    { series, from, to },
  );
  if (extent === undefined || extent.rows === 0) return [];
  const asked = {
    series: [series],
    topic: null,
    frequency,
    from: extent.first,
    to: extent.last + 1,
    minRelevance: 0,
  };
  const before = new Map(
    (await querySeries(db, { ...asked, asOf: from })).map((point) => [point.start, point]),
  );
  const after = new Map((await querySeries(db, { ...asked, asOf: to })).map((point) => [point.start, point]));
  const starts = [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => a - b);
  return starts.flatMap((start) => {
    const [was, is] = [before.get(start), after.get(start)];
    if (was?.documents === is?.documents && was?.polarity === is?.polarity && was?.negative === is?.negative)
      return [];
    return [
      {
        start: toIso(start),
        end: toIso(start + FREQUENCY_MS[frequency]),
        documentsBefore: was?.documents ?? 0,
        documentsAfter: is?.documents ?? 0,
        polarityBefore: was?.polarity ?? null,
        polarityAfter: is?.polarity ?? null,
      },
    ];
  });
}
