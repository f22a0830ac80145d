import { digest } from '../../parse/identity.js';
import type { FoundFile } from './find-files.js';

const HEAD_BYTES = 256;
/** How many bytes before `offset` count. */
export const BEFORE_BYTES = 256;

/** Where the reading of a file stands; it moves with the documents. */
export interface FileCursor {
  /** Of the unpacked bytes: where the next row begins. */
  readonly offset: number;
  /** Number of that row. */
  readonly row: number;
  /** Tells another file under the same name: digest of the first bytes, and of how many. */
  readonly head: string;
  readonly headBytes: number;
  /** Size and time of change when the file had been read to its end, or null. */
  readonly done: string | null;
  /** Digest of the bytes just before `offset`, as another file may begin in the same way. Null in cursors of an old version, and amid a packed file. */
  readonly before: string | null;
  /** Size and time of change of a packed file amid it, where the bytes before are far to fetch; else null. */
  readonly amid: string | null;
}

export function fileCursorName(sourceId: string, path: string): string {
  return `files:${sourceId}:${digest([path])}`;
}

export function headOf(sample: Buffer, bytes = Math.min(HEAD_BYTES, sample.length)) {
  return { head: digestOf(sample.subarray(0, bytes)), headBytes: bytes };
}

export function digestOf(bytes: Buffer): string {
  return digest([bytes.toString('latin1')]).slice(0, 16);
}

/** Equal while nobody has written to the file. */
export function stateOf({ size, modifiedMs }: FoundFile): string {
  return `${size}:${modifiedMs}`;
}

/** Null for what is missing or damaged: the file is read from its beginning, and repeats count as duplicates. */
export function decodeFileCursor(value: string | null): FileCursor | null {
  if (value === null) return null;
  try {
    const { offset, row, head, headBytes, done, before, amid } = JSON.parse(value) as Record<string, unknown>;
    if (typeof offset !== 'number' || typeof row !== 'number') return null;
    if (typeof head !== 'string' || typeof headBytes !== 'number') return null;
    return {
      offset,
      row,
      head,
      headBytes,
      done: textOrNull(done),
      before: textOrNull(before),
      amid: textOrNull(amid),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
