import { afterEach, expect, it } from 'vitest';
import { createMastodonSource } from '../../ingest/sources/live/mastodon.js';
import type { MastodonOptions } from '../../ingest/sources/live/mastodon-api.js';
import { runLive, stubClient } from '../support/live-run.js';
import { mastodonStatus, startMastodonStub, type MastodonStub } from '../support/stubs/mastodon.js';
import { turns, until } from '../support/turns.js';

let stub: MastodonStub;
afterEach(() => stub.stop());

const everything = { everything: true, cashtags: false, keywords: [], languages: [] };
/** An id as the servers make it: milliseconds above 16 bits. */
const idAt = (time: string, n = 0) => String((BigInt(Date.parse(time)) << 16n) + BigInt(n));

const start = (more: Partial<MastodonOptions> = {}, cursors = new Map<string, string>()) =>
  runLive(
    (parts) =>
      createMastodonSource({
        ...parts,
        url: stub.url,
        timeline: 'public',
        token: 'good',
        client: stubClient,
        filter: everything,
        ...more,
      }),
    cursors,
  );

it('makes add, replace and retract of a post, its edit and its deletion, and names nobody', async () => {
  stub = await startMastodonStub();
  const live = start();
  await until(() => stub.listeners() === 1);
  const id = idAt('2026-03-31T11:59:00Z');
  stub.send('update', mastodonStatus({ id, text: 'Aldermoor <b>up</b><br>3&nbsp;%' }));
  stub.send(
    'status.update',
    mastodonStatus({ id, text: 'Aldermoor down', editedAt: '2026-03-31T11:59:30.000Z' }),
  );
  stub.send('delete', id);
  await until(() => live.told().length === 3);
  expect(live.told()).toEqual(['add Aldermoor up\n3 %', 'replace Aldermoor down', 'retract']);
  const [first, second, third] = live.recorder.documents();
  expect(first).toMatchObject({
    language: 'en',
    url: null,
    extra: { reposts: 2, likes: 3, replies: 1, accountSince: '2019-05' },
  });
  expect(first?.author).toMatch(/^u_/);
  expect(second?.modifiedAt).toBe('2026-03-31T11:59:30.000Z');
  expect(new Set([first?.id, second?.id, third?.id]).size).toBe(1);
  expect(JSON.stringify([live.recorder.documents(), [...live.recorder.cursors]])).not.toMatch(/mira/i);
  expect(stub.requests[0]?.path).toBe('/api/v1/streaming/public');
  await live.stop();
});

it('leaves out boosts, followers-only posts, pictures and unknown events', async () => {
  stub = await startMastodonStub();
  const live = start();
  await until(() => stub.listeners() === 1);
  stub.send('update', mastodonStatus({ id: '1', text: 'private', more: { visibility: 'private' } }));
  stub.send('update', mastodonStatus({ id: '2', text: 'boost', more: { reblog: { id: '1' } } }));
  stub.send('update', mastodonStatus({ id: '3', text: '' }));
  stub.send('announcement', '{"id":"9"}');
  stub.send('update', 'not json');
  stub.send('delete', '');
  stub.send('update', mastodonStatus({ id: '4', text: 'kept', more: { spoiler_text: 'markets' } }));
  await until(() => live.told().length > 0);
  expect(live.told()).toEqual(['add kept']);
  expect(live.recorder.documents()[0]?.title).toBe('markets');
  await live.stop();
});

it('fills what came while there was no connection by pages, and takes nothing twice', async () => {
  stub = await startMastodonStub();
  const live = start();
  await until(() => stub.listeners() === 1);
  const post = (n: number) =>
    mastodonStatus({
      id: idAt('2026-03-31T11:50:00Z', n),
      text: `post ${n}`,
      at: '2026-03-31T11:50:00.000Z',
    });
  stub.timeline.push(post(1));
  stub.send('update', post(1));
  await until(() => live.told().length === 1);
  for (let n = 2; n <= 101; n += 1) stub.timeline.push(post(n));
  stub.drop();
  await until(() => live.source.status().state === 'degraded');
  live.clock.advance(5_000);
  await until(() => live.told().length === 101);
  stub.send('update', post(101));
  stub.send('update', post(102));
  await until(() => live.told().length === 102);
  expect(live.told()).toEqual(Array.from({ length: 102 }, (_, n) => `add post ${n + 1}`));
  const pages = stub.requests.filter(({ path }) => path === '/api/v1/timelines/public');
  expect(pages).toHaveLength(3);
  expect(pages[0]?.query.get('min_id')).toBe(idAt('2026-03-31T11:48:00Z', 1));
  await live.stop();
});

