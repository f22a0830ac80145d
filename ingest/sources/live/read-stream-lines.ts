import { RejectedError } from '../../../pipeline/core/errors.js';

/** As long as a message of a socket may be. */
const MAX_LINE_CHARS = 1_000_000;

/**
 * The whole lines of a stream of bytes in UTF-8, as many at a time as came together; without their ends. What follows the last line end is left
 * out: a line that was cut is no line. Throws RejectedError `message_too_large` as soon as an unfinished line is over 1 million characters.
 * Linear, however small the pieces are. Throws what the stream throws.
 */
export async function* readStreamLines(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly string[], void, undefined> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let length = 0;
  for await (const bytes of body) {
    const text = decoder.decode(bytes, { stream: true });
    const end = text.lastIndexOf('\n');
    length += text.length;
    if (end === -1) {
      pieces.push(text);
    } else {
      const lines = [...pieces, text.slice(0, end)].join('').split('\n');
      pieces = [text.slice(end + 1)];
      length = text.length - end - 1;
      yield lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
    }
    if (length > MAX_LINE_CHARS) {
      throw new RejectedError(
        'message_too_large',
        `A line of the stream is longer than ${MAX_LINE_CHARS} characters; the connection was closed.`,
      );
    }
  }
}
