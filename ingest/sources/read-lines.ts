const LINE_FEED = 0x0a;

export interface ByteLine {
  /** 1 for the first line. */
  readonly number: number;
  /** Without its line end; null when the line was longer than allowed and its bytes were let go. */
  readonly bytes: Buffer | null;
  /** Of the bytes read: where the next line begins. */
  readonly end: number;
  /** False for a last line without a line end, which may still be written. */
  readonly terminated: boolean;
}

/**
 * Splits a byte stream into lines; a last line without a line end counts.
 *
 * Memory: one chunk and at most `maxLineBytes`, however long a line is.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  maxLineBytes: number,
): AsyncGenerator<ByteLine, void> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  let end = 0;
  const take = (piece: Buffer) => {
    length += piece.length;
    if (length > maxLineBytes) parts = [];
    else parts.push(piece);
  };
  const close = (terminated: boolean): ByteLine => {
    end += length + (terminated ? 1 : 0);
    const line = { number, bytes: length > maxLineBytes ? null : Buffer.concat(parts), end, terminated };
    number += 1;
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, start)) {
      take(chunk.subarray(start, at));
      yield close(true);
      start = at + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (length > 0) yield close(false);
}
