import { InvalidDocumentError } from '../../../pipeline/core/errors.js';
import { invalid } from '../../parse/fields.js';
import { parseJson } from '../../parse/parse-line.js';
import { readLines, type ByteLine } from '../read-lines.js';
import type { DecodeRow } from './decode-row.js';
import { MAX_ROW_BYTES, type Row } from './row.js';

/** The rows of JSON lines. Memory: one chunk and one line of at most 1 MiB. */
export async function* readJsonRows(
  chunks: AsyncIterable<Buffer>,
  { decode, firstNumber }: { readonly decode: DecodeRow; readonly firstNumber: number },
): AsyncGenerator<Row, void> {
  for await (const line of readLines(chunks, MAX_ROW_BYTES)) {
    const { end, terminated } = line;
    yield { number: firstNumber + line.number - 1, content: contentOf(line, decode), end, terminated };
  }
}

function contentOf({ bytes }: ByteLine, decode: DecodeRow): Row['content'] {
  if (bytes === null)
    return { error: invalid('line_too_long', undefined, `The line is longer than ${MAX_ROW_BYTES} bytes.`) };
  const text = decode(bytes).trim();
  if (text === '') return null;
  try {
    return { value: parseJson(text) };
  } catch (error) {
    if (error instanceof InvalidDocumentError) return { error };
    throw error;
  }
}
