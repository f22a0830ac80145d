import type { Clock } from '../../pipeline/core/clock.js';
import { CancelledError, RejectedError, type Reason } from '../../pipeline/core/errors.js';
import type { StatusTracker } from '../source-status.js';
import { isPassing, type BackOff } from './back-off.js';
import { wishedPauseMs, type NotBefore } from './not-before.js';
import { LogFailure } from './of-log.js';

/** Spreads the polls of many sources; part of the pause. */
const JITTER = 0.1;
/** After a failure of our own log. */
const LOG_PAUSE_MS = 60_000;

/** An answer that holds nothing to read, and until when its server asks to be left alone, milliseconds since the epoch; null when it does not. */
export class RefusedAnswer extends RejectedError {
  constructor(
    message: string,
    { status, until }: { readonly status: number; readonly until: number | null },
  ) {
    super('answer_refused', message, { facts: { status, ...(until === null ? {} : { until }) } });
  }
}

/** A reading that went through. */
export interface Reading {
  /** What is wrong nevertheless, or null. */
  readonly warning: Reason | null;
  /** Until the next one. */
  readonly pauseMs: number;
}

export interface PollLoop {
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  readonly tracker: StatusTracker;
  readonly backOff: BackOff;
  readonly notBefore: NotBefore;
  readonly signal: AbortSignal;
  /** Reads and delivers once. What `isPassing` lets pass makes the source degraded; anything else ends the loop. */
  readonly read: () => Promise<Reading>;
}

/**
 * Reads again and again until the signal. A failure pauses for the back-off, or for as long as the server asks if that is longer, which a
 * restart does not cut short; one of our own log for a minute.
 */
export async function runPollLoop(loop: PollLoop): Promise<void> {
  const { clock, random, tracker, signal } = loop;
  let begun = false;
  const read = async (): Promise<Reading> => {
    const wish = begun ? null : await loop.notBefore.read();
    begun = true;
    return wish === null ? loop.read() : { warning: wish.reason, pauseMs: wish.pauseMs };
  };
  while (!signal.aborted) {
    const pauseMs = await readOnce({ ...loop, read });
    await clock.sleep(pauseMs * (1 + JITTER * random()), signal);
  }
  tracker.become('stopped');
}

async function readOnce(loop: PollLoop): Promise<number> {
  const { clock, tracker, backOff, notBefore, signal } = loop;
  try {
    const { warning, pauseMs } = await loop.read();
    backOff.succeeded();
    if (warning === null) tracker.become('ok');
    else tracker.become('degraded', warning);
    return pauseMs;
  } catch (error) {
    if (error instanceof CancelledError && signal.aborted) return 0;
    if (!isPassing(error)) throw error;
    tracker.become('degraded', error);
    if (error instanceof LogFailure) return LOG_PAUSE_MS;
    await notBefore.keep(error);
    return Math.max(backOff.failed(), wishedPauseMs(error, clock.now()));
  }
}
