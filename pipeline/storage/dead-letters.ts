import type { LogPosition } from '../core/document.js';
import { DEAD_LETTER_REASONS, type DeadLetter, type DeadLetterReason } from '../core/scored.js';
import { toReceiptRow } from './rows.js';
import { toIso } from './queries/stored-documents.js';
import type { OpenWork } from './open-work.js';
import type { SqlReader, SqlSession } from './sql-session.js';

export const DEAD_LETTER_STATES = ['waiting', 'retried', 'dropped'] as const;
export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number];

/** A dead letter as the operator sees it. */
export interface KeptLetter {
  readonly raw: LogPosition;
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly stage: DeadLetter['stage'];
  /** Null when the original does not say. */
  readonly sourceId: string | null;
  readonly attempts: number;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly state: DeadLetterState;
  /** Where in `documents.raw` the retried document stands, `partition:offset`; null when it is not known. */
  readonly wentTo: string | null;
  /** Size of the original; 0 once it was removed. */
  readonly bytes: number;
}

export interface DeadLetterFilter {
  readonly state: DeadLetterState | null;
  readonly reason: DeadLetterReason | null;
  readonly source: string | null;
  /** Only those behind this place of the log. */
  readonly after: LogPosition | null;
  readonly limit: number;
}

export interface DeadLetterMark {
  readonly raw: LogPosition;
  readonly state: DeadLetterState;
  readonly attempts: number;
  /** Why it failed again; empty leaves the first reason. */
  readonly detail: string;
  readonly at: number;
  readonly wentTo: string | null;
}

/** The letters and what was done with them. Every write may be repeated. */
export interface DeadLetterStore {
  /** In the order of the log. */
  list(filter: DeadLetterFilter): Promise<readonly KeptLetter[]>;
  read(raw: LogPosition): Promise<(KeptLetter & { readonly originalBase64: string }) | null>;
  mark(mark: DeadLetterMark): Promise<void>;
  /** Books the messages as dropped by the operator, says so in the marks, and last removes the original bytes. */
  drop(letters: readonly KeptLetter[], at: number): Promise<void>;
}

interface Row {
  readonly raw_partition: number;
  readonly raw_offset: number;
  readonly reason: string;
  readonly detail: string;
  readonly stage: DeadLetter['stage'];
  readonly source_id: string;
  readonly attempts: number;
  readonly first_seen: number;
  readonly last_seen: number;
  readonly state: DeadLetterState;
  readonly went_to: string;
  readonly bytes: number;
  readonly original_base64: string;
}

/**
 * The letters at the places that the condition names.
 *
 * Around a crash a message may be given up and scored all the same: then it is stored, and its letter says nothing any more.
 * A letter that came of a retry counts the attempts of the one before it too. Of the receipts, which are as many as messages
 * were ever stored, only those of the letters are read.
 */
const lettersWhere = (place: string) => `
  SELECT l.raw_partition AS raw_partition, l.raw_offset AS raw_offset, l.reason AS reason,
    if(m.detail = '', l.detail, m.detail) AS detail, l.stage AS stage, l.source_id AS source_id,
    if(m.generation > 0, m.attempts, l.attempts + b.attempts_before) AS attempts,
    toUnixTimestamp64Milli(l.at) AS first_seen,
    if(m.generation > 0, toUnixTimestamp64Milli(m.at), first_seen) AS last_seen,
    if(m.generation > 0, m.state, 'waiting') AS state, m.went_to AS went_to,
    if(state = 'dropped', '', l.original_base64) AS original_base64,
    length(tryBase64Decode(original_base64)) AS bytes
  FROM (SELECT * FROM dead_letters FINAL WHERE ${place} AND (raw_partition, raw_offset) NOT IN (
    SELECT raw_partition, raw_offset FROM receipts FINAL WHERE outcome IN ('stored', 'duplicate')
      AND (raw_partition, raw_offset) IN (SELECT raw_partition, raw_offset FROM dead_letters WHERE ${place}))) AS l
  LEFT JOIN (SELECT * FROM dead_letter_marks FINAL) AS m
    ON m.raw_partition = l.raw_partition AND m.raw_offset = l.raw_offset
  LEFT JOIN (
    SELECT went_to AS place, max(attempts) - 1 AS attempts_before
    FROM dead_letter_marks FINAL WHERE went_to != '' GROUP BY went_to
  ) AS b ON b.place = concat(toString(l.raw_partition), ':', toString(l.raw_offset))`;
const ALL_BEHIND = lettersWhere(
  '({any:UInt8} = 1 OR (raw_partition, raw_offset) > ({partition:UInt32}, {offset:UInt64}))',
);
const ONE = lettersWhere('raw_partition = {partition:UInt32} AND raw_offset = {offset:UInt64}');

