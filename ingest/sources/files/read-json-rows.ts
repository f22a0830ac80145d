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

const MOST_SAMPLED = 100;

/** The names that occur in the first whole lines of a file, at most 100; none where no line is an object. */
export function namesIn(sample: Buffer, decode: DecodeRow): readonly string[] {
  const lines = decode(sample.subarray(0, sample.lastIndexOf(0x0a) + 1)).split('\n', MOST_SAMPLED);
  const names = lines.flatMap((line) => {
    const content = contentOf({ bytes: Buffer.from(line) }, (bytes) => bytes.toString());
    const value = content !== null && 'value' in content ? content.value : null;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  });
  return [...new Set(names)];
}

function contentOf({ bytes }: Pick<ByteLine, 'bytes'>, decode: DecodeRow): Row['content'] {
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
