import { Observable } from 'rxjs';

import type { LogMessage, LogReader } from '../core/log.js';
import type { Credit } from './credit.js';

export interface PullOptions {
  readonly reader: LogReader;
  readonly credit: Credit;
  /** Most messages of one pull; bounds how long the event loop is held by what follows. */
  readonly maxPerPull: number;
  readonly signal: AbortSignal;
}

const WAIT_MS = 500;

/**
 * Emits the messages of a topic in order, as far as credit allows.
 *
 * Completes after the signal is aborted, so that operators behind it can flush; errors when the log does.
 * Whoever finishes a message gives its credit back.
 */
export function pullMessages(options: PullOptions): Observable<LogMessage> {
  return new Observable<LogMessage>((subscriber) => {
    const run = async () => {
      while (!options.signal.aborted && !subscriber.closed) {
        await options.credit.whenFree(options.signal);
        const free = options.credit.free();
        if (free.messages === 0) continue;
        const messages = await options.reader.pull({
          maxMessages: Math.min(free.messages, options.maxPerPull),
          maxBytes: free.bytes,
          waitMs: WAIT_MS,
        });
        for (const message of messages) {
          options.credit.take(message.value.byteLength);
          subscriber.next(message);
        }
        // A log in memory answers at once; sockets and timers must get their turn between two pulls.
        await new Promise((resolve) => setImmediate(resolve));
      }
      subscriber.complete();
    };
    run().catch((error: unknown) => {
      subscriber.error(error);
    });
  });
}
