/** One request to a push source. */
export interface PushRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** What the sender is told: a status with a body, and when to come again. */
export interface PushAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
}

/** Takes one request; rejects only with a bug. */
export type PushReceiver = (request: PushRequest) => Promise<PushAnswer>;

/** Where the HTTP route finds the push source of a name: sources come and go while the route stays. */
export interface PushRegistry {
  /** Makes a name known before its source runs: until then it counts as stopped. */
  announce(name: string): void;
  /** Sends requests for a name to `receiver`, until the answer is called. */
  open(name: string, receiver: PushReceiver): () => void;
  /** For a name that the configuration has no more. */
  forget(name: string): void;
  /** Null for a name that nobody knows. */
  find(name: string): PushReceiver | 'stopped' | null;
}

/** Memory: one entry a name that the configuration has. */
export function createPushRegistry(): PushRegistry {
  const receivers = new Map<string, PushReceiver | 'stopped'>();
  return {
    announce: (name) => {
      if (!receivers.has(name)) receivers.set(name, 'stopped');
    },
    open: (name, receiver) => {
      receivers.set(name, receiver);
      return () => {
        // Another run may have taken the name meanwhile.
        if (receivers.get(name) === receiver) receivers.set(name, 'stopped');
      };
    },
    forget: (name) => {
      receivers.delete(name);
    },
    find: (name) => receivers.get(name) ?? null,
  };
}
