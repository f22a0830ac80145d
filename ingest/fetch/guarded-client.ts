import type { IncomingMessage } from 'node:http';
import {
  BellwetherError,
  CancelledError,
  TimeoutError,
  UnavailableError,
} from '../../pipeline/core/errors.js';
import { createAddressGuard, shownAddress, type AddressGuardOptions } from './address-guard.js';
import { followRedirects, type Arrival, type Outgoing } from './follow-redirects.js';
import type { HostQueue } from './host-queue.js';
import { adviceOn } from './network-advice.js';
import { sendRequest } from './send-request.js';
import { readBody, readBodyStart, unpackBody } from './unpack-body.js';

export interface GuardedClientOptions extends Pick<AddressGuardOptions, 'allowPrivateHosts' | 'resolve'> {
  /** Names the product and how to reach whoever runs it. */
  readonly userAgent: string;
  /** Spaces the requests to a host; clients that share it keep the gap together. Without it nothing is spaced. */
  readonly queue?: HostQueue;
  readonly maxBytes?: number;
  /** Until the headers of one answer are there. */
  readonly headerTimeoutMs?: number;
  /** For the whole, redirects and body included, from the first turn at the host on. */
  readonly totalTimeoutMs?: number;
}

export interface GuardedRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Such as `authorization`: sent to the origin of `url` only, never on to where it redirects. */
  readonly secretHeaders?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Of the unpacked body; the client's limit unless given. */
  readonly maxBytes?: number;
  readonly totalTimeoutMs?: number;
}

/** A stream as it is asked for, such as server-sent events. */
export interface StreamRequest extends Pick<GuardedRequest, 'url' | 'headers' | 'secretHeaders'> {
  /** Longest wait for the next piece; default 90 s. A reader that takes its time does not count. */
  readonly idleTimeoutMs?: number;
}

/** Names in lower case; cookies are left out. */
export type AnswerHeaders = Readonly<Record<string, string | undefined>>;

export interface FetchedPage {
  readonly status: number;
  /** Where the redirects ended. */
  readonly url: string;
  /** Where permanent redirects (301, 308) say that the page is from now on. */
  readonly movedTo?: string;
  readonly headers: AnswerHeaders;
  /** Unpacked; unless the status is 2xx at most its first 16 kB, whatever of them can be read. */
  readonly body: Buffer;
}

export interface OpenStream {
  readonly status: number;
  readonly url: string;
  readonly headers: AnswerHeaders;
  /** The unpacked pieces as they come, once; unless the status is 2xx at most the first 16 kB, and the connection is closed already. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * What may be fetched from the public internet, and nothing else.
 *
 * Throws RejectedError for what the rules refuse (address, redirect, size), TimeoutError and UnavailableError (retriable), CancelledError.
 * The address that is checked is the one that is connected to: a name that resolves otherwise the next time gains nothing.
 * A host that answers 429 or 503 with Retry-After is left alone for so long by all who share the queue.
 */
export interface GuardedClient {
  get(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<FetchedPage>;
  request(request: GuardedRequest, signal: AbortSignal): Promise<FetchedPage>;
  /** Read the body to its end, leave the loop or abort the signal: each closes the connection. Reading throws as the client does. */
  open(request: StreamRequest, signal: AbortSignal): Promise<OpenStream>;
}

const DEFAULT_MAX_BYTES = 5_000_000;
const DEFAULT_TOTAL_MS = 30_000;
const DEFAULT_HEADER_MS = 10_000;
const DEFAULT_IDLE_MS = 90_000;
const ERROR_BODY_BYTES = 16_384;

/** The one HTTP client of the sources. Memory: one body of at most `maxBytes` a call; of a stream the piece that is read. */
export function createGuardedClient(options: GuardedClientOptions): GuardedClient {
  const client = new Client(options);
  return {
    get: (url, headers, signal) => client.request({ method: 'GET', url, headers }, signal),
    request: (request, signal) => client.request(request, signal),
    open: (request, signal) => client.open(request, signal),
  };
}

class Client {
  private readonly options: GuardedClientOptions;
  private readonly guard;

  constructor(options: GuardedClientOptions) {
    this.options = options;
    this.guard = createAddressGuard(options);
  }

  async request(request: GuardedRequest, signal: AbortSignal): Promise<FetchedPage> {
    const deadline = new Deadline(
      signal,
      request.totalTimeoutMs ?? this.options.totalTimeoutMs ?? DEFAULT_TOTAL_MS,
    );
    let answering: IncomingMessage | null = null;
    try {
      const arrival = await this.arrive(request, deadline, () => deadline.start());
      const { response, url, movedTo } = arrival;
      answering = response;
      const body = isSuccess(response)
        ? await readBody(response, request.maxBytes ?? this.options.maxBytes ?? DEFAULT_MAX_BYTES)
        : await readBodyStart(response, ERROR_BODY_BYTES);
      if (signal.aborted) throw cancelled();
      return {
        status: response.statusCode ?? 0,
        url: url.href,
        ...(movedTo === null ? {} : { movedTo: movedTo.href }),
        headers: headersOf(response),
        body,
      };
    } catch (error) {
      throw translate(error, { deadline, url: request.url, answering });
    } finally {
      deadline.end();
    }
  }

