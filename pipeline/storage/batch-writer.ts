import { InvalidDocumentError, InvariantError } from '../core/errors.js';
import { failpoint } from '../core/failpoint.js';
import type { LogPosition } from '../core/document.js';
import type { DeadLetter } from '../core/scored.js';
import type { DocumentVersion, StoreBatch } from '../core/store.js';
import {
  DEAD_LETTERS,
  DOCUMENTS,
  findMissing,
  insertRows,
  MENTIONS,
  RECEIPTS,
  type TableSpec,
} from './insert-rows.js';
import { toDeadLetterRow, toReceiptRow, toVersionRows, type VersionRows } from './rows.js';
import type { SqlRow, SqlSession } from './sql-session.js';
import { storyTurnRows } from './story-turns.js';

interface PreparedVersion extends VersionRows {
  readonly version: DocumentVersion;
}

interface UnstorableVersion {
  readonly version: DocumentVersion;
  readonly detail: string;
}

/** Writes batches so that a crash between any two steps leaves nothing a repeat would not complete. */
export class BatchWriter {
  // After a failure nobody knows which rows arrived, so the next batch asks before it inserts.
  #uncertain = false;
  /** Versions that became dead letters here so far. */
  unstorable = 0;

  constructor(
    private readonly db: SqlSession,
    private readonly now: () => number,
  ) {}

  /**
   * Resolves when documents, mentions, dead letters and, last, receipts are on disk. Repeating a batch, whole or after
   * a failure anywhere, changes nothing. A version that cannot be stored becomes a dead letter; the others go in.
   */
  async write(batch: StoreBatch): Promise<void> {
    try {
      await this.#writeAll(batch);
      this.#uncertain = false;
    } catch (error) {
      this.#uncertain = true;
      throw error;
    }
  }

  async #writeAll(batch: StoreBatch): Promise<void> {
    const { prepared, unstorable } = prepare(batch.versions);
    const refused = await this.#insert(
      DOCUMENTS,
      prepared.map(({ document }) => document),
    );
    const stored = prepared.filter(({ document }) => !refused.has(document));
    for (const { version, document } of prepared) {
      const detail = refused.get(document);
      if (detail !== undefined) unstorable.push({ version, detail });
    }
    await this.#insertAll(
      MENTIONS,
      stored.flatMap(({ mentions }) => mentions),
    );
    for (const { version } of stored) await this.#insertAll(MENTIONS, await storyTurnRows(this.db, version));
    const letters = unstorable.map((version) => this.#toLetter(version));
    await this.#insertAll(
      DEAD_LETTERS,
      [...batch.deadLetters, ...letters].map(({ raw, letter }) => toDeadLetterRow(raw, letter)),
    );
    await this.#insertAll(RECEIPTS, toReceipts(batch, unstorable));
    this.unstorable += unstorable.length;
  }

  /** Of rows that we make ourselves: a refused one is a bug, and going on without it would lose what it says. */
  async #insertAll(spec: TableSpec, rows: readonly SqlRow[]): Promise<void> {
    const [detail] = (await this.#insert(spec, rows)).values();
    if (detail === undefined) return;
    throw new InvariantError('row_refused', `A checked row of ${spec.table} was refused: ${detail}`);
  }

  /** The refused rows with the reason. */
  async #insert(spec: TableSpec, rows: readonly SqlRow[]): Promise<Map<SqlRow, string>> {
    const missing = this.#uncertain ? await findMissing(this.db, spec, rows) : rows;
    const refused = await insertRows(this.db, spec, missing);
    failpoint('between_inserts');
    return new Map(refused.map(({ row, error }) => [row, error.message]));
  }

  #toLetter({ version, detail }: UnstorableVersion): { raw: LogPosition; letter: DeadLetter } {
    const original = Buffer.from(JSON.stringify(version.scored.document), 'utf8');
    return {
      raw: version.raw,
      letter: {
        reason: 'unstorable',
        detail,
        stage: 'monitor',
        originalBase64: original.toString('base64'),
        attempts: 1,
        at: new Date(this.now()).toISOString(),
      },
    };
  }
}

function prepare(versions: readonly DocumentVersion[]): {
  prepared: PreparedVersion[];
  unstorable: UnstorableVersion[];
} {
  const prepared: PreparedVersion[] = [];
  const unstorable: UnstorableVersion[] = [];
  for (const version of versions) {
    try {
      prepared.push({ version, ...toVersionRows(version) });
    } catch (error) {
      if (!(error instanceof InvalidDocumentError)) throw error;
      unstorable.push({ version, detail: error.message });
    }
  }
  return { prepared, unstorable };
}

function toReceipts(batch: StoreBatch, unstorable: readonly UnstorableVersion[]): readonly SqlRow[] {
  const failed = new Set(unstorable.map(({ version }) => positionKey(version.raw)));
  return batch.receipts.map((receipt) =>
    toReceiptRow(
      failed.has(positionKey(receipt.raw)) ? { ...receipt, outcome: 'dead-letter', reason: null } : receipt,
    ),
  );
}

function positionKey({ partition, offset }: LogPosition): string {
  return `${partition} ${offset}`;
}
