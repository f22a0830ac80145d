import type { Clock } from '../../pipeline/core/clock.js';
import { CancelledError, RejectedError, type Reason } from '../../pipeline/core/errors.js';
import type { StatusTracker } from '../source-status.js';
import { isPassing, type BackOff } from './back-off.js';
import { LogFailure } from './of-log.js';

/** Spreads the polls of many sources; part of the pause. */
const JITTER = 0.1;
/** After a failure of our own log. */
const LOG_PAUSE_MS = 60_000;

/** An answer that holds nothing to read, and for how long its server asks to be left alone, milliseconds. */
export class RefusedAnswer extends RejectedError {
  readonly pauseMs: number;

  constructor(message: string, { status, pauseMs }: { readonly status: number; readonly pauseMs: number }) {
    super('answer_refused', message, { facts: { status } });
    this.pauseMs = pauseMs;
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
  readonly clock: Pick<Clock, 'sleep'>;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  readonly tracker: StatusTracker;
  readonly backOff: BackOff;
  readonly signal: AbortSignal;
  /** Reads and delivers once. What `isPassing` lets pass makes the source degraded; anything else ends the loop. */
  readonly read: () => Promise<Reading>;
}

/** Reads again and again until the signal. A failure pauses for the back-off, or for as long as the server asks if that is longer; one of our own log for a minute. */
export async function runPollLoop(loop: PollLoop): Promise<void> {
  const { clock, random, tracker, signal } = loop;
  while (!signal.aborted) {
    const pauseMs = await readOnce(loop);
    await clock.sleep(pauseMs * (1 + JITTER * random()), signal);
  }
  tracker.become('stopped');
}

async function readOnce({ read, tracker, backOff, signal }: PollLoop): Promise<number> {
  try {
    const { warning, pauseMs } = await read();
    backOff.succeeded();
    if (warning === null) tracker.become('ok');
    else tracker.become('degraded', warning);
    return pauseMs;
  } catch (error) {
    if (error instanceof CancelledError && signal.aborted) return 0;
    if (!isPassing(error)) throw error;
    tracker.become('degraded', error);
    if (error instanceof LogFailure) return LOG_PAUSE_MS;
    return Math.max(backOff.failed(), error instanceof RefusedAnswer ? error.pauseMs : 0);
  }
}
