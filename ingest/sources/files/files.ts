import type { RawDocument, SourceInfo } from '../../../pipeline/core/document.js';
import { BellwetherError, CancelledError, type Reason } from '../../../pipeline/core/errors.js';
import type { MappingSpec } from '../../../pipeline/core/mapping.js';
import { compileMapping, type MappedItem } from '../../mapping/compile-mapping.js';
import { partOutcomes, readMapped } from '../../mapping/read-mapped.js';
import type { Deliver, RejectedItem, Source } from '../../source.js';
import { parseContextOf, rejectedItem, type SourceParts } from '../../source-parts.js';
import { createStatusTracker, type StatusTracker } from '../../source-status.js';
import {
  BEFORE_BYTES,
  decodeFileCursor,
  digestOf,
  fileCursorName,
  headOf,
  stateOf,
  type FileCursor,
} from './file-cursor.js';
import { findFiles, type FoundFile } from './find-files.js';
import { openBytes, readBefore, readSample, type OpenBytes } from './open-bytes.js';
import { readRows, type RowForm, type RowPlace } from './read-rows.js';
import type { Row } from './row.js';

const MAX_BATCH = 500;
const START: RowPlace = { offset: 0, row: 1 };
const NAMES = { csv: /\.(csv|tsv|txt)(\.gz)?$/i, jsonl: /\.(jsonl|ndjson)(\.gz)?$/i } as const;

export interface FilesSourceOptions extends SourceParts {
  readonly source: SourceInfo;
  readonly language?: string | null;
  /** A file, a folder, or a name with `*` and `?` in one folder. */
  readonly path: string;
  readonly format: 'auto' | 'csv' | 'jsonl';
  /** Null: tab in .tsv, else comma. */
  readonly delimiter: string | null;
  readonly header: boolean;
  readonly encoding: string | null;
  readonly mapping: MappingSpec;
  readonly intervalMs: number;
  readonly readCursor: (name: string) => Promise<string | null>;
}

/**
 * Imports tables and JSON lines, and follows them while they grow, until the signal is aborted.
 *
 * At most 500 documents a delivery; the place in the file moves with them, so that a killed import goes on there, and a file that was read is
 * read again only when it changes. A row at the end without a line end is taken when the file has not grown between two looks. A file that was
 * replaced under its name is read from its beginning: rows that came before are known by their ids. A bad row is named as `FILE:ROW`, and
 * the others go on; a file that cannot be read makes the source `degraded`, and the other files go on. Memory: one batch and one row of at most 1 MiB.
 */
export function createFilesSource(options: FilesSourceOptions): Source {
  const tracker = createStatusTracker(options.source.id, options.clock);
  const map = compileMapping(options.mapping);
  return {
    id: options.source.id,
    status: () => tracker.read(),
    async run(deliver, signal) {
      const importer = new Importer({ options, tracker, map, deliver, signal });
      while (!signal.aborted) {
        await importer.look();
        await options.clock.sleep(options.intervalMs, signal);
      }
      tracker.become('stopped');
    },
  };
}

interface ImporterParts {
  readonly options: FilesSourceOptions;
  readonly tracker: StatusTracker;
  readonly map: (message: unknown) => readonly MappedItem[];
  readonly deliver: Deliver;
  readonly signal: AbortSignal;
}

class Importer {
  private readonly parts: ImporterParts;
  /** Of the last look: path → size and time of change. */
  private seen = new Map<string, string>();

  constructor(parts: ImporterParts) {
    this.parts = parts;
  }

  /** Takes what the files hold now. */
  async look(): Promise<void> {
    const { options, tracker, signal } = this.parts;
    try {
      const files = await findFiles(options.path, (name) => formatOf(name, options.format) !== null);
      tracker.contacted();
      const faults: Reason[] = [];
      for (const file of files) {
        if (signal.aborted) return;
        await this.take(file).catch((error: unknown) => {
          faults.push(expected(error));
        });
      }
      this.seen = new Map(files.map((file) => [file.path, stateOf(file)]));
      const [first] = faults;
      const more = faults.length > 1 ? ` So it is with ${faults.length} files.` : '';
      if (first === undefined) tracker.become('ok');
      else tracker.become('degraded', { code: first.code, message: `${first.message}${more}` });
    } catch (error) {
      if (error instanceof CancelledError) return;
      tracker.become('degraded', expected(error));
    }
  }

  private async take(file: FoundFile): Promise<void> {
    const { options } = this.parts;
    const cursorName = fileCursorName(options.source.id, file.path);
    const cursor = decodeFileCursor(await options.readCursor(cursorName));
    if (cursor?.done === stateOf(file) || file.size === 0) return;
    const open = await openBytes(file);
    try {
      await this.takeRows({ file, open, cursorName }, cursor);
    } finally {
      await open.handle.close();
    }
  }

