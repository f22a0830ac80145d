import { retryAfterMs } from '../fetch/retry-after.js';
import { RefusedAnswer } from './poll-loop.js';

/** What to do about a status; for 429 and the faults of the server it is said when it is asked again besides. */
const FIXES: Readonly<Partial<Record<number, string>>> = {
  401: 'It lets in only whom it knows: look at the secret of the source, and at what the publisher has granted.',
  403: 'It refuses this reader: look at what the publisher has granted, and set fetch.contact, as some refuse programs that name nobody.',
  404: 'There is nothing at this address: correct it, or ask the publisher where it is now.',
  410: 'It is gone for good: correct the address or remove the source.',
  429: 'It was asked too often: raise everySeconds where this comes again.',
};

export interface Refusing {
  /** Who answered, in words. */
  readonly name: string;
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** The reason, with cause and fix, for an answer that holds nothing to read. `now` in milliseconds since the epoch. */
export function refusedPage(
  { name, status, retryAfter }: Refusing,
  now: number,
  fix = FIXES[status],
): RefusedAnswer {
  const asked = untilOf(retryAfter, now);
  const server =
    status >= 500 ? 'The fault is at the server; it is asked again by itself.' : 'Check the address.';
  const until = asked === null ? '' : ` It asked for no request before ${new Date(asked).toISOString()}.`;
  return new RefusedAnswer(`${name} answers with status ${status}. ${fix ?? server}${until}`, {
    status,
    until: asked,
  });
}

/** Until when an answer asks to be left alone, milliseconds since the epoch; null when it does not. */
export function untilOf(retryAfter: string | undefined, now: number): number | null {
  const pauseMs = retryAfterMs(retryAfter, now);
  return pauseMs === 0 ? null : now + pauseMs;
}
