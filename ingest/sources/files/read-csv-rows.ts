import { CsvError, parse, type Parser } from 'csv-parse';

import type { InvalidDocumentError } from '../../../pipeline/core/errors.js';
import { invalid } from '../../parse/fields.js';
import type { DecodeRow } from './decode-row.js';
import { MAX_ROW_BYTES, type Row } from './row.js';

export interface CsvForm {
  /** One sign of ASCII. */
  readonly delimiter: string;
  /** Names of the columns; null leaves rows as lists. */
  readonly columns: readonly string[] | null;
  readonly decode: DecodeRow;
  readonly firstNumber: number;
}

/** What a reading of rows came to. */
export interface CsvEnd {
  /** Null at the end of the bytes; else why the row after `end` cannot be read. */
  readonly fault: InvalidDocumentError | null;
  /** True when the fault is a quote that is open at the end: its row may still be written. */
  readonly open: boolean;
  readonly end: number;
  readonly rows: number;
}

interface Parsed {
  readonly fields: readonly string[];
  readonly bytes: number;
}

/**
 * The rows of a table until its end or its first fault, as objects of its columns or as lists of fields.
 *
 * Bytes go through the parser one by one (as ISO 8859-1) and are decoded field by field, so that a row's place in the file is exact in every
 * encoding that holds ASCII as it is. A quote within a field is text. Memory: one chunk, and one row of at most 1 MiB.
 */
export async function* readCsvRows(
  chunks: AsyncIterable<Buffer>,
  form: CsvForm,
): AsyncGenerator<Row, CsvEnd> {
  const parsed: Parsed[] = [];
  const parser = createParser(form.delimiter, (row) => parsed.push(row));
  const faults: Error[] = [];
  parser.on('error', (error) => faults.push(error));
  parser.resume();
  let rows = 0;
  let end = 0;
  let taken = 0;
  let last = 0;
  const toRow = ({ fields, bytes }: Parsed, terminated: boolean): Row => {
    rows += 1;
    end = bytes;
    return { number: form.firstNumber + rows - 1, content: contentOf(fields, form), end: bytes, terminated };
  };
  try {
    for await (const chunk of chunks) {
      await write(parser, chunk);
      taken += chunk.length;
      last = chunk.at(-1) ?? last;
      for (const row of parsed.splice(0)) yield toRow(row, true);
      if (faults.length > 0) break;
    }
    if (faults.length === 0) await finish(parser);
    const ended = last === 0x0a || last === 0x0d;
    for (const row of parsed.splice(0)) yield toRow(row, ended || row.bytes < taken);
  } finally {
    parser.destroy();
  }
  return { ...faultOf(faults[0]), end, rows };
}

function createParser(delimiter: string, take: (row: Parsed) => void): Parser {
  return parse({
    delimiter,
    encoding: 'latin1',
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
    on_record: (fields: string[], { bytes }) => {
      take({ fields, bytes });
      return null;
    },
  });
}

/** Resolves when the parser has looked at the chunk, whatever it found. */
function write(parser: Parser, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    parser.write(chunk, () => {
      resolve();
    });
  });
}

function finish(parser: Parser): Promise<void> {
  return new Promise((resolve) => {
    parser.once('close', resolve);
    parser.once('error', () => {
      resolve();
    });
    parser.end();
  });
}

function faultOf(error: Error | undefined): Pick<CsvEnd, 'fault' | 'open'> {
  if (error === undefined) return { fault: null, open: false };
  if (!(error instanceof CsvError)) throw error;
  const open = error.code === 'CSV_QUOTE_NOT_CLOSED';
  const words = open
    ? 'A quote is not closed before the end of the file.'
    : `The row is longer than ${MAX_ROW_BYTES} bytes; perhaps a quote is not closed.`;
  return { fault: invalid('csv_row', undefined, words), open };
}

const decoded = (field: string, decode: DecodeRow) =>
  /^[\x00-\x7f]*$/.test(field) ? field : decode(Buffer.from(field, 'latin1'));

function contentOf(fields: readonly string[], { columns, decode }: CsvForm): Row['content'] {
  const values = fields.map((field) => decoded(field, decode));
  if (values.every((value) => value.trim() === '')) return null;
  if (columns === null) return { value: values };
  const extra = values.slice(columns.length).some((value) => value.trim() !== '');
  if (extra) {
    const words = `The row has ${values.length} fields, but there are ${columns.length} columns. Quote fields that hold the delimiter.`;
    return { error: invalid('csv_columns', undefined, words) };
  }
  // From entries, so that no column can be a setter.
  return { value: Object.fromEntries(columns.map((column, index) => [column, values[index] ?? ''])) };
}
