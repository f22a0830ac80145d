import { UnavailableError } from '../../../pipeline/core/errors.js';
import type { MappingSpec } from '../../../pipeline/core/mapping.js';
import { describeMissingColumns, describeMissingNames } from '../../mapping/missing-columns.js';
import { createRowDecoder, type DecodeRow } from './decode-row.js';
import { nextLine, readBytes, type OpenBytes } from './open-bytes.js';
import { readCsvRows, type CsvEnd } from './read-csv-rows.js';
import { namesIn, readJsonRows } from './read-json-rows.js';
import type { Row } from './row.js';

export interface RowForm {
  readonly format: 'csv' | 'jsonl';
  readonly delimiter: string;
  /** True when the first row of a table names its columns. */
  readonly header: boolean;
  readonly encoding: string | null;
  /** Its columns have to be there. */
  readonly mapping: MappingSpec;
}

export interface RowsOf {
  readonly open: OpenBytes;
  readonly sample: Buffer;
  readonly form: RowForm;
  /** False while the file grows: then an open quote at its end may still be closed. */
  readonly settled: boolean;
}

export interface RowPlace {
  readonly offset: number;
  readonly row: number;
}

/** More rows than that which cannot be told apart mean that the file is no such table. */
const MAX_FAULTS = 100;
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The rows of a file from a place on, `end` counted from the beginning of the file. A row of a table that cannot be told from the next is
 * named, and reading goes on at the next line. Throws UnavailableError (retriable) for a file that cannot be read as a table at all, and for one
 * without the names that the mapping wants: its rows stay for the mapping that is corrected.
 */
export async function* readRows(file: RowsOf, from: RowPlace): AsyncGenerator<Row, void> {
  const { sample, form, open } = file;
  if (/^(fffe|feff)/.test(sample.subarray(0, 2).toString('hex')))
    throw unreadable(open.path, 'is UTF-16. Save it as UTF-8');
  const decode = createRowDecoder(form.encoding, sample);
  const start = sample.subarray(0, 3).equals(UTF8_MARK) ? 3 : 0;
  const place = from.offset < start ? { offset: start, row: 1 } : from;
  if (form.format === 'csv') return yield* readTable(file, place, { decode, start });
  requireNames(open.path, describeMissingNames(form.mapping, namesIn(sample.subarray(start), decode)));
  const chunks = readBytes(open, place.offset);
  for await (const row of readJsonRows(chunks, { decode, firstNumber: place.row }))
    yield { ...row, end: row.end + place.offset };
}

interface Table {
  readonly decode: DecodeRow;
  readonly start: number;
}

async function* readTable(file: RowsOf, from: RowPlace, { decode, start }: Table): AsyncGenerator<Row, void> {
  const { open, form } = file;
  const header = form.header ? await readHeader(file, { decode, start }) : null;
  let { offset, row } = header !== null && from.offset < header.end ? { offset: header.end, row: 2 } : from;
  for (let faults = 0; ; faults += 1) {
    const rows = readCsvRows(readBytes(open, offset), {
      delimiter: form.delimiter,
      columns: header?.columns ?? null,
      decode,
      firstNumber: row,
    });
    const ended = yield* movedBy(rows, offset);
    if (ended.fault === null || (ended.open && !file.settled)) return;
    if (faults === MAX_FAULTS)
      throw unreadable(open.path, `has more than ${MAX_FAULTS} rows that cannot be told apart`);
    row += ended.rows;
    // The row is let go up to its first line end: what a quote that is never closed had taken may be rows.
    offset = await nextLine(open, offset + ended.end);
    yield { number: row, content: { error: ended.fault }, end: offset, terminated: true };
    row += 1;
  }
}

/** The rows with their places counted from the beginning of the file. */
async function* movedBy(rows: AsyncGenerator<Row, CsvEnd>, offset: number): AsyncGenerator<Row, CsvEnd> {
  for (;;) {
    const next = await rows.next();
    if (next.done === true) return next.value;
    yield { ...next.value, end: next.value.end + offset };
  }
}

async function readHeader(
  { open, form }: RowsOf,
  { decode, start }: Table,
): Promise<{ readonly columns: readonly string[]; readonly end: number }> {
  const chunks = readBytes(open, start);
  const rows = readCsvRows(chunks, { delimiter: form.delimiter, columns: null, decode, firstNumber: 1 });
  try {
    const first = await rows.next();
    const content = first.done === true ? null : first.value.content;
    if (first.done === true || content === null || 'error' in content)
      throw unreadable(open.path, 'does not begin with the names of its columns');
    const columns = (content.value as readonly string[]).map((name) => name.trim());
    requireNames(open.path, describeMissingColumns(form.mapping, columns));
    return { columns, end: start + first.value.end };
  } finally {
    await rows.return({ fault: null, open: false, end: 0, rows: 0 });
  }
}

function requireNames(path: string, fault: string | null): void {
  if (fault !== null) throw new UnavailableError('mapping_columns', `${path}: ${fault}`, { retriable: true });
}

function unreadable(path: string, words: string): UnavailableError {
  return new UnavailableError('file_unreadable', `${path} ${words}.`, { retriable: true });
}
