/** What may be pulled and not yet acknowledged; RxJS has no back-pressure, so the edge has credit. */
export interface CreditLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

export interface Credit {
  readonly messages: number;
  readonly bytes: number;
  /** How many messages may be pulled now; 0 when the credit is used up. */
  free(): { readonly messages: number; readonly bytes: number };
  take(bytes: number): void;
  give(messages: number, bytes: number): void;
  /** Resolves when there is something free, or when the signal is aborted. */
  whenFree(signal: AbortSignal): Promise<void>;
}

export function createCredit(limits: CreditLimits): Credit {
  let messages = 0;
  let bytes = 0;
  let wake: (() => void) | null = null;
  const hasRoom = () => messages < limits.maxMessages && bytes < limits.maxBytes;

  return {
    get messages() {
      return messages;
    },
    get bytes() {
      return bytes;
    },
    free: () =>
      hasRoom()
        ? { messages: limits.maxMessages - messages, bytes: limits.maxBytes - bytes }
        : { messages: 0, bytes: 0 },
    take(size) {
      messages += 1;
      bytes += size;
    },
    give(count, size) {
      messages -= count;
      bytes -= size;
      if (hasRoom()) wake?.();
    },
    whenFree: (signal) =>
      new Promise((resolve) => {
        const done = () => {
          wake = null;
          signal.removeEventListener('abort', done);
          resolve();
        };
        if (hasRoom() || signal.aborted) {
          resolve();
          return;
        }
        wake = done;
        signal.addEventListener('abort', done, { once: true });
      }),
  };
}
