import type { AlertEvent } from '../core/alert.js';
import type { LogPosition } from '../core/document.js';
import { erasureId, type ErasureTarget, type SuppressionList } from '../core/erasure.js';
import type { TouchedWindow } from '../core/store.js';
import { parseEvent } from './alert-events.js';
import {
  collectIds,
  countRows,
  insertErasures,
  queryLetters,
  QUOTED,
  removeLetters,
  replaceEvents,
  toErasure,
  type ErasedRows,
  type Erasure,
  type ErasureRow,
  type ErasureState,
  type LetterOriginal,
} from './erasure-rows.js';
import type { Generations } from './generations.js';
import { guarded } from './open-work.js';
import type { RemovableTable, RowRemover } from './remove-rows.js';
import type { SqlSession } from './sql-session.js';

export type { ErasedRows, Erasure, ErasureState, LetterOriginal } from './erasure-rows.js';

/**
 * Removing what must not be kept. Every step may be repeated, and is then completed. Whatever changes something throws
 * ConfigError `not_the_active_monitor` when the term of this process has ended: whoever takes over finishes what was begun.
 */
export interface ErasureStore {
  suppressed(): Promise<SuppressionList>;
  running(): Promise<readonly Erasure[]>;
  /** Sources of which something is stored. */
  sources(): Promise<readonly string[]>;
  /** How much of the targets is stored; changes nothing. */
  count(targets: readonly ErasureTarget[]): Promise<ErasedRows>;
  /** Durable from here on: it will be finished, and nothing of it is stored any more. */
  begin(targets: readonly ErasureTarget[], at: number): Promise<readonly Erasure[]>;
  /** Writes down the ids of the documents and the windows they count in; answers with all ids of persons. */
  collect(erasures: readonly Erasure[]): Promise<readonly string[]>;
  letters(after: LogPosition | null, limit: number): Promise<readonly LetterOriginal[]>;
  isErased(ids: readonly string[]): Promise<ReadonlySet<string>>;
  removeLetters(positions: readonly LogPosition[]): Promise<void>;
  removeDocuments(erasures: readonly Erasure[]): Promise<void>;
  /** Rolls up what the removal has left of the windows. */
  recompute(windows: readonly TouchedWindow[]): Promise<void>;
  windows(offset: number, limit: number): Promise<readonly TouchedWindow[]>;
  /** Alert events that quote a document of the erasures. */
  quotations(erasures: readonly Erasure[]): Promise<readonly AlertEvent[]>;
  quotedIds(erasures: readonly Erasure[]): Promise<ReadonlySet<string>>;
  replaceEvents(events: readonly AlertEvent[]): Promise<void>;
  /** Has the engine delete the old bytes; false when a server does it in its own time. */
  purge(): Promise<boolean>;
  end(erasures: readonly Erasure[], counts: object, at: number): Promise<void>;
  /** Lets documents of the target in again; false when it was not erased. */
  allow(target: ErasureTarget, at: number): Promise<boolean>;
}

const PERSONAL_TABLES: readonly RemovableTable[] = [
  'documents',
  'mentions',
  'document_scores',
  'dead_letters',
  'dead_letter_marks',
  'alert_events',
  'evidence_subjects',
  'labels',
  'shadow_scores',
];
const NEWEST = `(
  SELECT erasure_id, kind, source_id, pseudonym, requested_at, state FROM erasures FINAL
  ORDER BY erasure_id, requested_at DESC LIMIT 1 BY erasure_id)`;
const ERASED_IDS = '(SELECT id FROM erased_documents WHERE erasure_id IN {erasures:Array(String)})';

interface ErasureDeps {
  readonly rows: RowRemover;
  readonly rollUp: (windows: readonly TouchedWindow[]) => Promise<void>;
  readonly generations: Pick<Generations, 'within'>;
}

export function createErasureStore(db: SqlSession, { rows, rollUp, generations }: ErasureDeps): ErasureStore {
  const changes = { ...entriesOf(db, rows), ...removalOf(db, rows), recompute: rollUp };
  return { ...registerOf(db), ...findingOf(db), ...guarded(changes, (work) => generations.within(work)) };
}

type Register = Pick<ErasureStore, 'suppressed' | 'running'>;
type Entries = Pick<ErasureStore, 'begin' | 'end' | 'allow'>;
type Removal = Pick<ErasureStore, 'removeLetters' | 'removeDocuments' | 'replaceEvents' | 'purge'>;
type Finding = Omit<ErasureStore, keyof Register | keyof Entries | keyof Removal | 'recompute'>;

/** Who was erased, and who is being erased. */
function registerOf(db: SqlSession): Register {
  return {
    async suppressed() {
      const ids = await db.query<{ id: string }>(
        `SELECT DISTINCT id FROM erased_documents WHERE kind = 'author' AND erasure_id IN (
           SELECT erasure_id FROM ${NEWEST} WHERE state != 'allowed')`,
      );
      return {
        targets: (await newestOf(db, ['running', 'done'])).map(({ target }) => target),
        ids: ids.map(({ id }) => id),
      };
    },
    running: () => newestOf(db, ['running']),
  };
}

