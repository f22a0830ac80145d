import type { LiveDocument, WireStatus } from '../../api/wire.js';

export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'stale';

export interface Connection {
  readonly state: ConnectionState;
  /** When the service was last heard, wall clock milliseconds; null before the first time. */
  readonly lastContactAt: number | null;
}

export interface LiveHandlers {
  readonly onConnection: (connection: Connection) => void;
  /** First contact, and each one after a break: what is shown may be out of date. */
  readonly onResume: () => void;
  readonly onStatus: (status: WireStatus) => void;
  readonly onDocuments: (documents: readonly LiveDocument[]) => void;
  readonly onAlert: (alert: {
    readonly id: string;
    readonly state: string;
    readonly series: { readonly name: string };
  }) => void;
  readonly onMail: () => void;
}

/** A break longer than this many heartbeats is called stale. */
const STALE_BEATS = 3;
const REOPEN_MS = 1_000;

/**
 * Keeps the live stream open until the returned function is called.
 *
 * The browser reconnects by itself with Last-Event-ID; where it gives up, or a connection is open but dead, the stream
 * is opened anew after the last event seen. So each event is handed over once, and `onResume` follows every break.
 */
export function connectLive(handlers: LiveHandlers): () => void {
  let source: EventSource | null = null;
  let lastId: string | null = null;
  let heartbeatMs = 5_000;
  let openedAt = Date.now();
  let connection: Connection = { state: 'connecting', lastContactAt: null };

  const become = (state: ConnectionState, lastContactAt = connection.lastContactAt) => {
    connection = { state, lastContactAt };
    handlers.onConnection(connection);
  };
  const contact = (event: MessageEvent<string>): unknown => {
    if (event.lastEventId !== '') lastId = event.lastEventId;
    become('live', Date.now());
    return JSON.parse(event.data);
  };
  const listen = (stream: EventSource) => {
    const on = (type: string, handle: (data: unknown) => void) =>
      stream.addEventListener(type, (event) => handle(contact(event as MessageEvent<string>)));
    on('hello', (data) => {
      const hello = data as { readonly heartbeatMs: number; readonly status: WireStatus };
      heartbeatMs = hello.heartbeatMs;
      handlers.onStatus(hello.status);
      handlers.onResume();
    });
    // After a gap there is nothing to fill in but by asking again, which `onResume` at hello has done.
    on('gap', () => handlers.onResume());
    on('status', (data) => handlers.onStatus(data as WireStatus));
    on('documents', (data) =>
      handlers.onDocuments((data as { documents: readonly LiveDocument[] }).documents),
    );
    on('alert', (data) =>
      handlers.onAlert((data as { alert: Parameters<LiveHandlers['onAlert']>[0] }).alert),
    );
    on('mail', () => handlers.onMail());
    stream.addEventListener('error', () => {
      if (connection.state === 'live') become('reconnecting');
    });
  };
  const open = () => {
    source?.close();
    openedAt = Date.now();
    source = new EventSource(lastId === null ? '/api/v1/stream' : `/api/v1/stream?since=${lastId}`);
    listen(source);
  };
  const watch = () => {
    const now = Date.now();
    const silentMs = now - (connection.lastContactAt ?? openedAt);
    const isStale = silentMs > STALE_BEATS * heartbeatMs;
    if (isStale && connection.state !== 'stale') become('stale');
    const gaveUp = source?.readyState === EventSource.CLOSED && now - openedAt > REOPEN_MS;
    const dead = isStale && now - openedAt > STALE_BEATS * heartbeatMs;
    if (gaveUp || dead) open();
    timer = setTimeout(watch, Math.min(heartbeatMs, 500));
  };

  open();
  let timer = setTimeout(watch, 500);
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
