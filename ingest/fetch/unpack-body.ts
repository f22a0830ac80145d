import type { IncomingMessage } from 'node:http';
import { pipeline, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { RejectedError, TimeoutError } from '../../pipeline/core/errors.js';

const MAX_RATIO = 100;
/** Small bodies may pack well; they do no harm. */
const RATIO_FLOOR_BYTES = 65_536;

type Unpacker = Transform & { bytesWritten: number };

/**
 * Yields an answer's body unpacked, as it comes; the sender is held up while the reader is busy. Leaving the loop closes the socket.
 *
 * Throws RejectedError for more than one layer of packing and as soon as the body unpacks to more than 100 times its size, and
 * TimeoutError (retriable) when the reader waits longer than `idleTimeoutMs` for the next piece.
 */
export async function* unpackBody(
  response: IncomingMessage,
  options: { readonly idleTimeoutMs?: number } = {},
): AsyncGenerator<Buffer, void, undefined> {
  const { idleTimeoutMs } = options;
  let length = 0;
  // A late error of a closed socket, after the loop was left, is no news.
  response.on('error', () => undefined);
  try {
    const waiting = armIdle(response, idleTimeoutMs);
    const packed = response[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
    const { unpacker, input } = await chooseUnpacker(response, packed).finally(() => waiting.stop());
    const pieces = unpacker === null ? input : unpackedBy(unpacker, input);
    while (true) {
      const idle = armIdle(response, idleTimeoutMs);
      const next = await pieces.next().finally(() => idle.stop());
      if (next.done === true) return;
      length += next.value.length;
      const packedLength = unpacker?.bytesWritten ?? length;
      if (length > RATIO_FLOOR_BYTES && length > packedLength * MAX_RATIO) {
        throw new RejectedError('body_bomb', `The answer unpacks to more than ${MAX_RATIO} times its size.`);
      }
      yield next.value;
    }
  } finally {
    response.destroy();
  }
}

/** Reads a whole body. Throws RejectedError as soon as it is over `maxBytes` unpacked. */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of unpackBody(response)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) {
      throw new RejectedError('body_too_large', `The answer is larger than ${maxBytes} bytes unpacked.`);
    }
  }
  return Buffer.concat(chunks);
}

/** Reads the beginning of a body, for its words about an error; what cannot be read of it is left out. */
export async function readBodyStart(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of unpackBody(response)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= maxBytes) break;
    }
  } catch {
    // The status is the answer; a body that is broken, packed strangely or cut off takes nothing from it.
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

/** Closes the answer with a TimeoutError unless it is stopped in time. */
function armIdle(response: IncomingMessage, idleTimeoutMs: number | undefined): { stop(): void } {
  if (idleTimeoutMs === undefined) return { stop: () => undefined };
  const timer = setTimeout(() => {
    response.destroy(
      new TimeoutError('timeout', `Nothing came for ${idleTimeoutMs} ms.`, { retriable: true }),
    );
  }, idleTimeoutMs);
  return { stop: () => clearTimeout(timer) };
}

interface Unpacking {
  /** Null for a body that is not packed. */
  readonly unpacker: Unpacker | null;
  readonly input: AsyncIterableIterator<Buffer>;
}

/** More than one layer is refused. */
async function chooseUnpacker(
  response: IncomingMessage,
  input: AsyncIterableIterator<Buffer>,
): Promise<Unpacking> {
  const encoding = response.headers['content-encoding'];
  switch ((encoding ?? 'identity').trim().toLowerCase()) {
    case '':
    case 'identity':
      return { unpacker: null, input };
    case 'gzip':
    case 'x-gzip':
      return { unpacker: createGunzip(), input };
    case 'deflate':
      return chooseInflate(input);
    case 'br':
      return { unpacker: createBrotliDecompress(), input };
    default:
      throw new RejectedError(
        'encoding_unsupported',
        `The answer is packed as "${String(encoding).slice(0, 40)}"; one layer of gzip, deflate or br is taken.`,
      );
  }
}

/** By "deflate" some servers mean the bare stream, some the one with a zlib header, whose first byte ends in 8; a bare one never starts so. */
async function chooseInflate(input: AsyncIterableIterator<Buffer>): Promise<Unpacking> {
  const first = await input.next();
  if (first.done === true) return { unpacker: null, input };
  const hasHeader = ((first.value[0] ?? 0) & 0x0f) === 0x08;
  return {
    unpacker: hasHeader ? createInflate() : createInflateRaw(),
    input: startingWith(first.value, input),
  };
}

async function* startingWith(
  first: Buffer,
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  yield first;
  yield* rest;
}

function unpackedBy(unpacker: Unpacker, input: AsyncIterable<Buffer>): AsyncIterator<Buffer> {
  pipeline(input, unpacker, () => undefined);
  return unpacker[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
}
