import type { LookupFunction } from 'node:net';
import { WebSocket, type ClientOptions, type RawData } from 'ws';
import type { Clock } from '../../pipeline/core/clock.js';
import {
  BellwetherError,
  CancelledError,
  RejectedError,
  UnavailableError,
} from '../../pipeline/core/errors.js';
import { createAddressGuard, shownAddress, type AddressGuardOptions } from './address-guard.js';
import { createMessageQueue, type MessageQueue } from './message-queue.js';

export interface SocketConnectorOptions extends Pick<AddressGuardOptions, 'allowPrivateHosts' | 'resolve'> {
  /** Names the product and how to reach whoever runs it. */
  readonly userAgent: string;
  readonly clock: Clock;
}

export interface SocketRequest {
  /** `wss://` or `ws://`. */
  readonly url: string;
  /** Such as `authorization`; a socket follows no redirect, so they go nowhere else. */
  readonly secretHeaders?: Readonly<Record<string, string>>;
  /** Sent as soon as the connection stands, in order. */
  readonly greetings?: readonly string[];
  /** A message that the service wants to see now and then. */
  readonly heartbeat?: { readonly message: string; readonly everyMs: number };
}

/** One open WebSocket. */
export interface GuardedSocket {
  /** All messages that wait, as text; [] after an answer to a ping; null when the other side closed in order. Rejects when it broke. */
  next(): Promise<readonly string[] | null>;
  close(): void;
}

/** The other side answered the handshake with a status instead of a socket. */
export class HandshakeRefusedError extends UnavailableError {
  readonly status: number;
  readonly retryAfter: string | undefined;

  constructor(url: string, status: number, retryAfter: string | undefined) {
    super('handshake_refused', `${url} answers with status ${status} instead of a WebSocket.`, {
      retriable: true,
    });
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export interface SocketConnector {
  /**
   * Connects to the public internet and nothing else, by the rules of the guarded client.
   *
   * Throws RejectedError for an address that is refused, HandshakeRefusedError, UnavailableError (retriable), CancelledError.
   */
  open(request: SocketRequest, signal: AbortSignal): Promise<GuardedSocket>;
}

const MAX_MESSAGE_BYTES = 1_000_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2_000;
/** So that quiet streams can be told from dead ones. */
const PING_EVERY_MS = 20_000;

/**
 * The one WebSocket client of the sources.
 *
 * Messages are at most 1 MB, decided by the announced length before any of it is kept; compression is never agreed to, so that there are no
 * bombs; redirects are refused. Memory: the queue (500 messages or 4 MB, then the socket is not read) and one message on its way.
 */
export function createSocketConnector(options: SocketConnectorOptions): SocketConnector {
  const guard = createAddressGuard({ ...options, schemes: ['ws', 'wss'] });
  return {
    open: async (request, signal) => {
      if (signal.aborted) throw cancelled();
      const url = guard.check(request.url);
      const socket = createSocket(url, { request, lookup: guard.lookup, userAgent: options.userAgent });
      const shown = shownAddress(request.url);
      const queue = listen(socket, shown);
      await opened(socket, { signal, shown });
      for (const greeting of request.greetings ?? []) socket.send(greeting);
      const { heartbeat } = request;
      void repeat(socket, options.clock, PING_EVERY_MS, () => {
        socket.ping();
      });
      if (heartbeat !== undefined) {
        void repeat(socket, options.clock, heartbeat.everyMs, () => {
          socket.send(heartbeat.message);
        });
      }
      return {
        next: () => queue.take(),
        close: () => {
          socket.close(1_000);
          queue.end(null);
        },
      };
    },
  };
}

interface SocketParts {
  readonly request: SocketRequest;
  readonly lookup: LookupFunction;
  readonly userAgent: string;
}

function createSocket(url: URL, { request, lookup, userAgent }: SocketParts): WebSocket {
  try {
    return new WebSocket(url, {
      // Of `net.connect`, to which the library hands its options; its types leave it out.
      lookup,
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: MAX_MESSAGE_BYTES,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      closeTimeout: CLOSE_TIMEOUT_MS,
      headers: { ...request.secretHeaders, 'user-agent': userAgent },
    } as ClientOptions);
  } catch (cause) {
    // Thrown at once for what cannot be sent, such as a line end in a secret; its message names the header only.
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new RejectedError(
      'bad_request',
      `${shownAddress(request.url)} cannot be asked for a WebSocket (${detail}). Correct the address or the secret.`,
      { cause },
    );
  }
}

function listen(socket: WebSocket, shown: string): MessageQueue {
  const queue = createMessageQueue({
    pause: () => {
      socket.pause();
    },
    resume: () => {
      socket.resume();
    },
  });
  socket.on('message', (data) => {
    queue.push(textOf(data));
  });
  for (const life of ['ping', 'pong'] as const) {
    socket.on(life, () => {
      queue.beat();
    });
  }
  socket.on('error', (error) => {
    queue.end(translate(error, shown));
  });
  socket.on('close', (code) => {
    queue.end(code === 1_000 || code === 1_001 ? null : brokenOff(shown, code));
  });
  return queue;
}

/** Resolves when the connection stands; a socket that does not come to stand is closed. */
function opened(
  socket: WebSocket,
  { signal, shown }: { readonly signal: AbortSignal; readonly shown: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(cancelled());
      socket.terminate();
    };
    const settle = () => {
      signal.removeEventListener('abort', abort);
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('open', () => {
      settle();
      resolve();
    });
    socket.once('unexpected-response', (request, response) => {
      settle();
      request.destroy();
      reject(new HandshakeRefusedError(shown, response.statusCode ?? 0, response.headers['retry-after']));
    });
    socket.once('error', (error) => {
      settle();
      reject(translate(error, shown));
    });
  });
}

/** Acts again and again until the socket is closed. */
async function repeat(socket: WebSocket, clock: Clock, everyMs: number, act: () => void): Promise<void> {
  const closed = new AbortController();
  socket.once('close', () => {
    closed.abort();
  });
  while (!closed.signal.aborted) {
    await clock.sleep(everyMs, closed.signal);
    if (socket.readyState === WebSocket.OPEN) act();
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8');
}

function translate(error: Error, shown: string): BellwetherError {
  if (error instanceof BellwetherError) return error;
  const code = 'code' in error ? error.code : null;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    return new RejectedError(
      'message_too_large',
      `${shown} announced a message over ${MAX_MESSAGE_BYTES} bytes; the connection was closed.`,
      { cause: error },
    );
  }
  return new UnavailableError('unreachable', `The connection to ${shown} failed (${error.message}).`, {
    cause: error,
    retriable: true,
  });
}

function brokenOff(shown: string, code: number): UnavailableError {
  return new UnavailableError('broken_off', `${shown} broke the connection off (code ${code}).`, {
    retriable: true,
  });
}

function cancelled(): CancelledError {
  return new CancelledError('cancelled', 'The connection was cancelled.');
}
