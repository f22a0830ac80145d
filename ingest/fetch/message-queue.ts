import type { BellwetherError } from '../../pipeline/core/errors.js';

export const QUEUE_LIMITS = { messages: 500, characters: 4_000_000 } as const;

export interface QueueFlow {
  /** Called when the queue is full: whoever fills it has to stop reading. */
  readonly pause: () => void;
  /** Called when it was emptied after that. */
  readonly resume: () => void;
}

/** Messages between a connection that pushes and a source that takes; bounded by stopping the sender. */
export interface MessageQueue {
  push(message: string): void;
  /** A sign of life without a message. */
  beat(): void;
  /** Nothing follows; messages that are waiting are still given. With an error `take` rejects after them. */
  end(error: BellwetherError | null): void;
  /** All that waits, or [] after a sign of life; null after the end. */
  take(): Promise<readonly string[] | null>;
}

/** At most 500 messages or 4 million characters wait, and what one read of the socket brings beyond that. */
export function createMessageQueue(flow: QueueFlow): MessageQueue {
  let waiting: string[] = [];
  let characters = 0;
  let paused = false;
  let beaten = false;
  let ended: { readonly error: BellwetherError | null } | null = null;
  let wake: () => void = () => undefined;

  const takeAll = (): readonly string[] => {
    const taken = waiting;
    waiting = [];
    characters = 0;
    beaten = false;
    if (paused) {
      paused = false;
      flow.resume();
    }
    return taken;
  };
  return {
    push: (message) => {
      waiting.push(message);
      characters += message.length;
      if (!paused && (waiting.length >= QUEUE_LIMITS.messages || characters >= QUEUE_LIMITS.characters)) {
        paused = true;
        flow.pause();
      }
      wake();
    },
    beat: () => {
      beaten = true;
      wake();
    },
    end: (error) => {
      ended ??= { error };
      wake();
    },
    take: async () => {
      if (waiting.length === 0 && !beaten && ended === null) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (waiting.length > 0 || (beaten && ended === null)) return takeAll();
      if (ended?.error != null) throw ended.error;
      return ended === null ? [] : null;
    },
  };
}
