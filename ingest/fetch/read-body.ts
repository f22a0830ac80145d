import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { RejectedError } from '../../pipeline/core/errors.js';

const MAX_RATIO = 100;
/** Small bodies may pack well; they do no harm. */
const RATIO_FLOOR_BYTES = 65_536;

/** Reads and unpacks a response body. Throws RejectedError as soon as it is over `maxBytes` unpacked, or unpacks to more than 100 times its size. */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const unpacker = createUnpacker(response.headers['content-encoding']);
  const stream: Readable = unpacker === null ? response : pipeline(response, unpacker, () => undefined);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > maxBytes) {
        throw new RejectedError('body_too_large', `The answer is larger than ${maxBytes} bytes unpacked.`);
      }
      const packed = unpacker?.bytesWritten ?? length;
      if (length > RATIO_FLOOR_BYTES && length > packed * MAX_RATIO) {
        throw new RejectedError('body_bomb', `The answer unpacks to more than ${MAX_RATIO} times its size.`);
      }
    }
  } finally {
    response.destroy();
  }
  return Buffer.concat(chunks);
}

/** Returns null for a body that is not packed; more than one layer is refused. */
function createUnpacker(encoding: string | undefined): (Transform & { bytesWritten: number }) | null {
  switch ((encoding ?? 'identity').trim().toLowerCase()) {
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      throw new RejectedError(
        'encoding_unsupported',
        `The answer is packed as "${String(encoding).slice(0, 40)}"; one layer of gzip, deflate or br is taken.`,
      );
  }
}
