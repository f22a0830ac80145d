import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import { UnavailableError } from '../../../pipeline/core/errors.js';

export interface FilePath {
  readonly path: string;
  /** True for a path that the operator named himself: it may be a link. */
  readonly named: boolean;
}

/**
 * Opens a file to read it; the caller closes it. What was found may have been replaced since, so that no link is followed in a folder, a pipe
 * does not hold the source up, and what is no regular file is refused: UnavailableError (retriable). Other errors are those of the system.
 */
export async function openFile({ path, named }: FilePath): Promise<FileHandle> {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  const handle = await open(path, O_RDONLY | O_NONBLOCK | (named ? 0 : O_NOFOLLOW));
  try {
    if ((await handle.stat()).isFile()) return handle;
    throw new UnavailableError('file_unreadable', `${path} is no regular file.`, { retriable: true });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Calls `read`; whatever the system throws becomes UnavailableError (retriable). */
export async function translated<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof UnavailableError) throw cause;
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new UnavailableError('file_unreadable', `${path} cannot be read to its end (${words}).`, {
      cause,
      retriable: true,
    });
  }
}

/** All bytes; null when there are more than allowed. */
export async function readWhole(handle: FileHandle, maxBytes: number): Promise<Buffer | null> {
  const { size } = await handle.stat();
  if (size > maxBytes) return null;
  const parts: Buffer[] = [];
  // One byte more than there should be, as the file may have grown.
  for (let left = maxBytes + 1, room = size + 1; left > 0; room = 65_536) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(left, room)));
    if (bytesRead === 0) return Buffer.concat(parts);
    parts.push(buffer.subarray(0, bytesRead));
    left -= bytesRead;
  }
  return null;
}
