import { SOURCE_KINDS, type SourceKind } from '../core/document.js';
import type { Generations } from './generations.js';
import { guarded } from './open-work.js';
import { timeParam } from './present.js';
import type { RowRemover } from './remove-rows.js';
import type { SqlSession } from './sql-session.js';
import type { StoreState } from './state.js';

/** Before which time, milliseconds, documents of a class are no longer kept. */
export type Cuts = Readonly<Partial<Record<SourceKind, number>>>;

/**
 * Windows that begin before `closedBefore` have lost documents: their numbers are kept for good and never computed again.
 * Minute windows that begin before `minutesFrom` are gone. Both fall on the begin of a day, milliseconds, and never go back.
 */
export interface KeptWindows {
  readonly closedBefore: number;
  readonly minutesFrom: number;
}

/**
 * Deleting by age. Every step may be repeated, and is then completed; with nothing to delete it costs one look. Whatever
 * changes something throws ConfigError `not_the_active_monitor` when the term of this process has ended.
 */
export interface RetentionStore {
  /** What was deleted up to now. */
  cuts(): Promise<Cuts>;
  /** Durable before anything is deleted: from now on such documents are not stored either. */
  raiseCut(kind: SourceKind, before: number): Promise<void>;
  /** Removes documents of the class, all versions of each, whose newest publication lies before the time; answers how many. */
  expireDocuments(kind: SourceKind, before: number): Promise<number>;
  /** Removes minute windows; hours and days stay. */
  expireMinutes(before: number): Promise<void>;
  /** Removes the original bytes of dead letters seen before the time; those that wait are given up. Answers how many those are. */
  expireLetters(before: number, at: number): Promise<number>;
  /** Alerts that are over and were last told of before the time. */
  finishedAlerts(before: number): Promise<readonly string[]>;
  removeAlerts(ids: readonly string[]): Promise<void>;
}

const CLOSED_BEFORE = 'closed_before';
const MINUTES_FROM = 'minutes_from';
const cutKey = (kind: SourceKind) => `expired_before:${kind}`;

/** Ids of documents on their way out stand here, under this name. */
const EXPIRING = `(SELECT id FROM erased_documents WHERE erasure_id = 'expired')`;
const OF_CLASS = `source_kind = {kind:String} AND published_at < ${timeParam('before')}`;
const ALERTS_A_STATEMENT = 2_000;

/** What is known about windows, in memory; read again at a take-over. */
export class WindowLimits {
  closedBefore = 0;
  minutesFrom = 0;

  constructor(private readonly state: StoreState) {}

  async read(): Promise<void> {
    this.closedBefore = Number((await this.state.read(CLOSED_BEFORE)) ?? 0);
    this.minutesFrom = Number((await this.state.read(MINUTES_FROM)) ?? 0);
  }

  async close(before: number): Promise<void> {
    if (before <= this.closedBefore) return;
    await this.state.write(CLOSED_BEFORE, String(before));
    this.closedBefore = before;
  }

  async dropMinutes(before: number): Promise<boolean> {
    if (before <= this.minutesFrom) return false;
    await this.state.write(MINUTES_FROM, String(before));
    this.minutesFrom = before;
    return true;
  }
}

interface RetentionDeps {
  readonly rows: RowRemover;
  readonly state: StoreState;
  readonly limits: WindowLimits;
  readonly generations: Pick<Generations, 'within'>;
}

type Looking = Pick<RetentionStore, 'cuts' | 'finishedAlerts'>;

export function createRetentionStore(db: SqlSession, deps: RetentionDeps): RetentionStore {
  const { state, generations } = deps;
  const looking: Looking = {
    async cuts() {
      const cuts: Partial<Record<SourceKind, number>> = {};
      for (const kind of SOURCE_KINDS) {
        const value = await state.read(cutKey(kind));
        if (value !== null) cuts[kind] = Number(value);
      }
      return cuts;
    },
    async finishedAlerts(before) {
      const found = await db.query<{ id: string }>(
        `SELECT alert_id AS id FROM alert_events GROUP BY alert_id
         HAVING max(at) < ${timeParam('before')} AND (argMax(type, sequence) = 'cleared'
           OR (argMax(type, sequence) = 'mailed' AND argMax(state, sequence) = 'resolved'))
         ORDER BY id`,
        { before },
      );
      return found.map(({ id }) => id);
    },
  };
  return { ...looking, ...guarded(deletionOf(db, deps), (work) => generations.within(work)) };
}

