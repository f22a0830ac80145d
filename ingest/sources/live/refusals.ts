import type { Clock } from '../../../pipeline/core/clock.js';
import {
  HandshakeRefusedError,
  type GuardedSocket,
  type SocketConnector,
  type SocketRequest,
} from '../../fetch/guarded-socket.js';
import { retryAfterMs } from '../../fetch/retry-after.js';
import { StreamRefusedError } from './live-stream.js';

/** What a person has to do about a status; it follows the cause. */
export type Advice = Readonly<Partial<Record<number, string>>>;

export interface Answer {
  /** Who answered, in words. */
  readonly name: string;
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Milliseconds since the epoch, where the provider has headers of its own for the end of a limit. They come with every answer, and count only with 429. */
  readonly limitEndsAt?: number | null;
}

/** The reason that names cause and fix for a status that is no success. */
export function refusal(answer: Answer, advice: Advice, now: number): StreamRefusedError {
  const { name, status } = answer;
  const waitMs = retryAfterMs(answer.retryAfter, now);
  const limitEndsAt = status === 429 ? (answer.limitEndsAt ?? null) : null;
  const retryAt = limitEndsAt ?? (waitMs > 0 ? now + waitMs : null);
  const told = `${name} answers with status ${status}`;
  if (status === 429) {
    const until = retryAt === null ? 'for now' : `until ${new Date(retryAt).toISOString()}`;
    return new StreamRefusedError(
      'rate_limited',
      `${name} allows no further requests ${until} (status 429).`,
      { status, retryAt },
    );
  }
  const fix = advice[status] ?? (status >= 500 ? 'It is tried again.' : 'Check address and options.');
  return new StreamRefusedError('answer_refused', `${told}. ${fix}`, {
    status,
    retryAt: status >= 500 ? (retryAt ?? now) : retryAt,
  });
}

/** Opens a socket; a handshake that is answered with a status becomes a refusal. */
export async function openSocket(
  sockets: SocketConnector,
  request: SocketRequest,
  { signal, clock, advice }: { readonly signal: AbortSignal; readonly clock: Clock; readonly advice: Advice },
): Promise<GuardedSocket> {
  try {
    return await sockets.open(request, signal);
  } catch (error) {
    if (!(error instanceof HandshakeRefusedError)) throw error;
    const { status, retryAfter } = error;
    throw refusal({ name: new URL(request.url).host, status, retryAfter }, advice, clock.now());
  }
}
