import { afterEach, describe, expect, it } from 'vitest';
import { createRedditSource, type RedditOptions } from '../../ingest/sources/live/reddit.js';
import { createStockTwitsSource, type StockTwitsOptions } from '../../ingest/sources/live/stocktwits.js';
import { runLive, stubClient } from '../support/live-run.js';
import { redditId, startRedditStub, type RedditStub } from '../support/stubs/reddit.js';
import { startStockTwitsStub, type StockTwitsStub } from '../support/stubs/stocktwits.js';
import { turns, until } from '../support/turns.js';

let stop: (() => Promise<void>) | undefined;
afterEach(async () => stop?.());

describe('Reddit', () => {
  const start = (stub: RedditStub, more: Partial<RedditOptions> = {}, cursors = new Map<string, string>()) =>
    runLive(
      (parts) =>
        createRedditSource({
          ...parts,
          client: stubClient,
          clientId: 'id',
          clientSecret: 'secret',
          tokenUrl: stub.url,
          apiUrl: stub.url,
          subreddits: ['stocks', 'investing'],
          intervalMs: 60_000,
          ...more,
        }),
      cursors,
    );
  const posts = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => ({ n: from + i }));
  const poll = async (live: ReturnType<typeof start>, stub: RedditStub) => {
    const before = stub.requests.length;
    await until(() => live.clock.sleepers() === 2);
    live.clock.advance(60_000);
    await until(() => stub.requests.length > before && live.clock.sleepers() === 2);
  };

  it('takes each post once, oldest first, with counts and without names', async () => {
    const stub = await startRedditStub();
    stop = () => stub.stop();
    stub.posts = posts(1, 3);
    const live = start(stub);
    await until(() => live.told().length === 3);
    stub.posts.push({ n: 4 });
    await poll(live, stub);
    expect(live.told()).toEqual([1, 2, 3, 4].map((n) => `add Text ${n}`));
    const [first] = live.recorder.documents();
    expect(first).toMatchObject({
      nativeId: redditId(1),
      title: 'Title 1',
      publishedAt: '2026-03-31T11:00:01.000Z',
      extra: { likes: 5, comments: 2, subreddit: 'stocks' },
    });
    expect(first?.author).toMatch(/^u_/);
    expect(JSON.stringify([live.recorder.documents(), [...live.recorder.cursors]])).not.toMatch(
      /mira|inv3nted/,
    );
    expect(stub.requests.filter(({ path }) => path === '/api/v1/access_token')).toHaveLength(1);
    expect(stub.requests[1]?.path).toBe('/r/stocks+investing/new');
    await live.stop();
  });

  it('pages back to what it knows, also after a kill', async () => {
    const stub = await startRedditStub();
    stop = () => stub.stop();
    stub.posts = posts(1, 10);
    const before = start(stub);
    await until(() => before.told().length === 10);
    await before.stop();
    stub.posts = posts(1, 350);
    const after = start(stub, {}, before.recorder.cursors);
    await until(() => after.told().length === 340);
    expect(after.told()).toEqual(posts(11, 350).map(({ n }) => `add Text ${n}`));
    expect(after.source.status().state).toBe('ok');
    await after.stop();
  });

  it('goes on after a page that is short because posts were taken out of it', async () => {
    const stub = await startRedditStub();
    stop = () => stub.stop();
    stub.posts = posts(1, 10);
    const live = start(stub);
    await until(() => live.told().length === 10);
    // The last of the first page among them, so that the page has to be asked for with what Reddit says.
    stub.posts = posts(1, 350).map((post) => ({ ...post, leftOut: post.n === 251 || post.n === 340 }));
    await poll(live, stub);
    await until(() => live.told().length === 348);
    expect(live.source.status().state).toBe('ok');
    await live.stop();
  });

  it('says that posts are missing when more came than Reddit lists', async () => {
    const stub = await startRedditStub();
    stop = () => stub.stop();
    stub.posts = posts(1, 10);
    const live = start(stub);
    await until(() => live.told().length === 10);
    stub.posts = posts(1, 1_500);
    await poll(live, stub);
    expect(live.told()).toHaveLength(1_010);
    expect(live.source.status().reason).toContain('More than 1000 posts came in stocks, investing');
    await live.stop();
  });

  it('makes replace of an edit and retract of what has vanished from among the newest', async () => {
    const stub = await startRedditStub();
    stop = () => stub.stop();
    stub.posts = posts(1, 4);
    const live = start(stub);
    await until(() => live.told().length === 4);
    stub.posts = [{ n: 1 }, { n: 2, text: 'Corrected', edited: 100 }, { n: 3, removed: true }, { n: 4 }];
    await poll(live, stub);
    expect(live.told().slice(4)).toEqual(['replace Corrected', 'retract']);
    await poll(live, stub);
    expect(live.told()).toHaveLength(6);
    await live.stop();
  });

  it.each([
    [401, { clientSecret: 'wrong' }, /status 401\. Id or secret of the application are wrong/],
    [403, {}, /status 403\. A subreddit is private or quarantined/],
    [404, {}, /status 404\. A subreddit does not exist/],
    [429, {}, /allows no further requests until 2026-03-31T12:05:00\.000Z/],
  ])('with status %s it is degraded with cause and fix', async (status, more, reason) => {
    const stub = await startRedditStub();
    stop = () => stub.stop();
    stub.refuse = status;
    const live = start(stub, more);
    await until(() => live.source.status().state === 'degraded');
    expect(live.source.status().reason).toMatch(reason);
    expect(live.source.status().reason).not.toMatch(/secret"|wrong"|tok/);
    await live.stop();
  });

  it('spaces its readings so that the limit lasts', async () => {
    const stub = await startRedditStub();
    stop = () => stub.stop();
    stub.posts = posts(1, 2);
    stub.limit = { remaining: 3, reset: 500 };
    const live = start(stub);
    await until(() => live.told().length === 2);
    const asked = stub.requests.length;
    live.clock.advance(499_000);
    await turns();
    expect(stub.requests).toHaveLength(asked);
    live.clock.advance(1_000);
    await until(() => stub.requests.length > asked);
    await live.stop();
  });
});

