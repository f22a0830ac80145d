/** Posts of a listing that were seen lately: id → mark of the version, newest last. */
export interface SeenPosts {
  readonly size: number;
  markOf(id: string): string | undefined;
  /** Notes a version as the newest seen; the oldest post is forgotten beyond the limit. */
  note(id: string, mark: string): void;
  ids(): readonly string[];
  /** As a value of a cursor. */
  encode(): string;
}

/** Of a stored value; empty for what is missing or damaged, so that the listing is read from the start and repeats count as duplicates. */
export function decodeSeenPosts(value: string | null, limit: number): SeenPosts {
  const marks = new Map<string, string>(readPairs(value));
  return {
    get size() {
      return marks.size;
    },
    markOf: (id) => marks.get(id),
    note: (id, mark) => {
      marks.delete(id);
      marks.set(id, mark);
      const oldest = marks.size > limit ? marks.keys().next() : null;
      if (oldest?.done === false) marks.delete(oldest.value);
    },
    ids: () => [...marks.keys()],
    encode: () => JSON.stringify([...marks]),
  };
}

function readPairs(value: string | null): readonly (readonly [string, string])[] {
  if (value === null) return [];
  try {
    const pairs: unknown = JSON.parse(value);
    return Array.isArray(pairs) ? pairs.filter(isPair) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string';
}
