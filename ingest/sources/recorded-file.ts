import { createReadStream } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ConfigError } from '../../pipeline/core/errors.js';
import { digest } from '../parse/identity.js';

/** The code of the error for a file whose end cannot be read. */
export const FILE_DAMAGED = 'replay_file_damaged';

/** A file that was looked at and can be replayed. */
export interface RecordedFile {
  /** As the person wrote it. */
  readonly path: string;
  readonly gzip: boolean;
  /** Names the content: the same path with another size or time of change has another cursor. */
  readonly cursorName: string;
}

/** Looks at a file without reading it through. Throws ConfigError, in words, when it is missing, no file, empty or not what its name says. */
export async function inspectRecordedFile(path: string): Promise<RecordedFile> {
  const found = await lookUp(path);
  if (!found.info.isFile()) {
    throw new ConfigError('replay_not_a_file', `${path} is not a file. Name the recorded file itself.`);
  }
  if (found.info.size === 0) {
    throw new ConfigError('replay_file_empty', `${path} is empty: there is nothing to replay.`);
  }
  const gzip = await startsWithGzipMagic(path);
  if (path.endsWith('.gz') && !gzip) {
    throw new ConfigError(
      'replay_not_gzip',
      `${path} is named .gz but is not gzip data. Fetch it again, or rename it when it is plain JSON lines.`,
    );
  }
  const { size, mtimeMs } = found.info;
  return { path, gzip, cursorName: `replay:${digest([found.real, String(size), String(mtimeMs)])}` };
}

/** The file's bytes, unpacked. Iteration rejects with ConfigError when the file cannot be read to its end. */
export async function* readRecordedFile(file: RecordedFile): AsyncGenerator<Buffer, void> {
  const raw = createReadStream(file.path);
  const stream = file.gzip ? pipeline(raw, createGunzip(), () => undefined) : raw;
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (cause) {
    throw new ConfigError(
      FILE_DAMAGED,
      `${file.path} cannot be read to its end (${messageOf(cause)}). What came before the damage was taken.`,
      { cause },
    );
  } finally {
    raw.destroy();
  }
}

async function lookUp(path: string) {
  try {
    const real = await realpath(path);
    return { real, info: await stat(real) };
  } catch (cause) {
    throw new ConfigError('replay_file_missing', `${path} cannot be opened (${messageOf(cause)}).`, {
      cause,
    });
  }
}

async function startsWithGzipMagic(path: string): Promise<boolean> {
  try {
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
      return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new ConfigError('replay_file_unreadable', `${path} cannot be read (${messageOf(cause)}).`, {
      cause,
    });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