describe('StockTwits', () => {
  const start = (
    stub: StockTwitsStub,
    more: Partial<StockTwitsOptions> = {},
    cursors = new Map<string, string>(),
  ) =>
    runLive(
      (parts) =>
        createStockTwitsSource({
          ...parts,
          url: stub.url,
          client: stubClient,
          symbols: ['ALDR', 'ZEBX'],
          requestsPerHour: 180,
          token: 'good',
          ...more,
        }),
      cursors,
    );
  const poll = async (live: ReturnType<typeof start>, stub: StockTwitsStub) => {
    const before = stub.requests.length;
    await until(() => live.clock.sleepers() === 2);
    live.clock.advance(20_000);
    await until(() => stub.requests.length > before && live.clock.sleepers() === 2);
  };

  it('reads its symbols in turn, takes what stands in several streams once, and names nobody', async () => {
    const stub = await startStockTwitsStub();
    stop = () => stub.stop();
    stub.messages = [
      { id: 1, symbols: ['ALDR'] },
      { id: 2, symbols: ['ALDR', 'ZEBX'], sentiment: 'Bearish' },
      { id: 3, symbols: ['ZEBX'] },
    ];
    const live = start(stub);
    await until(() => live.told().length === 2);
    await poll(live, stub);
    expect(live.told()).toEqual(['add Message 1 $ALDR', 'add Message 2 $ALDR $ZEBX', 'add Message 3 $ZEBX']);
    expect(live.recorder.documents()[1]).toMatchObject({
      nativeId: '2',
      url: 'https://stocktwits.com/message/2',
      tickers: ['ALDR', 'ZEBX'],
      extra: { statedSentiment: 'Bearish', likes: 4, accountSince: '2018-09' },
    });
    expect(JSON.stringify(live.recorder.documents())).not.toMatch(/mira/i);
    expect(stub.requests.map(({ path }) => path)).toEqual([
      '/api/2/streams/symbol/ALDR.json',
      '/api/2/streams/symbol/ZEBX.json',
    ]);
    await live.stop();
  });

  it('goes on after a kill where the log stands, page by page, and says what it could not read', async () => {
    const stub = await startStockTwitsStub();
    stop = () => stub.stop();
    const message = (id: number) => ({ id, symbols: ['ALDR'] });
    stub.messages = [message(1)];
    const before = start(stub, { symbols: ['ALDR'] });
    await until(() => before.told().length === 1);
    await before.stop();
    stub.messages = Array.from({ length: 100 }, (_, n) => message(n + 1));
    const after = start(stub, { symbols: ['ALDR'] }, before.recorder.cursors);
    await until(() => after.told().length === 99);
    expect(after.source.status().state).toBe('ok');
    stub.messages = Array.from({ length: 500 }, (_, n) => message(n + 1));
    const asked = stub.requests.length;
    after.clock.advance(80_000);
    await until(() => stub.requests.length === asked + 10 && after.clock.sleepers() === 2);
    expect(after.told()).toHaveLength(399);
    expect(after.source.status().reason).toContain('More messages on ALDR came than are read at a time');
    await after.stop();
  });

  it('names a symbol that is not known and goes on with the others, until it is known', async () => {
    const stub = await startStockTwitsStub();
    stop = () => stub.stop();
    stub.messages = [
      { id: 1, symbols: ['ALDR'] },
      { id: 2, symbols: ['ZEBX'] },
    ];
    stub.unknown = ['ALDR'];
    const live = start(stub);
    await until(() => live.source.status().state === 'degraded');
    expect(live.source.status().reason).toBe(
      'StockTwits does not know ALDR (status 404): correct "symbols".',
    );
    await poll(live, stub);
    expect(live.told()).toEqual(['add Message 2 $ZEBX']);
    expect(live.source.status().reason).toContain('does not know ALDR');
    stub.unknown = [];
    await poll(live, stub);
    expect(live.told()).toEqual(['add Message 2 $ZEBX', 'add Message 1 $ALDR']);
    expect(live.source.status().state).toBe('ok');
    await live.stop();
  });

  it('gives the next symbol its turn after a reading that failed', async () => {
    const stub = await startStockTwitsStub();
    stop = () => stub.stop();
    stub.messages = [{ id: 2, symbols: ['ZEBX'] }];
    stub.refuse = 500;
    const live = start(stub);
    await until(() => live.source.status().state === 'degraded' && live.clock.sleepers() === 1);
    stub.refuse = null;
    live.clock.advance(2_000);
    await until(() => live.told().length === 1);
    expect(stub.requests.at(-1)?.path).toBe('/api/2/streams/symbol/ZEBX.json');
    await live.stop();
  });

  it.each([
    [401, /The access token is wrong or withdrawn/],
    [403, /access for programs has to be granted/],
    [429, /allows no further requests until 2026-03-31T13:00:00\.000Z/],
  ])('with status %s it is degraded with cause and fix', async (status, reason) => {
    const stub = await startStockTwitsStub();
    stop = () => stub.stop();
    stub.refuse = status;
    const live = start(stub);
    await until(() => live.source.status().state === 'degraded');
    expect(live.source.status().reason).toMatch(reason);
    await live.stop();
  });
});
