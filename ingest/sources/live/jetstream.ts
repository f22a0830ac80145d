import { TimeoutError, UnavailableError, type Reason } from '../../../pipeline/core/errors.js';
import type { GuardedSocket, SocketConnector } from '../../fetch/guarded-socket.js';
import { digest } from '../../parse/identity.js';
import type { Source, SourceCursor } from '../../source.js';
import { decodeJetstreamCursor, encodeJetstreamCursor, type JetstreamCursor } from './jetstream-cursor.js';
import type { LiveConnection, LiveItem, LiveStep } from './live-stream.js';
import {
  jetstreamDocument,
  jetstreamNativeId,
  parseJetstreamEvent,
  postTextOf,
  type JetstreamCommit,
  type JetstreamEvent,
} from './parse-jetstream.js';
import { createPostFilter, type PostFilter, type PostFilterOptions } from './post-filter.js';
import { openSocket } from './refusals.js';
import { createLiveSource, type LiveParts } from './run-live-stream.js';
import { takenOf, type TakenMemory } from './taken-memory.js';

export interface JetstreamOptions extends LiveParts {
  /** `wss://…/subscribe`. */
  readonly url: string;
  readonly sockets: SocketConnector;
  /** Collections of records with a `text`. */
  readonly collections: readonly string[];
  readonly filter: PostFilterOptions;
}

/** Servers send in the order in which they stored, which is not quite the order of `time_us`. */
const OVERLAP_US = 5_000_000;
/** So a replay may begin with events that are a little older than what was asked for. */
const REMEMBERED_US = 2 * OVERLAP_US;
/** Without documents the position is stored this often, so that little is read again. */
const STORE_EVERY_US = 10_000_000;
/** The whole network is never quiet for so long. */
const GAP_US = 60_000_000;
const FUTURE_US = 300_000_000;
const SILENCE_MS = 60_000;
/** A server that answers pings and sends nothing has lost its own source. */
const STALL_MS = 300_000;

/**
 * Reads posts from a Bluesky Jetstream. It resumes 5 s before the newest event it has read and leaves out what it took then, so that
 * disconnections and kills make neither gaps nor repeats. An edit is a `replace`, a deletion of a taken post a `retract`. When the server's
 * replay begins later than we stopped it is `degraded` for an hour and says from when to when posts are missing. While all events come from more than 5 minutes
 * ahead a clock is wrong: it is `degraded`, takes nothing and keeps its position.
 */
export function createJetstreamSource(options: JetstreamOptions): Source {
  const name = new URL(options.url).host;
  const wanted = createPostFilter(options.filter);
  const cursorName = `jetstream:${options.source.id}`;
  return createLiveSource({
    ...options,
    silenceMs: SILENCE_MS,
    stream: {
      name,
      open: async (signal) => {
        const cursor = decodeJetstreamCursor(await options.readCursor(cursorName));
        const taken = await takenOf(cursorName, options);
        const socket = await openSocket(
          options.sockets,
          { url: subscription(options, cursor) },
          { signal, clock: options.clock, advice: { 401: `${name} needs no token; check the address.` } },
        );
        return new JetstreamConnection({ options, wanted, cursorName, cursor, taken, socket });
      },
    },
  });
}

function subscription({ url, collections }: JetstreamOptions, cursor: JetstreamCursor | null): string {
  const address = new URL(url);
  for (const collection of collections) address.searchParams.append('wantedCollections', collection);
  address.searchParams.set('maxMessageSizeBytes', '1000000');
  if (cursor !== null) {
    address.searchParams.set('cursor', String(Math.max(1, cursor.timeUs - OVERLAP_US)));
  }
  return address.href;
}

interface ConnectionParts {
  readonly options: JetstreamOptions;
  readonly wanted: PostFilter;
  readonly cursorName: string;
  /** As it was stored before this connection. */
  readonly cursor: JetstreamCursor | null;
  /** Null when every post is taken. */
  readonly taken: TakenMemory | null;
  readonly socket: GuardedSocket;
}

class JetstreamConnection implements LiveConnection {
  private timeUs: number;
  private storedUs: number;
  private recent: Map<string, number>;
  private begun = false;
  private heardAt: number;
  /** The earliest time ahead of ours that was left out. */
  private leftOutUs = Number.POSITIVE_INFINITY;
  private trouble: Reason | null = null;

  constructor(private readonly parts: ConnectionParts) {
    this.heardAt = parts.options.clock.monotonic();
    this.timeUs = parts.cursor?.timeUs ?? 0;
    this.storedUs = this.timeUs;
    this.recent = new Map(parts.cursor?.recent);
  }

  close(): void {
    this.parts.socket.close();
  }

