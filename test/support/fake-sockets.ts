import type { GuardedSocket, SocketConnector, SocketRequest } from '../../ingest/fetch/guarded-socket.js';
import type { BellwetherError } from '../../pipeline/core/errors.js';

/** One connection: batches of messages, then an end: null in order, an error broken, or nothing at all. */
export interface FakeConnection {
  readonly batches: readonly (readonly string[])[];
  readonly end: BellwetherError | null | 'silence';
  /** Called before each batch. */
  readonly onBatch?: () => void;
}

/** Sockets that play a script without a network; the last connection is played again and again. */
export function fakeSockets(
  script: readonly (FakeConnection | BellwetherError)[],
): SocketConnector & { readonly requests: SocketRequest[] } {
  const requests: SocketRequest[] = [];
  return {
    requests,
    open: (request) => {
      const play = script[Math.min(requests.length, script.length - 1)];
      requests.push(request);
      if (play === undefined) throw new Error('No connection is scripted.');
      return play instanceof Error ? Promise.reject(play) : Promise.resolve(fakeSocket(play));
    },
  };
}

function fakeSocket({ batches, end, onBatch }: FakeConnection): GuardedSocket {
  let next = 0;
  let close: () => void = () => undefined;
  const closed = new Promise<null>((resolve) => {
    close = () => {
      resolve(null);
    };
  });
  return {
    close,
    next: () => {
      const batch = batches[next];
      next += 1;
      if (batch !== undefined) onBatch?.();
      if (batch !== undefined) return Promise.resolve(batch);
      if (end === 'silence') return closed;
      return end === null ? Promise.resolve(null) : Promise.reject(end);
    },
  };
}