it('goes on after a kill where the log stands, and retracts only what was taken', async () => {
  stub = await startMastodonStub();
  const filter = { everything: false, cashtags: true, keywords: [], languages: [] };
  const before = start({ filter, hashtag: 'stocks', timeline: 'local' });
  await until(() => stub.listeners() === 1);
  expect(stub.requests[0]?.query.get('tag')).toBe('stocks');
  expect(stub.requests[0]?.path).toBe('/api/v1/streaming/hashtag/local');
  stub.send('update', mastodonStatus({ id: '10', text: '$ALDR' }));
  stub.send('update', mastodonStatus({ id: '11', text: 'breakfast' }));
  await until(() => before.told().length === 1);
  await before.stop();
  const after = start({ filter }, before.recorder.cursors);
  await until(() => stub.listeners() === 1);
  await turns();
  stub.send('delete', '11');
  stub.send('delete', '10');
  await until(() => after.told().length === 1);
  expect(after.recorder.documents()[0]?.nativeId).toBe('10');
  await after.stop();
});

it.each([
  ['bad', null, /status 401\. The access token is missing, wrong or withdrawn/],
  ['good', 403, /status 403\. The account may not read this timeline/],
  ['good', 404, /no streaming at this address; .*streamingUrl/],
  ['good', 429, /allows no further requests for now \(status 429\)/],
  ['good', 503, /status 503\. It is tried again\./],
])('with the token %s and status %s it is degraded with cause and fix', async (token, status, reason) => {
  stub = await startMastodonStub(() => status);
  const live = start({ token });
  await until(() => live.source.status().state === 'degraded');
  expect(live.source.status().reason).toMatch(reason);
  expect(live.source.status().reason).not.toContain(token === 'bad' ? 'Bearer' : 'good');
  await live.stop();
});

it('T4: a line of 100 MB ends the connection after 1 MB, and a stream that trickles counts as silent', async () => {
  stub = await startMastodonStub();
  const live = start();
  await until(() => stub.listeners() === 1);
  const before = process.memoryUsage().rss;
  const piece = 'x'.repeat(1_000_000);
  for (let n = 0; n < 100 && stub.listeners() === 1; n += 1) {
    stub.write(n === 0 ? `: ${piece}` : piece);
    await turns(5);
  }
  await until(() => live.source.status().state === 'degraded');
  expect(live.source.status().reason).toContain('longer than 1000000 characters');
  expect(process.memoryUsage().rss - before).toBeLessThan(80_000_000);
  live.clock.advance(5_000);
  await until(() => stub.listeners() === 1);
  await until(() => live.source.status().state === 'ok');
  for (let n = 0; n < 20 && live.source.status().state === 'ok'; n += 1) {
    stub.write('x');
    await turns(5);
    live.clock.advance(5_000);
  }
  await until(() => live.source.status().state === 'degraded');
  expect(live.source.status().reason).toContain('has sent nothing whole for 60 s');
  await live.stop();
});

it('a heartbeat keeps a quiet stream open', async () => {
  stub = await startMastodonStub();
  const live = start();
  await until(() => live.source.status().state === 'ok');
  for (let n = 0; n < 10; n += 1) {
    const heard = live.source.status().lastContactAt;
    live.clock.advance(30_000);
    stub.write(':thump\n');
    await until(() => live.source.status().lastContactAt !== heard);
  }
  expect(stub.listeners()).toBe(1);
  expect(live.source.status().state).toBe('ok');
  await live.stop();
});