  async open(request: StreamRequest, signal: AbortSignal): Promise<OpenStream> {
    const idleTimeoutMs = request.idleTimeoutMs ?? DEFAULT_IDLE_MS;
    const deadline = new Deadline(signal, idleTimeoutMs);
    try {
      const { response, url } = await this.arrive({ method: 'GET', ...request }, deadline, () => undefined);
      const streams = isSuccess(response);
      if (!streams) deadline.start();
      const body = streams
        ? this.readStream(response, { deadline, idleTimeoutMs, url: request.url })
        : onePiece(await readBodyStart(response, ERROR_BODY_BYTES));
      if (signal.aborted) throw cancelled();
      if (!streams) deadline.end();
      return { status: response.statusCode ?? 0, url: url.href, headers: headersOf(response), body };
    } catch (error) {
      deadline.end();
      throw translate(error, { deadline, url: request.url });
    }
  }

  private async *readStream(
    response: IncomingMessage,
    { deadline, idleTimeoutMs, url }: { deadline: Deadline; idleTimeoutMs: number; url: string },
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* unpackBody(response, { idleTimeoutMs });
    } catch (error) {
      throw translate(error, { deadline, url });
    } finally {
      deadline.end();
    }
  }

  private arrive(
    request: Omit<GuardedRequest, 'maxBytes' | 'totalTimeoutMs'>,
    deadline: Deadline,
    onTurn: () => void,
  ): Promise<Arrival> {
    const { method, headers, secretHeaders = {}, body = null } = request;
    return followRedirects(
      request.url,
      { method, headers, secretHeaders, body },
      { guard: this.guard, send: (target, next) => this.send(target, next, { deadline, onTurn }) },
    );
  }

  private async send(
    target: URL,
    next: Outgoing,
    { deadline, onTurn }: { deadline: Deadline; onTurn: () => void },
  ): Promise<IncomingMessage> {
    const { queue, userAgent, headerTimeoutMs = DEFAULT_HEADER_MS } = this.options;
    const { signal } = deadline;
    await queue?.take(target.host, signal);
    onTurn();
    const { method, headers, secretHeaders, body } = next;
    const response = await sendRequest(target, {
      method,
      headers: { ...headers, ...secretHeaders, 'user-agent': userAgent },
      body,
      lookup: this.guard.lookup,
      signal,
      headerTimeoutMs,
    });
    const { statusCode } = response;
    if (statusCode === 429 || statusCode === 503) queue?.hold(target.host, response.headers['retry-after']);
    return response;
  }
}

/** The caller's signal with a time limit that starts when it is told to. Leaves nothing at the caller's signal once it has ended. */
class Deadline {
  readonly signal: AbortSignal;
  passed = false;
  private readonly controller = new AbortController();
  private readonly outer: AbortSignal;
  readonly limitMs: number;
  private timer: NodeJS.Timeout | null = null;
  private readonly onAbort = () => this.controller.abort();

  constructor(outer: AbortSignal, limitMs: number) {
    this.signal = this.controller.signal;
    this.outer = outer;
    this.limitMs = limitMs;
    if (outer.aborted) this.onAbort();
    else outer.addEventListener('abort', this.onAbort, { once: true });
  }

  get cancelled(): boolean {
    return this.outer.aborted;
  }

  /** A second start changes nothing. */
  start(): void {
    this.timer ??= setTimeout(() => {
      this.passed = true;
      this.controller.abort();
    }, this.limitMs);
  }

  end(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.outer.removeEventListener('abort', this.onAbort);
  }
}

function isSuccess({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

function headersOf(response: IncomingMessage): AnswerHeaders {
  const pairs = Object.entries(response.headers).filter(([name]) => name !== 'set-cookie');
  return Object.fromEntries(
    pairs.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

async function* onePiece(body: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  if (body.length > 0) yield await Promise.resolve(body);
}

function cancelled(cause?: unknown): CancelledError {
  return new CancelledError('cancelled', 'The fetch was cancelled.', { cause });
}

interface Failing {
  readonly deadline: Deadline;
  readonly url: string;
  /** The answer whose body did not come to its end. */
  readonly answering?: IncomingMessage | null;
}

function translate(error: unknown, { deadline, url, answering = null }: Failing): BellwetherError {
  if (deadline.cancelled) return cancelled(error);
  const shown = shownAddress(url);
  if (deadline.passed) {
    const words = `${shown} ${lateness(deadline.limitMs / 1_000, answering)}`;
    return new TimeoutError('timeout', words, { cause: error, retriable: true });
  }
  if (error instanceof BellwetherError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const words = `${shown} cannot be fetched (${detail}). ${adviceOn(error)}`;
  return new UnavailableError('unreachable', words, { cause: error, retriable: true });
}

function lateness(seconds: number, answering: IncomingMessage | null): string {
  if (answering === null)
    return `was not there within ${seconds} s. Check the address, the network and what stands between (proxy, firewall).`;
  const came = answering.socket.bytesRead;
  return `is slow: it answered with status ${answering.statusCode ?? 0}, and within ${seconds} s only ${came} bytes came, not the end. It is asked again; ask the publisher if it stays so.`;
}
