import { describe } from 'vitest';
import { createJetstreamSource } from '../../ingest/sources/live/jetstream.js';
import { createMastodonSource } from '../../ingest/sources/live/mastodon.js';
import { createRedditSource } from '../../ingest/sources/live/reddit.js';
import { createStockTwitsSource } from '../../ingest/sources/live/stocktwits.js';
import { createWebSocketSource } from '../../ingest/sources/live/websocket.js';
import { createXSource } from '../../ingest/sources/live/x.js';
import { fakeClient } from '../support/fake-client.js';
import { fakeSockets } from '../support/fake-sockets.js';
import { jetstreamCommit } from '../support/stubs/jetstream.js';
import { mastodonStatus } from '../support/stubs/mastodon.js';
import { xLine } from '../support/stubs/x.js';
import { virtualClock } from '../support/virtual-clock.js';
import { sourceContract } from './source-suite.js';

/** What the sources of live streams share in these tests. */
const live = (readCursor: (name: string) => Promise<string | null>) => ({
  source: { id: 'live', kind: 'social' as const },
  clock: virtualClock('2026-03-31T12:00:00Z'),
  random: () => 0,
  readCursor,
  onRejected: () => undefined,
});

describe('Jetstream keeps the contract of sources', () => {
  const timeUs = Date.parse('2026-03-31T11:59:00Z') * 1_000;
  const batch = ['a', 'b'].map((rkey, n) => jetstreamCommit({ timeUs: timeUs + n, rkey }).message);
  sourceContract(({ readCursor }) =>
    Promise.resolve(
      createJetstreamSource({
        ...live(readCursor),
        url: 'wss://jetstream.example/subscribe',
        sockets: fakeSockets([{ batches: [batch], end: 'silence' }]),
        collections: ['app.bsky.feed.post'],
        filter: { everything: false, cashtags: true, keywords: [], languages: [] },
      }),
    ),
  );
});

describe('Mastodon keeps the contract of sources', () => {
  const post = (id: string) =>
    `event: update\ndata: ${JSON.stringify(mastodonStatus({ id, text: `Post ${id}` }))}\n\n`;
  sourceContract(({ readCursor }) =>
    Promise.resolve(
      createMastodonSource({
        ...live(readCursor),
        url: 'https://mastodon.example',
        timeline: 'public',
        token: 'good',
        client: fakeClient({ stream: `${post('1')}${post('2')}`, page: '[]' }),
        filter: { everything: true, cashtags: false, keywords: [], languages: [] },
      }),
    ),
  );
});

describe('Reddit keeps the contract of sources', () => {
  const child = (id: string) => ({
    kind: 't3',
    data: { name: `t3_${id}`, title: `Title ${id}`, selftext: '', created_utc: 1_774_950_000, edited: false },
  });
  const page = JSON.stringify({ access_token: 'tok', data: { children: [child('b'), child('a')] } });
  sourceContract(({ readCursor }) =>
    Promise.resolve(
      createRedditSource({
        ...live(readCursor),
        client: fakeClient({ page }),
        clientId: 'id',
        clientSecret: 'secret',
        tokenUrl: 'https://www.reddit.example',
        apiUrl: 'https://oauth.reddit.example',
        subreddits: ['stocks'],
        intervalMs: 60_000,
      }),
    ),
  );
});

describe('StockTwits keeps the contract of sources', () => {
  const message = (id: number) => ({ id, body: `Message ${id}`, created_at: '2026-03-31T11:00:00Z' });
  const page = JSON.stringify({ cursor: { more: false }, messages: [message(2), message(1)] });
  sourceContract(({ readCursor }) =>
    Promise.resolve(
      createStockTwitsSource({
        ...live(readCursor),
        url: 'https://api.stocktwits.example',
        client: fakeClient({ page }),
        symbols: ['ALDR'],
        requestsPerHour: 180,
      }),
    ),
  );
});

describe('X keeps the contract of sources', () => {
  const line = (id: string) => `${xLine({ id, text: `Post ${id}`, ruleIds: ['1'] })}\r\n`;
  sourceContract(({ readCursor }) =>
    Promise.resolve(
      createXSource({
        ...live(readCursor),
        url: 'https://api.x.example',
        client: fakeClient({
          stream: `\r\n${line('1')}${line('2')}`,
          page: JSON.stringify({ data: [{ id: '1', value: '$ALDR' }] }),
        }),
        token: 'good',
        rules: ['$ALDR'],
        backfillMinutes: 0,
      }),
    ),
  );
});

describe('a WebSocket with a mapping keeps the contract of sources', () => {
  const message = (id: string) =>
    JSON.stringify({ id, words: `Item ${id}`, at: '2026-03-31T11:00:00Z', seq: id });
  sourceContract(({ readCursor }) =>
    Promise.resolve(
      createWebSocketSource({
        ...live(readCursor),
        url: 'wss://wire.example/',
        sockets: fakeSockets([{ batches: [[message('1'), message('2')]], end: 'silence' }]),
        secretHeaders: {},
        messages: [],
        heartbeat: null,
        mapping: { nativeId: 'id', text: 'words', publishedAt: 'at' },
        resume: { path: 'seq', parameter: 'after' },
        silenceMs: 60_000,
        createBreaker: () => ({ record: () => false }),
      }),
    ),
  );
});
