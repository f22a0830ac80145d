import { afterEach, expect, it } from 'vitest';
import { createSocketConnector } from '../../ingest/fetch/guarded-socket.js';
import { createWebSocketSource, type WebSocketOptions } from '../../ingest/sources/live/websocket.js';
import { createBreaker } from '../../pipeline/operators/breaker.js';
import { runLive } from '../support/live-run.js';
import { startSocketStub, type SocketStub, type StubConnection } from '../support/stubs/socket.js';
import { until } from '../support/turns.js';

let stub: SocketStub;
afterEach(() => stub.stop());

const mapping = {
  items: 'data',
  when: { '$.type': ['news'] },
  nativeId: 'id',
  title: 'headline',
  text: 'body',
  publishedAt: { path: 'time', time: 'milliseconds' as const },
  tickers: 'symbols',
};
const news = (seq: number, ...ids: string[]) =>
  JSON.stringify({
    type: 'news',
    seq,
    data: ids.map((id) => ({
      id,
      headline: `Title ${id}`,
      body: `Body ${id}`,
      time: 1_774_954_800_000,
      symbols: ['ALDR'],
    })),
  });

const start = (more: Partial<WebSocketOptions> = {}, cursors = new Map<string, string>()) =>
  runLive(
    (parts) =>
      createWebSocketSource({
        ...parts,
        url: stub.url,
        sockets: createSocketConnector({
          userAgent: 'Bellwether test',
          allowPrivateHosts: true,
          clock: parts.clock,
        }),
        secretHeaders: { authorization: 'Bearer key' },
        messages: ['{"subscribe":"news"}'],
        heartbeat: null,
        mapping,
        resume: { path: 'seq', parameter: 'after', message: '{"from":"{cursor}"}' },
        silenceMs: 60_000,
        createBreaker,
        ...more,
      }),
    cursors,
  );

async function startStub(refuse: () => number | null = () => null): Promise<StubConnection[]> {
  const connections: StubConnection[] = [];
  stub = await startSocketStub({ onConnection: (connection) => connections.push(connection), refuse });
  return connections;
}

it('subscribes, maps each item, and goes on at the stored place after a kill', async () => {
  const connections = await startStub();
  const before = start();
  await until(() => connections.length === 1);
  connections[0]?.send('{"type":"welcome"}');
  connections[0]?.send(news(7, 'a', 'b'));
  await until(() => before.told().length === 2);
  await connections[0]?.read();
  expect(connections[0]?.request.headers.authorization).toBe('Bearer key');
  expect(connections[0]?.received).toEqual(['{"subscribe":"news"}']);
  expect(before.recorder.documents()[0]).toMatchObject({
    nativeId: 'a',
    title: 'Title a',
    tickers: ['ALDR'],
    publishedAt: '2026-03-31T11:00:00.000Z',
  });
  await before.stop();

  const after = start({}, before.recorder.cursors);
  await until(() => connections.length === 2);
  expect(connections[1]?.query.get('after')).toBe('7');
  await connections[1]?.read();
  expect(connections[1]?.received).toEqual(['{"subscribe":"news"}', '{"from":"7"}']);
  connections[1]?.send(news(8, 'c'));
  await until(() => after.told().length === 1);
  expect(after.source.status().rejected).toBe(0);
  await after.stop();
});

it('tells what is no document and takes the rest', async () => {
  const connections = await startStub();
  const live = start();
  await until(() => connections.length === 1);
  const bad = JSON.stringify({ type: 'news', data: [{ id: 'x', headline: 'No time' }, null] });
  for (const message of ['not json', bad, news(1, 'a')]) connections[0]?.send(message);
  await until(() => live.told().length === 1);
  expect(live.rejected).toHaveLength(3);
  expect(live.rejected[0]).toContain('not JSON');
  expect(live.rejected[1]).toContain('"publishedAt" is missing');
  await live.stop();
});

it('ends with cause and fix when too many messages are no documents', async () => {
  const connections = await startStub();
  const live = start();
  await until(() => connections.length === 1);
  for (let n = 0; n < 60; n += 1) connections[0]?.send('not json');
  await until(() => live.source.status().state === 'degraded');
  expect(live.source.status().reason).toContain('5 % of the last 1,000 messages');
  await expect(live.stop()).rejects.toMatchObject({ code: 'source_flooded' });
});

it('without a way to resume tells from when to when something is missing', async () => {
  const connections = await startStub();
  const cursors = new Map([
    ['websocket:live', JSON.stringify({ value: null, at: Date.parse('2026-03-31T11:00:00Z') })],
  ]);
  const live = start({ resume: null }, cursors);
  await until(() => connections.length === 1);
  connections[0]?.send('{"type":"welcome"}');
  await until(() => live.source.status().state === 'degraded');
  expect(live.source.status().reason).toContain(
    'sent from 2026-03-31T11:00:00.000Z to 2026-03-31T12:00:00.000Z is missing',
  );
  await live.stop();
});

it('sends a heartbeat message as often as the service wants it', async () => {
  const connections = await startStub();
  const live = start({ heartbeat: { message: '{"op":"ping"}', everyMs: 10_000 } });
  await until(() => connections.length === 1 && live.source.status().state === 'ok');
  live.clock.advance(10_000);
  await until(() => connections[0]?.received.length === 2);
  live.clock.advance(10_000);
  await until(() => connections[0]?.received.length === 3);
  expect(connections[0]?.received.slice(1)).toEqual(['{"op":"ping"}', '{"op":"ping"}']);
  await live.stop();
});

it.each([
  [401, /status 401\. The service does not know who asks/],
  [403, /status 403\. The service does not allow this/],
  [503, /status 503\. It is tried again/],
])('with status %s for the handshake it is degraded with cause and fix', async (status, reason) => {
  await startStub(() => status);
  const live = start();
  await until(() => live.source.status().state === 'degraded');
  expect(live.source.status().reason).toMatch(reason);
  await live.stop();
});
