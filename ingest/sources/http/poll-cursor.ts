import { digest } from '../../parse/identity.js';

const MAX_RECENT = 5_000;

/** What a poller remembers of a JSON interface; it moves in the same step as the documents. */
export interface PollCursor {
  /** True when the last reading came to what was known, or to the end: then known items say that the rest is known, too. */
  readonly complete: boolean;
  /** Newest last: key of the document → content hash, or `!` and the reason of its rejection. */
  readonly recent: ReadonlyMap<string, string>;
}

/** Another address is another interface: its cursor starts anew. */
export function pollCursorName(sourceId: string, url: string): string {
  return `http:${sourceId}:${digest([url]).slice(0, 8)}`;
}

export function encodePollCursor({ complete, recent }: PollCursor): string {
  return JSON.stringify({ complete, recent: [...recent].slice(-MAX_RECENT) });
}

/** Empty for what is missing or damaged: all is read again, and repeats count as duplicates. */
export function decodePollCursor(value: string | null): PollCursor {
  const empty: PollCursor = { complete: true, recent: new Map() };
  if (value === null) return empty;
  try {
    const { complete, recent } = JSON.parse(value) as Record<string, unknown>;
    return {
      complete: complete === true,
      recent: new Map(Array.isArray(recent) ? recent.filter(isPair) : []),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return empty;
    throw error;
  }
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string';
}
