import { lookup as systemLookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import {
  BellwetherError,
  CancelledError,
  RejectedError,
  TimeoutError,
  UnavailableError,
} from '../../pipeline/core/errors.js';
import { isPublicAddress } from './public-address.js';
import { readBody } from './read-body.js';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export interface GuardedClientOptions {
  /** Names the product and how to reach whoever runs it. */
  readonly userAgent: string;
  /** True for an intranet: private addresses and any port are allowed. */
  readonly allowPrivateHosts?: boolean;
  readonly maxBytes?: number;
  /** Until the headers of one answer are there. */
  readonly headerTimeoutMs?: number;
  /** For the whole, redirects and body included. */
  readonly totalTimeoutMs?: number;
  readonly resolve?: (hostname: string) => Promise<readonly ResolvedAddress[]>;
}

export interface FetchedPage {
  readonly status: number;
  /** Where the redirects ended. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Unpacked; empty unless the status is 200. */
  readonly body: Buffer;
}

export interface GuardedClient {
  /**
   * Gets a page from the public internet.
   *
   * Throws RejectedError for what the rules refuse (address, redirect, size), TimeoutError, UnavailableError (retriable), CancelledError.
   * The address that is checked is the one that is connected to: a name that resolves otherwise the next time gains nothing.
   */
  get(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<FetchedPage>;
}

const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** The one HTTP client of the sources. Memory: one body of at most `maxBytes` a call. */
export function createGuardedClient(options: GuardedClientOptions): GuardedClient {
  const maxBytes = options.maxBytes ?? 5_000_000;
  const totalTimeoutMs = options.totalTimeoutMs ?? 30_000;
  return {
    get: async (url, headers, signal) => {
      const timeout = AbortSignal.timeout(totalTimeoutMs);
      const either = AbortSignal.any([signal, timeout]);
      try {
        let target = checkUrl(url, options);
        for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
          const response = await send(target, { headers, signal: either, options });
          const location = response.headers.location;
          if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined) {
            return await pageOf(response, target, maxBytes);
          }
          response.destroy();
          target = checkUrl(location, options, target);
        }
        throw new RejectedError('too_many_redirects', `${url} redirects more than ${MAX_REDIRECTS} times.`);
      } catch (error) {
        throw translate(error, { signal, timeout, url });
      }
    },
  };
}

async function pageOf(response: IncomingMessage, target: URL, maxBytes: number): Promise<FetchedPage> {
  const status = response.statusCode ?? 0;
  const { etag, 'last-modified': lastModified, 'content-type': contentType } = response.headers;
  const headers = {
    etag,
    'last-modified': lastModified,
    'content-type': contentType,
    'retry-after': response.headers['retry-after'],
  };
  if (status !== 200) response.destroy();
  const body = status === 200 ? await readBody(response, maxBytes) : Buffer.alloc(0);
  return { status, url: target.href, headers, body };
}

/** Refuses by the look of the address; names are checked again when they are resolved. */
function checkUrl(value: string, options: GuardedClientOptions, base?: URL): URL {
  if (!URL.canParse(value, base?.href)) {
    throw new RejectedError('bad_address', `"${value.slice(0, 200)}" is not an address.`);
  }
  const url = new URL(value, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new RejectedError('address_refused', `${url.protocol} is not fetched; only http and https are.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new RejectedError(
      'address_refused',
      `An address with a password in it is not fetched (${url.host}).`,
    );
  }
  if (options.allowPrivateHosts === true) return url;
  if (url.port !== '' && url.port !== '80' && url.port !== '443') {
    throw new RejectedError('address_refused', `Port ${url.port} is not fetched; only 80 and 443 are.`);
  }
  // A literal address is never resolved, so it has to be checked here.
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !isPublicAddress(literal)) throw refusedAddress(url.hostname, literal);
  return url;
}

function refusedAddress(hostname: string, address: string): RejectedError {
  return new RejectedError(
    'address_refused',
    `${hostname} is at ${address}, which is not on the public internet. Set allowPrivateHosts for an intranet.`,
  );
}

interface Sending {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly options: GuardedClientOptions;
}

function send(target: URL, { headers, signal, options }: Sending): Promise<IncomingMessage> {
  const headerTimeoutMs = options.headerTimeoutMs ?? 10_000;
  return new Promise((resolve, reject) => {
    const request = (target.protocol === 'https:' ? httpsRequest : httpRequest)(target, {
      // No shared agent: a kept connection could lead to an address that was never checked.
      agent: false,
      lookup: guardedLookup(options),
      signal,
      maxHeaderSize: 32_768,
      headers: {
        ...headers,
        'user-agent': options.userAgent,
        'accept-encoding': 'gzip, deflate, br',
        connection: 'close',
      },
    });
    const timer = setTimeout(() => {
      const detail = `${target.host} did not answer in ${headerTimeoutMs} ms.`;
      request.destroy(new TimeoutError('timeout', detail, { retriable: true }));
    }, headerTimeoutMs);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.once('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    request.end();
  });
}

/** A lookup that fails when any address of the name is not public; the socket connects to what it returns. */
function guardedLookup(options: GuardedClientOptions): LookupFunction {
  const resolveName = options.resolve ?? ((hostname) => systemLookup(hostname, { all: true }));
  return (hostname, lookupOptions, callback) => {
    resolveName(hostname).then(
      (addresses) => {
        const refused = addresses.find(({ address }) => !isPublicAddress(address));
        const first = addresses[0];
        if (first === undefined) callback(new Error(`${hostname} has no address`), '', 0);
        else if (refused !== undefined && options.allowPrivateHosts !== true) {
          callback(refusedAddress(hostname, refused.address), '', 0);
        } else if (lookupOptions.all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), '', 0),
    );
  };
}

interface Circumstances {
  readonly signal: AbortSignal;
  readonly timeout: AbortSignal;
  readonly url: string;
}

function translate(error: unknown, { signal, timeout, url }: Circumstances): BellwetherError {
  if (error instanceof BellwetherError) return error;
  if (signal.aborted) return new CancelledError('cancelled', 'The fetch was cancelled.', { cause: error });
  if (timeout.aborted) {
    return new TimeoutError('timeout', `${url} was not there in time.`, { cause: error, retriable: true });
  }
  const detail = error instanceof Error ? error.message : String(error);
  return new UnavailableError('unreachable', `${url} cannot be fetched (${detail}).`, {
    cause: error,
    retriable: true,
  });
}
