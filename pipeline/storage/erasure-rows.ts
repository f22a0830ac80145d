import type { AlertEvent } from '../core/alert.js';
import type { LogPosition } from '../core/document.js';
import type { ErasureTarget } from '../core/erasure.js';
import type { RowRemover } from './remove-rows.js';
import type { SqlParams, SqlSession } from './sql-session.js';

export interface ErasedRows {
  readonly documents: number;
  readonly versions: number;
  readonly mentions: number;
  readonly scores: number;
  /** What people said about them. */
  readonly labels: number;
  /** Events of alerts that quote one of the documents. */
  readonly alertEvents: number;
  /** Documents of the same sources that carry no author in any version: they stay, whoever wrote them. */
  readonly unattributed: number;
}

/** `running`: not finished; `done`: nothing of it is left, and nothing comes back; `allowed`: it may come again. */
export type ErasureState = 'running' | 'done' | 'allowed';

export interface Erasure {
  readonly id: string;
  readonly target: ErasureTarget;
  readonly requestedAt: number;
  readonly state: ErasureState;
}

/** A dead letter with its bytes, to see whose it is. */
export interface LetterOriginal {
  readonly raw: LogPosition;
  readonly originalBase64: string;
  readonly sourceId: string | null;
}

const PLACES_A_STATEMENT = 2_000;
const EVENTS_A_STATEMENT = 20;

/** Whose document it is; any version that says so decides for all. */
const OF_TARGETS = `(source_id IN {sources:Array(String)}
  OR (author IS NOT NULL AND (source_id, assumeNotNull(author)) IN
    (SELECT arrayJoin(arrayZip({authorSources:Array(String)}, {authors:Array(String)})))))`;
/** SQL for the ids of the documents that an alert event quotes. */
export const QUOTED = `arrayMap(quoted -> JSONExtractString(quoted, 'id'), JSONExtractArrayRaw(event, 'alert', 'documents'))`;

export interface ErasureRow {
  readonly erasure_id: string;
  readonly kind: string;
  readonly source_id: string;
  readonly pseudonym: string;
  readonly requested: number;
  readonly state: ErasureState;
}

export async function countRows(db: SqlSession, targets: readonly ErasureTarget[]): Promise<ErasedRows> {
  const ids = `(SELECT id FROM documents WHERE ${OF_TARGETS} UNION ALL SELECT id FROM evidence_subjects WHERE ${OF_TARGETS})`;
  const [row] = await db.query<ErasedRows>(
    `SELECT
       (SELECT uniqExact(id) FROM documents WHERE id IN ${ids}) AS documents,
       (SELECT uniqExact(id, version) FROM documents WHERE id IN ${ids}) AS versions,
       (SELECT count() FROM mentions FINAL WHERE doc_id IN ${ids}) AS mentions,
       (SELECT count() FROM document_scores FINAL WHERE id IN ${ids}) AS scores,
       (SELECT count() FROM labels FINAL WHERE document_id IN ${ids}) AS labels,
       (SELECT uniqExact(alert_id, sequence) FROM alert_events ARRAY JOIN ${QUOTED} AS quoted_id
        WHERE quoted_id IN ${ids}) AS alertEvents,
       (SELECT count() FROM (SELECT id FROM documents WHERE source_id IN {authorSources:Array(String)}
        GROUP BY id HAVING countIf(author IS NOT NULL) = 0)) AS unattributed`,
    paramsOf(targets),
  );
  return (
    row ?? { documents: 0, versions: 0, mentions: 0, scores: 0, labels: 0, alertEvents: 0, unattributed: 0 }
  );
}

function paramsOf(targets: readonly ErasureTarget[]): SqlParams {
  const authors = targets.flatMap((target) => (target.kind === 'author' ? [target] : []));
  return {
    sources: targets.filter(({ kind }) => kind === 'source').map(({ source }) => source),
    authorSources: authors.map(({ source }) => source),
    authors: authors.map(({ pseudonym }) => pseudonym),
  };
}

