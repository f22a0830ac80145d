import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { openFile, translated, type FilePath } from './open-file.js';

const SAMPLE_BYTES = 200_000;
const CHUNK_BYTES = 65_536;
const LINE_FEED = 0x0a;

/** A file that is open, so that all is read from the same one, whatever comes under its name meanwhile. */
export interface OpenBytes {
  readonly path: string;
  readonly handle: FileHandle;
  readonly gzip: boolean;
}

/** Opens a file, packed or not; the caller closes the handle. Throws UnavailableError (retriable). */
export async function openBytes(file: FilePath): Promise<OpenBytes> {
  const { path } = file;
  const handle = await translated(path, () => openFile(file));
  try {
    const { buffer, bytesRead } = await translated(path, () => handle.read(Buffer.alloc(2), 0, 2, 0));
    return { path, handle, gzip: bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * The unpacked bytes of a file from a place on, as they are now. Iteration throws UnavailableError (retriable) when the file cannot be
 * read or its packing is damaged. A packed file is unpacked from its beginning each time. Memory: one chunk.
 */
export async function* readBytes(file: OpenBytes, from: number): AsyncGenerator<Buffer, void> {
  const { path, gzip, handle } = file;
  if (!gzip) return yield* readRaw(file, from);
  const raw = Readable.from(readRaw({ path, handle }, 0), { objectMode: false, highWaterMark: CHUNK_BYTES });
  const stream = pipeline(raw, createGunzip(), () => undefined);
  let skip = from;
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

async function* readRaw(
  { path, handle }: Pick<OpenBytes, 'path' | 'handle'>,
  from: number,
): AsyncGenerator<Buffer, void> {
  for (let at = from; ;) {
    // A buffer of its own, as a row may keep a part of it.
    const place = at;
    const { buffer, bytesRead } = await translated(path, () =>
      handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, place),
    );
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/** The first 200 kB. */
export async function readSample(file: OpenBytes): Promise<Buffer> {
  return take(readBytes(file, 0), SAMPLE_BYTES);
}

/** At most so many of the unpacked bytes just before a place. */
export async function readBefore(file: OpenBytes, place: number, bytes: number): Promise<Buffer> {
  const from = Math.max(0, place - bytes);
  return take(readBytes(file, from), place - from);
}

/** Where the line after a place begins, or the end of the file. */
export async function nextLine(file: OpenBytes, from: number): Promise<number> {
  let at = from;
  for await (const chunk of readBytes(file, from)) {
    const end = chunk.indexOf(LINE_FEED);
    if (end !== -1) return at + end + 1;
    at += chunk.length;
  }
  return at;
}

async function take(chunks: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes >= most) break;
  }
  return Buffer.concat(parts).subarray(0, most);
}
