import { createHash } from 'node:crypto';
import type { SourceCursor } from '../../source.js';
import type { PostFilterOptions } from './post-filter.js';
import type { LiveParts } from './run-live-stream.js';

const SEGMENTS = 64;
const KEYS_A_SEGMENT = 500;
/** 8 bytes in base64url. */
const KEY_CHARS = 11;

/** Knows which documents of a filtered stream were taken, so that deletions of all others can be left out. */
export interface TakenMemory {
  has(key: string): boolean;
  add(key: string): void;
  /** What has to be stored with the documents added since the last call. */
  changes(): readonly SourceCursor[];
}

interface Segment {
  readonly sequence: number;
  readonly keys: string[];
}

/** What was taken of a stream; null when every post is taken, so that nothing has to be remembered. */
export async function takenOf(
  name: string,
  { filter, readCursor }: Pick<LiveParts, 'readCursor'> & { readonly filter: PostFilterOptions },
): Promise<TakenMemory | null> {
  return filter.everything ? null : readTakenMemory(name, readCursor);
}

/**
 * The newest 32,000 keys, as 64-bit digests, in 64 cursors of at most 5.5 kB each: a delivery moves one of them, at most two.
 * The oldest segment is forgotten when all are full. A damaged segment counts as empty.
 */
export async function readTakenMemory(
  name: string,
  readCursor: (name: string) => Promise<string | null>,
): Promise<TakenMemory> {
  const cursorName = (sequence: number) => `${name}:taken:${sequence % SEGMENTS}`;
  const stored = await Promise.all(
    Array.from({ length: SEGMENTS }, async (_, index) => decodeSegment(await readCursor(cursorName(index)))),
  );
  const segments = stored.filter((segment) => segment !== null).sort((a, b) => a.sequence - b.sequence);
  const known = new Set(segments.flatMap(({ keys }) => keys));
  const changed = new Set<Segment>();

  const current = (): Segment => {
    const newest = segments.at(-1);
    if (newest !== undefined && newest.keys.length < KEYS_A_SEGMENT) return newest;
    const next: Segment = { sequence: (newest?.sequence ?? -1) + 1, keys: [] };
    segments.push(next);
    const oldest = segments.length > SEGMENTS ? segments.shift() : undefined;
    for (const key of oldest?.keys ?? []) known.delete(key);
    return next;
  };
  return {
    has: (key) => known.has(shorten(key)),
    add: (key) => {
      const short = shorten(key);
      if (known.has(short)) return;
      known.add(short);
      const segment = current();
      segment.keys.push(short);
      changed.add(segment);
    },
    changes: () => {
      const cursors = [...changed].map(({ sequence, keys }) => ({
        name: cursorName(sequence),
        value: `${sequence} ${keys.join('')}`,
      }));
      changed.clear();
      return cursors;
    },
  };
}

function shorten(key: string): string {
  return createHash('sha256').update(key).digest().subarray(0, 8).toString('base64url');
}

function decodeSegment(value: string | null): Segment | null {
  const match = value === null ? null : /^(\d{1,15}) ([\w-]*)$/.exec(value);
  if (match === null) return null;
  const text = match[2] ?? '';
  const keys: string[] = [];
  for (let at = 0; at + KEY_CHARS <= text.length; at += KEY_CHARS) keys.push(text.slice(at, at + KEY_CHARS));
  return { sequence: Number(match[1]), keys };
}
