/** Where a file stands in the order in which files came. */
export interface Place {
  /** Nanoseconds. */
  readonly changedNs: bigint;
  readonly path: string;
}

/** How far a folder was read: files in the order in which they came into it. */
export interface EmlCursor {
  /** All up to this one were taken. */
  readonly floor: Place;
  /** Those after the floor that were taken, in their order. */
  readonly taken: readonly Place[];
}

/** So far the floor stays behind, as a clock that is set back a little lets files come before those that were taken. */
const OVERLAP_NS = 120_000_000_000n;
/** Of names in the cursor; with more the floor moves up, unless a file that could not be read holds it. */
export const MAX_TAKEN = 500;

export function isAfter(file: Place, other: Place): boolean {
  if (file.changedNs !== other.changedNs) return file.changedNs > other.changedNs;
  return file.path > other.path;
}

export function isNew(file: Place, cursor: EmlCursor | null): boolean {
  if (cursor === null) return true;
  if (!isAfter(file, cursor.floor)) return false;
  return !cursor.taken.some(({ changedNs, path }) => changedNs === file.changedNs && path === file.path);
}

/** The cursor after some more files. The floor stays before `failed`, the first one that is to be tried again. */
export function movedOn(cursor: EmlCursor | null, more: readonly Place[], failed: Place | null): EmlCursor {
  const all = [...(cursor?.taken ?? []), ...more].sort((a, b) => (isAfter(a, b) ? 1 : -1));
  const newestNs = all.at(-1)?.changedNs ?? 0n;
  const kept = all.findIndex((place, index) => {
    const isRecent = place.changedNs > newestNs - OVERLAP_NS && all.length - index <= MAX_TAKEN;
    return isRecent || (failed !== null && isAfter(place, failed));
  });
  const start = kept === -1 ? all.length : kept;
  const floor = all[start - 1] ?? cursor?.floor ?? { changedNs: 0n, path: '' };
  const taken = all.slice(start).map(({ changedNs, path }) => ({ changedNs, path }));
  return { floor: { changedNs: floor.changedNs, path: floor.path }, taken };
}

export function encodeEmlCursor({ floor, taken }: EmlCursor): string {
  return JSON.stringify({
    changedNs: String(floor.changedNs),
    path: floor.path,
    taken: taken.map(({ changedNs, path }) => [String(changedNs), path]),
  });
}

/** Reads cursors of every version. Null for what is missing or damaged: all is read again, and repeats count as duplicates. */
export function decodeEmlCursor(value: string | null): EmlCursor | null {
  if (value === null) return null;
  try {
    const { changedNs, path, taken } = JSON.parse(value) as Record<string, unknown>;
    const floor = placeOf(changedNs, path);
    if (floor === null) return null;
    const places = Array.isArray(taken)
      ? taken.map((pair: unknown) => (Array.isArray(pair) ? placeOf(pair[0], pair[1]) : null))
      : [];
    return { floor, taken: places.filter((place) => place !== null) };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function placeOf(changedNs: unknown, path: unknown): Place | null {
  const isWhole = typeof changedNs === 'string' && /^\d{1,25}$/.test(changedNs) && typeof path === 'string';
  return isWhole ? { changedNs: BigInt(changedNs), path } : null;
}
