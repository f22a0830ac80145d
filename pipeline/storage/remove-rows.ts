import type { Clock } from '../core/clock.js';
import { BellwetherError, UnavailableError } from '../core/errors.js';
import type { SqlParams, SqlSession } from './sql-session.js';

/** Tables from which rows are removed for good. */
export type RemovableTable =
  | 'documents'
  | 'mentions'
  | 'document_scores'
  | 'roll_ups'
  | 'dead_letters'
  | 'dead_letter_marks'
  | 'alert_events'
  | 'erased_documents'
  | 'evidence_subjects'
  | 'labels'
  | 'shadow_scores';

const LOOK_AGAIN_MS = 100;
/** The engine drops a part that is no longer used at once, when it is told to; a query may still hold it for as long as it runs. */
const PARTS_GONE_MS = 20_000;

/**
 * Changes rows in place: parts are written anew without the old bytes. A mutation runs in the background and is waited for
 * by looking, so that inserts go on meanwhile; after a kill the engine finishes it by itself at the next opening.
 */
export class RowRemover {
  constructor(
    private readonly db: SqlSession,
    private readonly clock: Pick<Clock, 'sleep' | 'monotonic'>,
  ) {}

  /** `where` is a constant of ours. Nothing is rewritten when nothing matches. */
  async remove(table: RemovableTable, where: string, params: SqlParams = {}): Promise<void> {
    const [row] = await this.db.query<{ found: number }>(
      `SELECT count() AS found FROM (SELECT 1 FROM ${table} WHERE ${where} LIMIT 1)`,
      params,
    );
    if ((row?.found ?? 0) > 0) await this.mutate(table, `DELETE WHERE ${where}`, params);
  }

  async mutate(table: RemovableTable, change: string, params: SqlParams = {}): Promise<void> {
    // The tables that a condition looks into are not changed meanwhile, so that replicas come to the same rows.
    await this.db.command(
      `ALTER TABLE ${table} ${change} SETTINGS mutations_sync = 0, allow_nondeterministic_mutations = 1`,
      params,
    );
    await this.#finished(table);
  }

  async #finished(table: string): Promise<void> {
    for (;;) {
      const [row] = await this.db.query<{ left: number; reason: string }>(
        `SELECT count() AS left, any(latest_fail_reason) AS reason FROM system.mutations
         WHERE database = currentDatabase() AND table = {table:String} AND NOT is_done`,
        { table },
      );
      if (row === undefined || row.left === 0) return;
      if (row.reason !== '') {
        throw new UnavailableError(
          'removal_failed',
          `Rows of ${table} cannot be removed for now: ${row.reason.slice(0, 300)}. The engine tries again by itself; repeat the command then.`,
          { retriable: true },
        );
      }
      await this.clock.sleep(LOOK_AGAIN_MS);
    }
  }

  /**
   * Has the engine delete the old parts from the disk, which it else keeps for some minutes; true when none is left.
   * A server whose user may not do that deletes them in its own time.
   */
  async purge(tables: readonly RemovableTable[]): Promise<boolean> {
    const [first] = await this.#withOldParts(tables);
    if (first === undefined) return true;
    for (const table of tables)
      await this.#allowed(`ALTER TABLE ${table} MODIFY SETTING old_parts_lifetime = 0`);
    const gone = await this.#partsGone(tables);
    for (const table of tables) await this.#allowed(`ALTER TABLE ${table} RESET SETTING old_parts_lifetime`);
    return gone;
  }

  /** A part must have been out of use for a whole second, so that it takes one or two calls. */
  async #partsGone(tables: readonly RemovableTable[]): Promise<boolean> {
    const deadline = this.clock.monotonic() + PARTS_GONE_MS;
    for (let looks = 0; looks < PARTS_GONE_MS / LOOK_AGAIN_MS; looks += 1) {
      const left = await this.#withOldParts(tables);
      if (left.length === 0) return true;
      if (this.clock.monotonic() > deadline) break;
      for (const table of left) {
        // The engine cleans up when cleaning is allowed again.
        await this.#allowed(`SYSTEM STOP CLEANUP ${table}`);
        await this.#allowed(`SYSTEM START CLEANUP ${table}`);
      }
      await this.clock.sleep(LOOK_AGAIN_MS);
    }
    return false;
  }

  async #withOldParts(tables: readonly RemovableTable[]): Promise<readonly RemovableTable[]> {
    const found = await this.db.query<{ table: string }>(
      `SELECT DISTINCT table FROM system.parts
       WHERE database = currentDatabase() AND table IN {tables:Array(String)}
         AND _state IN ('Outdated', 'Deleting', 'DeleteOnDestroy')`,
      { tables },
    );
    return tables.filter((name) => found.some(({ table }) => table === name));
  }

  /** What a server refuses its user is not done; it is no reason to leave the rest undone. */
  async #allowed(statement: string): Promise<void> {
    try {
      await this.db.command(statement);
    } catch (error) {
      if (!(error instanceof BellwetherError)) throw error;
    }
  }
}
