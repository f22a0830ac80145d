import type { Clock } from '../../../pipeline/core/clock.js';
import type { GuardedClient, OpenStream, StreamRequest } from '../../fetch/guarded-client.js';
import type { LiveConnection, LiveStep } from './live-stream.js';
import { refusal, type Advice, type Answer } from './refusals.js';

export interface StreamOpening {
  readonly client: GuardedClient;
  readonly request: StreamRequest;
  /** Who answers, in words. */
  readonly name: string;
  readonly advice: Advice;
  readonly clock: Clock;
  /** Where the provider says in headers of its own when a limit ends, milliseconds since the epoch. */
  readonly limitEndsAt?: (answer: Pick<OpenStream, 'headers'>) => Answer['limitEndsAt'];
}

/** A stream over HTTP and how to end it. */
export interface OpenedStream {
  readonly body: AsyncIterable<Uint8Array>;
  readonly close: () => void;
}

/** Opens a stream over HTTP. Throws StreamRefusedError with cause and fix for a status that is no success, and what the client throws. */
export async function openStream(opening: StreamOpening, signal: AbortSignal): Promise<OpenedStream> {
  const { client, request, name, advice, clock, limitEndsAt } = opening;
  const ended = new AbortController();
  const answer = await client.open(request, AbortSignal.any([signal, ended.signal]));
  if (answer.status !== 200) {
    const { status, headers } = answer;
    const endsAt = limitEndsAt?.(answer) ?? null;
    throw refusal(
      { name, status, retryAfter: headers['retry-after'], limitEndsAt: endsAt },
      advice,
      clock.now(),
    );
  }
  return {
    body: answer.body,
    close: () => {
      ended.abort();
    },
  };
}

/** A connection whose steps are made of what a stream brings; an empty step for each sign of life. */
export function connectionOf<Message>(
  messages: AsyncGenerator<Message, void, undefined>,
  close: () => void,
  stepOf: (message: Message) => LiveStep | Promise<LiveStep>,
): LiveConnection {
  return {
    close,
    next: async () => {
      const result = await messages.next();
      return result.done === true ? null : stepOf(result.value);
    },
  };
}
