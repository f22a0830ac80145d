/** Where the timeline of a Mastodon server stands. */
export interface MastodonCursor {
  /** The newest post that was seen. */
  readonly newestId: string;
  /** Ids of posts taken lately, with the time of their last edit or '', oldest first. */
  readonly recent: readonly (readonly [id: string, editedAt: string])[];
}

const MAX_RECENT = 2_000;
/** Posts of other servers arrive late and are filed under the time they were written. */
const OVERLAP_MS = 120_000n;

export function encodeMastodonCursor({ newestId, recent }: MastodonCursor): string {
  return JSON.stringify({ newestId, recent });
}

/** Notes a post as the newest; the oldest is forgotten beyond 2,000. */
export function remember(recent: Map<string, string>, id: string, editedAt: string): void {
  recent.delete(id);
  recent.set(id, editedAt);
  const oldest = recent.size > MAX_RECENT ? recent.keys().next() : null;
  if (oldest?.done === false) recent.delete(oldest.value);
}

/** Null for what is missing or damaged: the timeline is then read from now on. */
export function decodeMastodonCursor(value: string | null): MastodonCursor | null {
  if (value === null) return null;
  try {
    const { newestId, recent } = JSON.parse(value) as Record<string, unknown>;
    if (typeof newestId !== 'string') return null;
    return { newestId, recent: Array.isArray(recent) ? recent.filter(isPair) : [] };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The later of two ids: numbers by value, others by their order as text. */
export function newerId(a: string, b: string): string {
  if (isNumber(a) && isNumber(b)) return BigInt(a) > BigInt(b) ? a : b;
  return a > b ? a : b;
}

/** Two minutes before an id; ids of Mastodon hold their milliseconds above 16 bits. Others stay as they are. */
export function idBefore(id: string): string {
  if (!isNumber(id)) return id;
  const earlier = BigInt(id) - (OVERLAP_MS << 16n);
  return earlier > 0n ? String(earlier) : '0';
}

function isNumber(id: string): boolean {
  return /^\d{1,20}$/.test(id);
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string';
}
