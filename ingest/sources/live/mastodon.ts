import type { Source } from '../../source.js';
import type { LiveConnection } from './live-stream.js';
import { MASTODON_ADVICE, streamRequest, type MastodonOptions } from './mastodon-api.js';
import { decodeMastodonCursor } from './mastodon-cursor.js';
import { MissedPages } from './mastodon-pages.js';
import { Timeline } from './mastodon-timeline.js';
import { connectionOf, openStream } from './open-stream.js';
import { createPostFilter } from './post-filter.js';
import { readEventStream } from './read-event-stream.js';
import { createLiveSource } from './run-live-stream.js';
import { takenOf } from './taken-memory.js';

/** Servers send a heartbeat every 15 s. */
const SILENCE_MS = 60_000;

/**
 * Reads a timeline of a Mastodon server as it comes. The stream cannot be resumed, so each connection first reads by pages what came since the newest
 * post that was stored (and 2 minutes before it), at most 4,000 posts, while the stream waits. Edits are `replace`, deletions of taken posts `retract`;
 * what is deleted while there is no connection is not known.
 */
export function createMastodonSource(options: MastodonOptions): Source {
  const name = new URL(options.url).host;
  const cursorName = `mastodon:${options.source.id}`;
  const wanted = createPostFilter(options.filter);
  return createLiveSource({
    ...options,
    silenceMs: SILENCE_MS,
    stream: {
      name,
      open: async (signal) => {
        const cursor = decodeMastodonCursor(await options.readCursor(cursorName));
        const taken = await takenOf(cursorName, options);
        const opened = await openStream(
          {
            client: options.client,
            request: streamRequest(options),
            name,
            advice: MASTODON_ADVICE,
            clock: options.clock,
          },
          signal,
        );
        const timeline = new Timeline({ wanted, cursorName, cursor, taken, clock: options.clock });
        const pages = cursor === null ? null : new MissedPages(options, { name, cursor, signal });
        return withMissed(
          pages,
          timeline,
          connectionOf(readEventStream(opened.body), opened.close, (events) => timeline.stepOf(events)),
        );
      },
    },
  });
}

/** First what was missed, page by page, then the connection. */
function withMissed(
  pages: MissedPages | null,
  timeline: Timeline,
  connection: LiveConnection,
): LiveConnection {
  return {
    close: () => {
      connection.close();
    },
    next: async () => {
      const page = await pages?.next();
      return page == null ? connection.next() : timeline.pageStep(page);
    },
  };
}
