import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { translated } from './open-file.js';

const SAMPLE_BYTES = 200_000;
const LINE_FEED = 0x0a;

export async function isGzip(path: string): Promise<boolean> {
  return translated(path, async () => {
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
      return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    } finally {
      await handle.close();
    }
  });
}

/**
 * The unpacked bytes of a file from a place on, as they are now. Iteration throws UnavailableError (retriable) when the file cannot be
 * read or its packing is damaged. A packed file is unpacked from its beginning each time. Memory: one chunk.
 */
export async function* readBytes(path: string, gzip: boolean, from: number): AsyncGenerator<Buffer, void> {
  const raw = createReadStream(path, gzip ? {} : { start: from });
  const stream = gzip ? pipeline(raw, createGunzip(), () => undefined) : raw;
  let skip = gzip ? from : 0;
  const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await translated(path, () => chunks.next());
      if (next.done === true) return;
      if (skip < next.value.length) yield next.value.subarray(skip);
      skip = Math.max(0, skip - next.value.length);
    }
  } finally {
    raw.destroy();
    stream.destroy();
  }
}

/** The first 200 kB. */
export async function readSample(path: string, gzip: boolean): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readBytes(path, gzip, 0)) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes >= SAMPLE_BYTES) break;
  }
  return Buffer.concat(parts).subarray(0, SAMPLE_BYTES);
}

/** Where the line after a place begins, or the end of the file. */
export async function nextLine(path: string, gzip: boolean, from: number): Promise<number> {
  let at = from;
  for await (const chunk of readBytes(path, gzip, from)) {
    const end = chunk.indexOf(LINE_FEED);
    if (end !== -1) return at + end + 1;
    at += chunk.length;
  }
  return at;
}