function deletionOf(
  db: SqlSession,
  { rows, state, limits, generations }: RetentionDeps,
): Omit<RetentionStore, keyof Looking> {
  return {
    raiseCut: (kind, before) => state.write(cutKey(kind), String(before)),
    async expireDocuments(kind, before) {
      await removeExpiring(db, rows);
      const expiring = await countExpiring(db, kind, before);
      if (expiring === 0) return 0;
      // Before anything is marked: what is marked, whoever looks next removes.
      await generations.within(() => limits.close(before));
      await markExpiring(db, kind, before);
      await removeExpiring(db, rows);
      return expiring;
    },
    async expireMinutes(before) {
      if (!(await generations.within(() => limits.dropMinutes(before)))) return;
      await rows.remove('roll_ups', `frequency = '1m' AND window_start < ${timeParam('before')}`, { before });
    },
    expireLetters: (before, at) => expireLetters(db, rows, { before, at }),
    async removeAlerts(ids) {
      for (let first = 0; first < ids.length; first += ALERTS_A_STATEMENT) {
        await rows.remove('alert_events', 'alert_id IN {ids:Array(String)}', {
          ids: ids.slice(first, first + ALERTS_A_STATEMENT),
        });
      }
    },
  };
}

/** The newest version decides about class and age of a document. */
const EXPIRABLE = `
  FROM documents WHERE id IN (SELECT id FROM documents WHERE ${OF_CLASS})
  GROUP BY id HAVING argMax(source_kind, version) = {kind:String} AND max(published_at) < ${timeParam('before')}`;

async function countExpiring(db: SqlSession, kind: SourceKind, before: number): Promise<number> {
  const [row] = await db.query<{ expiring: number }>(
    `SELECT count() AS expiring FROM (SELECT id ${EXPIRABLE})`,
    { kind, before },
  );
  return row?.expiring ?? 0;
}

async function markExpiring(db: SqlSession, kind: SourceKind, before: number): Promise<void> {
  await db.command(
    `INSERT INTO erased_documents (erasure_id, kind, id) SELECT 'expired', 'expired', id ${EXPIRABLE}`,
    { kind, before },
  );
}

/** Takes the marked documents out of everything, the marks last: what a kill cut off is done at the next look. */
async function removeExpiring(db: SqlSession, rows: RowRemover): Promise<void> {
  const [row] = await db.query<{ marked: number }>(
    `SELECT count() AS marked FROM erased_documents WHERE erasure_id = 'expired'`,
  );
  if ((row?.marked ?? 0) === 0) return;
  await db.command(
    `INSERT INTO evidence_subjects SELECT DISTINCT id, source_id, author FROM documents
     WHERE id IN ${EXPIRING} AND id IN (
       SELECT arrayJoin(arrayMap(quoted -> JSONExtractString(quoted, 'id'), JSONExtractArrayRaw(event, 'alert', 'documents')))
       FROM alert_events)`,
  );
  await db.command(
    `INSERT INTO receipts (raw_partition, raw_offset, document_id, version, outcome, reason)
     SELECT DISTINCT raw_partition, raw_offset, id, version, 'expired', NULL FROM documents WHERE id IN ${EXPIRING}`,
  );
  await rows.remove('labels', `document_id IN ${EXPIRING}`);
  await rows.remove('shadow_scores', `document_id IN ${EXPIRING}`);
  await rows.remove('document_scores', `id IN ${EXPIRING}`);
  await rows.remove('mentions', `doc_id IN ${EXPIRING}`);
  await rows.remove('documents', `id IN ${EXPIRING}`);
  await rows.remove('erased_documents', `erasure_id = 'expired'`);
}

/** A letter that waits and loses its bytes cannot be retried any more: it is given up, and its message counts as expired. */
async function expireLetters(
  db: SqlSession,
  rows: RowRemover,
  times: { readonly before: number; readonly at: number },
): Promise<number> {
  const old = `at < ${timeParam('before')} AND original_base64 != ''`;
  const waiting = `FROM dead_letters FINAL WHERE ${old} AND (raw_partition, raw_offset) NOT IN (
    SELECT raw_partition, raw_offset FROM dead_letter_marks FINAL WHERE state != 'waiting')`;
  const [row] = await db.query<{ letters: number; given: number }>(
    `SELECT (SELECT count() FROM dead_letters WHERE ${old}) AS letters, (SELECT count() ${waiting}) AS given`,
    times,
  );
  if ((row?.letters ?? 0) === 0) return 0;
  await db.command(
    `INSERT INTO receipts (raw_partition, raw_offset, document_id, version, outcome, reason)
     SELECT raw_partition, raw_offset, '', 0, 'expired', NULL ${waiting}`,
    times,
  );
  await db.command(
    `INSERT INTO dead_letter_marks (raw_partition, raw_offset, generation, state, attempts, detail, at, went_to)
     SELECT raw_partition, raw_offset, (SELECT max(generation) + 1 FROM dead_letter_marks), 'dropped', attempts,
       'Older than retention.deadLetterDays.', ${timeParam('at')}, '' ${waiting}`,
    times,
  );
  await rows.mutate('dead_letters', `UPDATE original_base64 = '' WHERE ${old}`, times);
  return row?.given ?? 0;
}
