import type { Alert } from '../../pipeline/core/alert.js';
import type { DocumentVersion } from '../../pipeline/core/store.js';
import type { MailSummary } from './ports.js';
import type { LiveDocument } from './wire.js';

export type LiveEvent =
  | { readonly type: 'documents'; readonly documents: readonly LiveDocument[] }
  | { readonly type: 'alert'; readonly alert: Alert }
  | { readonly type: 'mail'; readonly mail: MailSummary };

/** An event as it goes over the wire; `frame` is the whole server-sent event. */
export interface LiveFrame {
  readonly id: number;
  readonly frame: string;
}

export interface LiveHub {
  /**
   * Numbers the event, keeps it in the ring and hands it to every subscriber before it returns.
   * Of many documents only the last 40 go out, with the count of all; a batch without any makes no event.
   */
  publish(event: LiveEvent): void;
  /**
   * Everything after `since`, or null when the ring no longer reaches back that far (a gap: the caller must reload).
   */
  framesAfter(since: number): readonly LiveFrame[] | null;
  /** Drops what it has kept; who comes back must reload. */
  forget(): void;
  /** Id of the newest event; what a subscriber without history starts after. */
  lastId(): number;
  /** Calls the listener for each later event, until the returned function is called. */
  subscribe(listener: (frame: LiveFrame) => void): () => void;
}

const MAX_TITLE_UNITS = 300;
/** More rows than this nobody reads as they pass; the page asks for the list again anyway. */
const MAX_DOCUMENTS = 40;

/** What the page shows of a stored version at once. */
export function toLiveDocument(version: DocumentVersion): LiveDocument {
  const { document, language, sentiment } = version.scored;
  const title = document.title ?? document.text;
  return {
    id: document.id,
    version: version.version,
    action: document.action,
    title: title.slice(0, MAX_TITLE_UNITS).toWellFormed(),
    source: document.source.name,
    language,
    publishedAt: document.publishedAt,
    negative: sentiment.negative,
    polarity: sentiment.polarity,
    ...(version.scored.flags.includes('foreign') ? { foreign: true } : {}),
    series: version.contributions.map((contribution) => contribution.series),
  };
}

/**
 * Builds a hub whose ids grow for ever: they start at the time of its making in microseconds, so that an id from
 * before a restart is seen as a gap and never as the future.
 *
 * Memory: at most `maxEvents` events and `maxBytes` characters of them, oldest dropped first.
 */
export function createLiveHub(options: {
  readonly startedAt: number;
  readonly maxEvents?: number;
  readonly maxBytes?: number;
}): LiveHub {
  const maxEvents = options.maxEvents ?? 1_000;
  const maxBytes = options.maxBytes ?? 4_000_000;
  const listeners = new Set<(frame: LiveFrame) => void>();
  const ring: LiveFrame[] = [];
  let bytes = 0;
  let last = options.startedAt * 1_000;
  let evictedUpTo = last;

  const evict = () => {
    while (ring.length > maxEvents || bytes > maxBytes) {
      const oldest = ring.shift();
      if (oldest === undefined) return;
      bytes -= oldest.frame.length;
      evictedUpTo = oldest.id;
    }
  };

  return {
    publish(event) {
      if (event.type === 'documents' && event.documents.length === 0) return;
      last += 1;
      const { type, ...data } = event.type === 'documents' ? shorten(event.documents) : event;
      const frame = { id: last, frame: formatFrame({ id: last, type, data }) };
      ring.push(frame);
      bytes += frame.frame.length;
      evict();
      for (const listener of listeners) listener(frame);
    },
    framesAfter(since) {
      if (since < evictedUpTo || since > last) return null;
      return ring.filter((frame) => frame.id > since);
    },
    forget() {
      ring.length = 0;
      bytes = 0;
      last += 1;
      evictedUpTo = last;
    },
    lastId: () => last,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

function shorten(documents: readonly LiveDocument[]) {
  return { type: 'documents', documents: documents.slice(-MAX_DOCUMENTS), count: documents.length } as const;
}

/** One server-sent event. JSON holds no line feed, so that one data line is enough. */
export function formatFrame(event: {
  readonly id?: number;
  readonly type: string;
  readonly data: unknown;
}): string {
  const id = event.id === undefined ? '' : `id: ${event.id}\n`;
  return `${id}event: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`;
}