/** What is entered there. */
function entriesOf(db: SqlSession, rows: RowRemover): Entries {
  return {
    async begin(targets, at) {
      const known = new Map((await newestOf(db, ['running'])).map((erasure) => [erasure.id, erasure]));
      const begun = targets.map((target): Erasure => {
        const id = erasureId(target);
        return known.get(id) ?? { id, target, requestedAt: at, state: 'running' };
      });
      await insertErasures(db, begun, { finishedAt: null, counts: {} });
      return begun;
    },
    async end(erasures, counts, at) {
      await db.command('TRUNCATE TABLE erased_windows');
      await insertErasures(
        db,
        erasures.map((erasure) => ({ ...erasure, state: 'done' })),
        { finishedAt: at, counts },
      );
    },
    async allow(target, at) {
      const found = (await newestOf(db, ['running', 'done'])).find(({ id }) => id === erasureId(target));
      if (found === undefined) return false;
      await insertErasures(db, [{ ...found, state: 'allowed' }], { finishedAt: at, counts: {} });
      await rows.remove('erased_documents', 'erasure_id = {erasure:String}', { erasure: found.id });
      return true;
    },
  };
}

/** What there is of them. */
function findingOf(db: SqlSession): Finding {
  return {
    async sources() {
      const found = await db.query<{ id: string }>(
        `SELECT DISTINCT source_id AS id FROM documents UNION DISTINCT
         SELECT DISTINCT source_id AS id FROM evidence_subjects UNION DISTINCT
         SELECT DISTINCT source_id AS id FROM dead_letters WHERE source_id != ''`,
      );
      return found.map(({ id }) => id).sort();
    },
    count: (targets) => countRows(db, targets),
    async collect(erasures) {
      for (const { id, target } of erasures) await collectIds(db, id, target);
      const erasing = { erasures: erasures.map(({ id }) => id) };
      await db.command(
        `INSERT INTO erased_windows SELECT DISTINCT series, toStartOfMinute(event_time) FROM mentions WHERE doc_id IN ${ERASED_IDS}`,
        erasing,
      );
      const found = await db.query<{ id: string }>(
        `SELECT DISTINCT id FROM erased_documents WHERE kind = 'author' AND erasure_id IN {erasures:Array(String)}`,
        erasing,
      );
      return found.map(({ id }) => id);
    },
    letters: (after, limit) => queryLetters(db, after, limit),
    async isErased(ids) {
      const found = await db.query<{ id: string }>(
        "SELECT DISTINCT id FROM erased_documents WHERE id IN {ids:Array(String)} AND kind != 'expired'",
        { ids },
      );
      return new Set(found.map(({ id }) => id));
    },
    windows: (offset, limit) =>
      db.query<TouchedWindow>(
        `SELECT DISTINCT series, toInt64(toUnixTimestamp(minute)) * 1000 AS time FROM erased_windows
         ORDER BY series, time LIMIT {limit:UInt32} OFFSET {offset:UInt64}`,
        { offset, limit },
      ),
    async quotations(erasures) {
      const found = await db.query<{ event: string }>(
        `SELECT DISTINCT alert_id, sequence, event FROM alert_events ARRAY JOIN ${QUOTED} AS quoted_id
         WHERE quoted_id IN ${ERASED_IDS} ORDER BY alert_id, sequence`,
        { erasures: erasures.map(({ id }) => id) },
      );
      return found.map(({ event }) => parseEvent(event));
    },
    async quotedIds(erasures) {
      const found = await db.query<{ id: string }>(
        `SELECT DISTINCT quoted_id AS id FROM alert_events ARRAY JOIN ${QUOTED} AS quoted_id WHERE quoted_id IN ${ERASED_IDS}`,
        { erasures: erasures.map(({ id }) => id) },
      );
      return new Set(found.map(({ id }) => id));
    },
  };
}

/** Taking it away. */
function removalOf(db: SqlSession, rows: RowRemover): Removal {
  return {
    removeLetters: (positions) => removeLetters(db, rows, positions),
    async removeDocuments(erasures) {
      const erasing = { erasures: erasures.map(({ id }) => id) };
      await db.command(
        `INSERT INTO receipts (raw_partition, raw_offset, document_id, version, outcome, reason)
         SELECT raw_partition, raw_offset, document_id, version, 'erased', 'erased' FROM receipts FINAL
         WHERE outcome IN ('stored', 'expired') AND document_id IN ${ERASED_IDS}`,
        erasing,
      );
      await rows.remove('labels', `document_id IN ${ERASED_IDS}`, erasing);
      await rows.remove('shadow_scores', `document_id IN ${ERASED_IDS}`, erasing);
      await rows.remove('document_scores', `id IN ${ERASED_IDS}`, erasing);
      await rows.remove('mentions', `doc_id IN ${ERASED_IDS}`, erasing);
      await rows.remove('documents', `id IN ${ERASED_IDS}`, erasing);
      await rows.remove('evidence_subjects', `id IN ${ERASED_IDS}`, erasing);
    },
    replaceEvents: (events) => replaceEvents(rows, events),
    purge: () => rows.purge(PERSONAL_TABLES),
  };
}

/** Of each target the newest request, when it is in one of the states. */
async function newestOf(db: SqlSession, states: readonly ErasureState[]): Promise<readonly Erasure[]> {
  const found = await db.query<ErasureRow>(
    `SELECT erasure_id, kind, source_id, pseudonym, toUnixTimestamp64Milli(requested_at) AS requested, state
     FROM ${NEWEST} WHERE state IN {states:Array(String)} ORDER BY requested_at, erasure_id`,
    { states },
  );
  return found.map(toErasure);
}