/** Looks go through `reader`, so that they hold up no write; with many letters among many receipts they take seconds. */
export function createDeadLetterStore(db: SqlSession, reader: SqlReader): DeadLetterStore {
  return {
    async list({ state, reason, source, after, limit }) {
      const rows = await reader.query<Row>(
        `SELECT * EXCEPT (original_base64) FROM (${ALL_BEHIND})
         WHERE ({state:String} = '' OR state = {state:String})
           AND ({reason:String} = '' OR reason = {reason:String})
           AND ({source:String} = '' OR source_id = {source:String})
         ORDER BY raw_partition, raw_offset LIMIT {limit:UInt32}`,
        {
          state: state ?? '',
          reason: reason ?? '',
          source: source ?? '',
          any: after === null ? 1 : 0,
          partition: after?.partition ?? 0,
          offset: after?.offset ?? 0,
          limit,
        },
      );
      return rows.map(toLetter);
    },
    async read(raw) {
      const [row] = await reader.query<Row>(ONE, { partition: raw.partition, offset: raw.offset });
      return row === undefined ? null : { ...toLetter(row), originalBase64: row.original_base64 };
    },
    mark: (mark) => insertMarks(db, [mark]),
    async drop(letters, at) {
      if (letters.length === 0) return;
      await db.insert(
        'receipts',
        letters.map(({ raw }) =>
          toReceiptRow({ raw, documentId: '', version: 0, outcome: 'drop', reason: 'operator' }),
        ),
      );
      await insertMarks(
        db,
        letters.map(({ raw, attempts, wentTo }) => ({
          raw,
          state: 'dropped',
          attempts,
          detail: '',
          at,
          wentTo,
        })),
      );
      await removeOriginals(db);
    },
  };
}

/** Of all that are marked as dropped, so that a drop also completes what a crash cut off. */
async function removeOriginals(db: SqlSession): Promise<void> {
  for (;;) {
    const places = await db.query<{ raw_partition: number; raw_offset: number }>(
      `SELECT DISTINCT raw_partition, raw_offset FROM dead_letters
       WHERE original_base64 != '' AND (raw_partition, raw_offset) IN
         (SELECT raw_partition, raw_offset FROM dead_letter_marks WHERE state = 'dropped')
       LIMIT 1000`,
    );
    if (places.length === 0) return;
    // Replicated tables refuse a subquery in a mutation; these are numbers of ours.
    const list = places.map((place) => `(${place.raw_partition}, ${place.raw_offset})`).join(', ');
    await db.command(
      `ALTER TABLE dead_letters UPDATE original_base64 = ''
       WHERE (raw_partition, raw_offset) IN (${list}) SETTINGS mutations_sync = 2`,
    );
  }
}

async function insertMarks(db: SqlSession, marks: readonly DeadLetterMark[]): Promise<void> {
  const [row] = await db.query<{ newest: number }>('SELECT max(generation) AS newest FROM dead_letter_marks');
  const generation = (row?.newest ?? 0) + 1;
  await db.insert(
    'dead_letter_marks',
    marks.map(({ raw, state, attempts, detail, at, wentTo }) => ({
      raw_partition: raw.partition,
      raw_offset: raw.offset,
      generation,
      state,
      attempts,
      detail,
      at,
      went_to: wentTo ?? '',
    })),
  );
}

function toLetter(row: Row): KeptLetter {
  return {
    raw: { partition: row.raw_partition, offset: row.raw_offset },
    reason: DEAD_LETTER_REASONS.find((reason) => reason === row.reason) ?? 'internal_error',
    detail: row.detail,
    stage: row.stage,
    sourceId: row.source_id === '' ? null : row.source_id,
    attempts: row.attempts,
    firstSeenAt: toIso(row.first_seen),
    lastSeenAt: toIso(row.last_seen),
    state: row.state,
    wentTo: row.went_to === '' ? null : row.went_to,
    bytes: row.bytes,
  };
}

/** What an operator changes: one after the other, and only in the term of this process. */
export function lettersInOrder(
  letters: DeadLetterStore,
  work: OpenWork,
  requireTerm: () => Promise<void>,
): DeadLetterStore {
  return {
    list: (filter) => work.anytime(() => letters.list(filter)),
    read: (raw) => work.anytime(() => letters.read(raw)),
    mark: (mark) => work.inOrder(() => requireTerm().then(() => letters.mark(mark))),
    drop: (dropped, at) => work.inOrder(() => requireTerm().then(() => letters.drop(dropped, at))),
  };
}
