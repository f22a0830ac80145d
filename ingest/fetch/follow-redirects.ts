import type { IncomingMessage } from 'node:http';
import { RejectedError } from '../../pipeline/core/errors.js';
import { shownAddress, type AddressGuard } from './address-guard.js';

export interface Outgoing {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent to the origin of the first address only. */
  readonly secretHeaders: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

export interface Arrival {
  readonly response: IncomingMessage;
  /** Where the redirects ended. */
  readonly url: URL;
  /** Where the permanent redirects at the start lead; null when the first answer was none. */
  readonly movedTo: URL | null;
}

const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const PERMANENT = new Set([301, 308]);
/** All that another origin gets: any other header may hold a key, whatever its name. */
const OPEN_NAMES = /^(accept|user-agent|if-none-match|if-modified-since)$/i;

/**
 * Sends a request and follows at most three redirects, each address checked.
 *
 * Throws RejectedError for one from https to http and for one that would carry a body to another origin. Only what is asked for and
 * its conditions go on to another origin. As browsers do, 303 becomes a GET, and so does a POST that is answered with 301 or 302.
 */
export async function followRedirects(
  url: string,
  outgoing: Outgoing,
  { guard, send }: { guard: AddressGuard; send: (target: URL, next: Outgoing) => Promise<IncomingMessage> },
): Promise<Arrival> {
  let target = guard.check(url);
  let next = outgoing;
  let movedTo: URL | null = null;
  let permanent = true;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const response = await send(target, next);
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    if (!REDIRECTS.has(status) || location === undefined) return { response, url: target, movedTo };
    response.destroy();
    const to = checkNext(guard, location, target);
    permanent &&= PERMANENT.has(status);
    if (permanent) movedTo = to;
    next = redirected(next, { status, from: target, to });
    target = to;
  }
  throw new RejectedError(
    'too_many_redirects',
    `${shownAddress(url)} redirects more than ${MAX_REDIRECTS} times.`,
  );
}

/** What is wrong with the address is no fault of the one in the configuration: the words name who sent there. */
function checkNext(guard: AddressGuard, location: string, from: URL): URL {
  try {
    return guard.check(location, from);
  } catch (error) {
    if (!(error instanceof RejectedError)) throw error;
    const to = URL.canParse(location, from.href) ? new URL(location, from).href : location;
    const words = `${shownAddress(from.href)} redirects to ${shownAddress(to)}, which is refused: ${error.message}`;
    throw new RejectedError(error.code, words, { cause: error });
  }
}

interface Hop {
  readonly status: number;
  readonly from: URL;
  readonly to: URL;
}

function redirected(outgoing: Outgoing, { status, from, to }: Hop): Outgoing {
  if (from.protocol === 'https:' && to.protocol !== 'https:') {
    throw refused(
      `${shownAddress(from.href)} redirects from https to http (${to.host}), which is not followed.`,
    );
  }
  const becomesGet = status === 303 || ((status === 301 || status === 302) && outgoing.method === 'POST');
  const kept =
    becomesGet && outgoing.method !== 'HEAD' ? { ...outgoing, method: 'GET', body: null } : outgoing;
  if (from.origin === to.origin) return kept;
  if (kept.body !== null) {
    throw refused(
      `${shownAddress(from.href)} sends a request with a body on to ${to.host}, which is not followed.`,
    );
  }
  const open = Object.entries(kept.headers).filter(([name]) => OPEN_NAMES.test(name));
  return { ...kept, headers: Object.fromEntries(open), secretHeaders: {} };
}

function refused(message: string): RejectedError {
  return new RejectedError('redirect_refused', message);
}
