import { writeSync } from 'node:fs';
import { createGuardedClient } from '../../ingest/fetch/guarded-client.js';
import { createSocketConnector } from '../../ingest/fetch/guarded-socket.js';
import { createJetstreamSource } from '../../ingest/sources/live/jetstream.js';
import { createMastodonSource } from '../../ingest/sources/live/mastodon.js';
import type { Deliver } from '../../ingest/source.js';
import { systemClock, type Clock } from '../../pipeline/core/clock.js';
import { RAW_TOPIC } from '../../pipeline/core/log.js';
import { encodeRawDocument } from '../../pipeline/log/codec.js';
import { openLmdbLog } from '../../pipeline/log/lmdb-log.js';

const USER_AGENT = 'Bellwether test';
/** Waits between connections pass so many times as fast. */
const HASTE = 40;
const hasty: Clock = {
  ...systemClock,
  monotonic: () => systemClock.monotonic() * HASTE,
  sleep: (ms, signal) => systemClock.sleep(ms / HASTE, signal),
};

/** Runs a WebSocket and an SSE source into a real log until it is killed; writes `SOURCE END` for each delivery stored, and every reason with a gap. */
async function readUntilKilled([
  path = '',
  socketUrl = '',
  serverUrl = '',
]: readonly string[]): Promise<void> {
  const log = await openLmdbLog({ path, clock: systemClock });
  const parts = (id: string) => ({
    source: { id, kind: 'social' as const, name: id },
    clock: hasty,
    random: Math.random,
    readCursor: (name: string) => log.readCursor(name),
    onRejected: ({ message }: { readonly message: string }) => {
      throw new Error(message);
    },
  });
  const filter = { everything: false, cashtags: true, keywords: [], languages: [] };
  const sources = [
    createJetstreamSource({
      ...parts('bluesky'),
      url: socketUrl,
      sockets: createSocketConnector({ userAgent: USER_AGENT, allowPrivateHosts: true, clock: systemClock }),
      collections: ['app.bsky.feed.post'],
      filter,
    }),
    createMastodonSource({
      ...parts('mastodon'),
      url: serverUrl,
      timeline: 'public',
      token: 'good',
      client: createGuardedClient({ userAgent: USER_AGENT, allowPrivateHosts: true }),
      filter,
    }),
  ];
  writeSync(1, 'ready\n');
  await Promise.all(
    sources.map((source) => {
      const deliver: Deliver = async ({ documents, cursors }) => {
        const records = documents.map((document) => ({
          key: document.id,
          value: encodeRawDocument(document),
        }));
        await log.append(RAW_TOPIC, records, { cursors });
        const end = (await log.endPositions(RAW_TOPIC))[0]?.offset ?? 0;
        const { reason } = source.status();
        writeSync(
          1,
          `${source.id} ${end}\n${reason?.includes('missing') === true ? `gap: ${reason}\n` : ''}`,
        );
      };
      return source.run(deliver, new AbortController().signal);
    }),
  );
}

await readUntilKilled(process.argv.slice(2));