export async function collectIds(db: SqlSession, erasure: string, target: ErasureTarget): Promise<void> {
  for (const table of ['documents', 'evidence_subjects'] as const) {
    await db.command(
      `INSERT INTO erased_documents (erasure_id, kind, id)
       SELECT DISTINCT {erasure:String}, {kind:String}, id FROM ${table} WHERE ${OF_TARGETS}
         AND id NOT IN (SELECT id FROM erased_documents WHERE erasure_id = {erasure:String})`,
      { ...paramsOf([target]), erasure, kind: target.kind },
    );
  }
}

export async function queryLetters(
  db: SqlSession,
  after: LogPosition | null,
  limit: number,
): Promise<readonly LetterOriginal[]> {
  interface Row {
    readonly raw_partition: number;
    readonly raw_offset: number;
    readonly original_base64: string;
    readonly source_id: string;
  }
  const found = await db.query<Row>(
    `SELECT raw_partition, raw_offset, original_base64, source_id FROM dead_letters
     WHERE {any:UInt8} = 1 OR (raw_partition, raw_offset) > ({partition:UInt32}, {offset:UInt64})
     ORDER BY raw_partition, raw_offset LIMIT 1 BY raw_partition, raw_offset LIMIT {limit:UInt32}`,
    { any: after === null ? 1 : 0, partition: after?.partition ?? 0, offset: after?.offset ?? 0, limit },
  );
  return found.map((row) => ({
    raw: { partition: row.raw_partition, offset: row.raw_offset },
    originalBase64: row.original_base64,
    sourceId: row.source_id === '' ? null : row.source_id,
  }));
}

export async function removeLetters(
  db: SqlSession,
  rows: RowRemover,
  positions: readonly LogPosition[],
): Promise<void> {
  for (let first = 0; first < positions.length; first += PLACES_A_STATEMENT) {
    const some = positions.slice(first, first + PLACES_A_STATEMENT);
    await db.insert(
      'receipts',
      some.map(({ partition, offset }) => ({
        raw_partition: partition,
        raw_offset: offset,
        document_id: '',
        version: 0,
        outcome: 'erased',
        reason: 'erased',
      })),
    );
    const where =
      '(raw_partition, raw_offset) IN (SELECT arrayJoin(arrayZip({partitions:Array(UInt32)}, {offsets:Array(UInt64)})))';
    const places = {
      partitions: some.map(({ partition }) => partition),
      offsets: some.map(({ offset }) => offset),
    };
    await rows.remove('dead_letters', where, places);
    await rows.remove('dead_letter_marks', where, places);
  }
}

/** Alert events are the one thing that is changed in place: what an alert was decided on stays, what a document said goes. */
export async function replaceEvents(rows: RowRemover, events: readonly AlertEvent[]): Promise<void> {
  for (let first = 0; first < events.length; first += EVENTS_A_STATEMENT) {
    const some = events.slice(first, first + EVENTS_A_STATEMENT);
    await rows.mutate(
      'alert_events',
      `UPDATE event = transform(concat(alert_id, ' ', toString(sequence)), {keys:Array(String)}, {events:Array(String)}, event)
       WHERE alert_id IN {ids:Array(String)}`,
      {
        keys: some.map(({ alertId, sequence }) => `${alertId} ${sequence}`),
        events: some.map((event) => JSON.stringify(event)),
        ids: [...new Set(some.map(({ alertId }) => alertId))],
      },
    );
  }
}

export async function insertErasures(
  db: SqlSession,
  erasures: readonly Erasure[],
  { finishedAt, counts }: { readonly finishedAt: number | null; readonly counts: object },
): Promise<void> {
  const [row] = await db.query<{ newest: number }>('SELECT max(generation) AS newest FROM erasures');
  const generation = (row?.newest ?? 0) + 1;
  await db.insert(
    'erasures',
    erasures.map(({ id, target, requestedAt, state }) => ({
      erasure_id: id,
      requested_at: requestedAt,
      generation,
      kind: target.kind,
      source_id: target.source,
      pseudonym: target.kind === 'author' ? target.pseudonym : '',
      state,
      finished_at: finishedAt,
      counts: JSON.stringify(counts),
    })),
  );
}

export function toErasure(row: ErasureRow): Erasure {
  const target: ErasureTarget =
    row.kind === 'author'
      ? { kind: 'author', source: row.source_id, pseudonym: row.pseudonym }
      : { kind: 'source', source: row.source_id };
  return { id: row.erasure_id, target, requestedAt: row.requested, state: row.state };
}