  async next(): Promise<LiveStep | null> {
    const messages = await this.parts.socket.next();
    if (messages === null) return null;
    this.watchStall(messages.length);
    const items: LiveItem[] = [];
    let gap: string | null = null;
    for (const event of this.withoutThoseAhead(messages)) {
      gap ??= this.gapBefore(event);
      if (event.commit !== null) items.push(...this.take(event, event.commit));
      this.timeUs = Math.max(this.timeUs, event.timeUs);
    }
    return {
      items,
      cursors: this.cursorsFor(items),
      ...(gap === null ? {} : { gap }),
      ...(this.trouble === null ? {} : { trouble: this.trouble }),
    };
  }

  private watchStall(messages: number): void {
    const { clock, url } = this.parts.options;
    const now = clock.monotonic();
    if (messages > 0) this.heardAt = now;
    if (now - this.heardAt < STALL_MS) return;
    throw new TimeoutError(
      'stalled',
      `${new URL(url).host} has sent no event for ${STALL_MS / 60_000} minutes, though it lives; the connection is made anew. Set another server as "url" if it stays so.`,
      { retriable: true },
    );
  }

  /**
   * A time ahead of ours would make the cursor skip what comes before it. Where all lie ahead a clock is wrong, which is told, and the position stays.
   * Once times as late as those left out lie ahead no more, it throws, so that the next connection reads what was left out.
   */
  private withoutThoseAhead(messages: readonly string[]): readonly JetstreamEvent[] {
    const { clock, url } = this.parts.options;
    const limitUs = clock.now() * 1_000 + FUTURE_US;
    const events = messages.map(parseJetstreamEvent).filter((event) => event !== null);
    const good = events.filter(({ timeUs }) => timeUs <= limitUs);
    if (good.some(({ timeUs }) => timeUs >= this.leftOutUs)) {
      throw new UnavailableError(
        'clock_was_wrong',
        'The clock is right again; what was left out for its times is read again.',
        { retriable: true },
      );
    }
    for (const { timeUs } of events) if (timeUs > limitUs) this.leftOutUs = Math.min(this.leftOutUs, timeUs);
    if (good.length > 0) this.trouble = null;
    else if (events[0] !== undefined) {
      this.trouble = {
        code: 'clock_wrong',
        message: `The posts of ${new URL(url).host} are from ${isoTime(events[0].timeUs)}, which is more than ${FUTURE_US / 60_000_000} minutes ahead: the clock of this machine or of the server is wrong. Set it right; nothing is taken until then.`,
      };
    }
    return good;
  }

  private gapBefore({ timeUs }: JetstreamEvent): string | null {
    if (this.begun) return null;
    this.begun = true;
    const { cursor } = this.parts;
    if (cursor === null || timeUs - cursor.timeUs <= GAP_US) return null;
    const [from, to] = [cursor.timeUs, timeUs].map(isoTime);
    return `Posts from ${from} to ${to} are missing: the server's replay does not reach back further. Load them from another source if they matter.`;
  }

  private take(event: JetstreamEvent, commit: JetstreamCommit): readonly LiveItem[] {
    const nativeId = jetstreamNativeId(commit);
    if (!this.isWanted(commit, nativeId)) return [];
    const key = digest([nativeId, commit.operation, commit.rev]).slice(0, 16);
    if (this.recent.has(key)) return [];
    this.recent.set(key, event.timeUs);
    if (commit.operation !== 'delete') this.parts.taken?.add(nativeId);
    return [{ document: jetstreamDocument({ ...event, commit }), place: nativeId }];
  }

  private isWanted(commit: JetstreamCommit, nativeId: string): boolean {
    const { options, taken, wanted } = this.parts;
    if (!options.collections.includes(commit.collection)) return false;
    const known = taken?.has(nativeId) === true;
    if (commit.record === null) return taken === null || known;
    const post = postTextOf(commit.record);
    if (post === null) return false;
    // An edit of a post that was taken counts whatever it says now.
    return (known && commit.operation === 'update') || wanted(post.text, post.languages);
  }

  private cursorsFor(items: readonly LiveItem[]): readonly SourceCursor[] {
    if (items.length === 0 && this.timeUs - this.storedUs < STORE_EVERY_US) return [];
    this.storedUs = this.timeUs;
    for (const [key, timeUs] of this.recent) {
      if (timeUs < this.timeUs - REMEMBERED_US) this.recent.delete(key);
    }
    const value = encodeJetstreamCursor({ timeUs: this.timeUs, recent: [...this.recent] });
    return [{ name: this.parts.cursorName, value }, ...(this.parts.taken?.changes() ?? [])];
  }
}

/** Any number: a wrong clock may be wrong by more than a date can hold. */
function isoTime(timeUs: number): string {
  const time = new Date(Math.floor(timeUs / 1_000));
  return Number.isNaN(time.getTime()) ? `${timeUs} µs` : time.toISOString();
}