  private async takeRows(opened: Opened, cursor: FileCursor | null): Promise<void> {
    const { options, signal } = this.parts;
    const { file, open } = opened;
    const sample = await readSample(open);
    const from = cursor !== null && (await isSame(opened, sample, cursor)) ? cursor : START;
    const settled = open.gzip || this.seen.get(file.path) === stateOf(file);
    const batch = new Batch(this.parts, { ...opened, head: headOf(sample), from });
    const rows = readRows({ open, sample, form: formOf(file.path, options), settled }, from);
    let isWhole = true;
    for await (const row of rows) {
      isWhole = row.terminated || settled;
      if (!isWhole || signal.aborted) break;
      await batch.take(row);
    }
    await batch.flush(isWhole && settled && !signal.aborted ? stateOf(file) : null);
  }
}

interface Opened {
  readonly file: FoundFile;
  readonly open: OpenBytes;
  readonly cursorName: string;
}

/** False for another file under the name of the one of the cursor. */
async function isSame({ file, open }: Opened, sample: Buffer, cursor: FileCursor): Promise<boolean> {
  if (headOf(sample, cursor.headBytes).head !== cursor.head) return false;
  if (!open.gzip && cursor.offset > file.size) return false;
  if (cursor.before === null) return cursor.amid === null || cursor.amid === stateOf(file);
  return digestOf(await readBefore(open, cursor.offset, BEFORE_BYTES)) === cursor.before;
}

interface Reading extends Opened {
  readonly head: Pick<FileCursor, 'head' | 'headBytes'>;
  readonly from: RowPlace;
}

/** Documents on their way, and the place in the file that belongs to them. */
class Batch {
  private readonly parts: ImporterParts;
  private readonly reading: Reading;
  private documents: RawDocument[] = [];
  private rejected: RejectedItem[] = [];
  private place: RowPlace;
  private stored: string | null = null;

  constructor(parts: ImporterParts, reading: Reading) {
    this.parts = parts;
    this.reading = reading;
    this.place = { offset: reading.from.offset, row: reading.from.row };
  }

  async take(row: Row): Promise<void> {
    if (row.content !== null) this.read(row, row.content);
    this.place = { offset: row.end, row: row.number + 1 };
    if (this.documents.length + this.rejected.length >= MAX_BATCH) await this.flush(null);
  }

  /** Delivers what there is; `done` when the file has been read to its end. */
  async flush(done: string | null): Promise<void> {
    const { deliver, tracker, options } = this.parts;
    const { cursorName, head, from, open, file } = this.reading;
    const moved = this.place.offset > from.offset || done !== null;
    if (this.documents.length === 0 && !moved) return;
    const isAmid = open.gzip && done === null;
    const before = isAmid ? null : digestOf(await readBefore(open, this.place.offset, BEFORE_BYTES));
    const amid = isAmid ? stateOf(file) : null;
    const value = JSON.stringify({ ...this.place, ...head, done, before, amid } satisfies FileCursor);
    if (this.documents.length === 0 && value === this.stored) return;
    await deliver({ documents: this.documents, cursors: [{ name: cursorName, value }] });
    // Told only now: after a failed delivery the same rows come again.
    tracker.delivered(this.documents.length);
    for (const item of this.rejected) {
      tracker.rejected();
      options.onRejected(item);
    }
    this.stored = value;
    this.documents = [];
    this.rejected = [];
  }

  private read(row: Row, content: Exclude<Row['content'], null>): void {
    const { map, options } = this.parts;
    const { source, language = null } = options;
    const context = parseContextOf(options);
    // In a list of its own, as a row that is a list itself is one item.
    const items = 'error' in content ? [content] : map([content.value]);
    const { documents, errors } = partOutcomes(readMapped(items, { source, language, context }));
    this.documents.push(...documents);
    const place = `${this.reading.file.path}:${row.number}`;
    this.rejected.push(...errors.map((error) => rejectedItem(source.id, place, error)));
  }
}

function formatOf(name: string, format: FilesSourceOptions['format']): 'csv' | 'jsonl' | null {
  if (format !== 'auto') return NAMES[format].test(name) ? format : null;
  if (NAMES.jsonl.test(name)) return 'jsonl';
  return NAMES.csv.test(name) ? 'csv' : null;
}

/** A file that a person names, or fits by a pattern, counts whatever its ending is. */
function formOf(path: string, { format, delimiter, header, encoding, mapping }: FilesSourceOptions): RowForm {
  const known = format === 'auto' ? (formatOf(path, 'auto') ?? 'csv') : format;
  return {
    format: known,
    delimiter: delimiter ?? (/\.tsv(\.gz)?$/i.test(path) ? '\t' : ','),
    header,
    encoding,
    mapping,
  };
}

/** What a file or a full log may throw; anything else is a bug, as a bad row is no error here. */
function expected(error: unknown): BellwetherError {
  if (error instanceof BellwetherError && error.retriable) return error;
  throw error;
}
