/** Where a Jetstream stands, and what was taken shortly before. */
export interface JetstreamCursor {
  /** Microseconds: the newest event that was read. */
  readonly timeUs: number;
  /** Digests of the events that were taken in the last seconds before it, with their times, oldest first. */
  readonly recent: readonly (readonly [key: string, timeUs: number])[];
}

const MAX_RECENT = 2_000;

export function encodeJetstreamCursor({ timeUs, recent }: JetstreamCursor): string {
  return JSON.stringify({ timeUs, recent: recent.slice(-MAX_RECENT) });
}

/** Null for what is missing or damaged: the stream is then read from now on. */
export function decodeJetstreamCursor(value: string | null): JetstreamCursor | null {
  if (value === null) return null;
  try {
    const { timeUs, recent } = JSON.parse(value) as Record<string, unknown>;
    if (typeof timeUs !== 'number' || !Number.isSafeInteger(timeUs)) return null;
    return { timeUs, recent: Array.isArray(recent) ? recent.filter(isRecent) : [] };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isRecent(value: unknown): value is [string, number] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'number';
}
