import type { Clock } from '../../../pipeline/core/clock.js';
import type { LiveConnection, LiveStep, LiveStream } from './live-stream.js';

/** One reading of a listing, and how long to wait before the next, milliseconds. */
export interface Reading extends LiveStep {
  readonly waitMs: number;
}

export interface Listing {
  /** In words, such as the host, for reasons. */
  readonly name: string;
  /** Makes a reader that begins where the stored cursors stand; it keeps what it learns between its readings. */
  open(): Promise<(signal: AbortSignal) => Promise<Reading>>;
}

/** Longer than a reading of many pages takes; the client has deadlines of its own. */
const READING_MS = 900_000;

/** No reading is waited for longer than this. */
export function listingSilenceMs(longestWaitMs: number): number {
  return longestWaitMs + READING_MS;
}

/** A listing that is read again and again, as a stream: it counts as connected once it was read. */
export function pollListing(listing: Listing, clock: Clock): LiveStream {
  return {
    name: listing.name,
    openIsRead: true,
    open: async (signal) => {
      const read = await listing.open();
      const ended = new AbortController();
      const either = AbortSignal.any([signal, ended.signal]);
      const first = await read(either);
      return connectionOf({ first, read, clock, either, ended });
    },
  };
}

interface Polling {
  readonly first: Reading;
  readonly read: (signal: AbortSignal) => Promise<Reading>;
  readonly clock: Clock;
  readonly either: AbortSignal;
  readonly ended: AbortController;
}

function connectionOf({ first, read, clock, either, ended }: Polling): LiveConnection {
  let waiting: Reading | null = first;
  let waitMs = 0;
  return {
    close: () => {
      ended.abort();
    },
    next: async () => {
      if (waiting === null) await clock.sleep(waitMs, either);
      if (either.aborted) return null;
      const reading = waiting ?? (await read(either));
      waiting = null;
      waitMs = reading.waitMs;
      return reading;
    },
  };
}
