import { createParser } from 'eventsource-parser';
import { RejectedError } from '../../../pipeline/core/errors.js';
import { readStreamLines } from './read-stream-lines.js';

/** A server-sent event. */
export interface StreamEvent {
  /** `message` unless the server says otherwise. */
  readonly type: string;
  readonly data: string;
}

const MAX_EVENT_CHARS = 1_000_000;

/**
 * The events of a `text/event-stream`, as many at a time as came together; [] for a comment, which is how servers show that they live.
 * Throws RejectedError `message_too_large` for a line or an event over 1 million characters.
 */
export async function* readEventStream(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly StreamEvent[], void, undefined> {
  let events: StreamEvent[] = [];
  const heard = { comment: false, tooLarge: false };
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent: ({ event, data }) => {
      events.push({ type: event ?? 'message', data });
    },
    onComment: () => {
      heard.comment = true;
    },
    onError: ({ type }) => {
      heard.tooLarge ||= type === 'max-buffer-size-exceeded';
    },
  });
  for await (const lines of readStreamLines(body)) {
    parser.feed(lines.map((line) => `${line}\n`).join(''));
    if (heard.tooLarge) {
      throw new RejectedError(
        'message_too_large',
        `An event of the stream is longer than ${MAX_EVENT_CHARS} characters; the connection was closed.`,
      );
    }
    if (events.length > 0 || heard.comment) yield events;
    events = [];
    heard.comment = false;
  }
}
