import type { Clock } from '../../pipeline/core/clock.js';
import type { BellwetherError } from '../../pipeline/core/errors.js';
import { CancelledError, type Reason } from '../../pipeline/core/errors.js';
import { digest } from '../parse/identity.js';
import type { Deliver } from '../source.js';
import { isPassing } from './back-off.js';
import { ofLog } from './of-log.js';

/** What the other side asked for that is not over yet. */
export interface Wish {
  /** Milliseconds for which it wants no request from now on; at most a day. */
  readonly pauseMs: number;
  readonly reason: Reason;
}

/** Until when the other side of a source wants no request. It lies beside the source's cursor, so that a restart is no way around it. */
export interface NotBefore {
  /** What was asked for before this start and is not over. Throws LogFailure. */
  read(): Promise<Wish | null>;
  /** Remembers what an error says, if it names a time. What the log does not take now is only forgotten at the next start. */
  keep(error: BellwetherError): Promise<void>;
}

export interface NotBeforeOptions {
  readonly sourceId: string;
  /** Who is asked, such as the address: what another one wishes is not held to it. */
  readonly asked: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly readCursor: (name: string) => Promise<string | null>;
  readonly deliver: Deliver;
}

const LONGEST_MS = 86_400_000;

/** When it was said and until when it holds, milliseconds since the epoch, and the reason that the source told. */
interface Kept {
  readonly saidAt: number;
  readonly until: number;
  readonly code: string;
  readonly message: string;
  readonly status: number | null;
}

export function createNotBefore(options: NotBeforeOptions): NotBefore {
  const { sourceId, asked, clock, readCursor, deliver } = options;
  const name = `not-before:${sourceId}:${digest([asked]).slice(0, 8)}`;
  return {
    async read() {
      const kept = decode(await ofLog(readCursor(name)));
      return kept === null ? null : wishOf(kept, clock.now());
    },
    async keep(error) {
      const saidAt = clock.now();
      const pauseMs = wishedPauseMs(error, saidAt);
      if (pauseMs === 0) return;
      const { code, message, facts } = error;
      const until = saidAt + pauseMs;
      const kept: Kept = { saidAt, until, code, message, status: facts.status ?? null };
      try {
        await deliver({ documents: [], cursors: [{ name, value: JSON.stringify(kept) }] });
      } catch (failure) {
        // No document hangs on it; the source itself meets the log again soon enough.
        if (!(failure instanceof CancelledError) && !isPassing(failure)) throw failure;
      }
    },
  };
}

/** For how long the other side wants no request, as the error says; 0 when it names no time. At most a day. */
export function wishedPauseMs({ facts }: BellwetherError, now: number): number {
  return Math.min(LONGEST_MS, Math.max(0, (facts.until ?? now) - now));
}

/** Null when it is over. A clock that stands before the moment at which it was said was set back, and says nothing about the rest. */
function wishOf({ saidAt, until, code, message, status }: Kept, now: number): Wish | null {
  if (now < saidAt || now >= until) return null;
  const facts = { until, ...(status === null ? {} : { status }) };
  return { pauseMs: Math.min(LONGEST_MS, until - now), reason: { code, message, facts } };
}

/** Null for what is missing or damaged. */
function decode(value: string | null): Kept | null {
  if (value === null) return null;
  try {
    const { saidAt, until, code, message, status } = JSON.parse(value) as Partial<Record<string, unknown>>;
    if (typeof saidAt !== 'number' || typeof until !== 'number') return null;
    if (typeof code !== 'string' || typeof message !== 'string') return null;
    return { saidAt, until, code, message, status: typeof status === 'number' ? status : null };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}
