import type { GuardedClient, GuardedRequest } from '../../ingest/fetch/guarded-client.js';

export interface FakeAnswers {
  /** What every stream brings at once, after which it stays open. */
  readonly stream?: string;
  /** The body of every other answer, or what makes it. */
  readonly page: string | ((request: GuardedRequest) => string);
}

/** An HTTP client without a network, whose answers are always good. */
export function fakeClient({ stream = '', page }: FakeAnswers): GuardedClient {
  const request = (asked: GuardedRequest) => {
    const body = Buffer.from(typeof page === 'string' ? page : page(asked));
    return Promise.resolve({ status: 200, url: asked.url, headers: {}, body });
  };
  return {
    request,
    get: (url, headers) => request({ method: 'GET', url, headers }),
    open: ({ url }, signal) =>
      Promise.resolve({ status: 200, url, headers: {}, body: bodyOf(stream, signal) }),
  };
}

async function* bodyOf(text: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from(text);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
