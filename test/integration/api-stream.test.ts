import { createConnection, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';

import { createServer } from '../../dashboards/api/server.js';
import { createLiveHub } from '../../dashboards/api/live-hub.js';
import { createFixture, makeDocument, NOW, toLive, type Fixture } from '../support/dashboards.js';

const servers: FastifyInstance[] = [];
const readers: StreamReader[] = [];

afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  for (const server of servers.splice(0)) await server.close();
});

async function listen(fixture: Fixture): Promise<number> {
  const server = createServer(fixture.deps);
  servers.push(server);
  await server.listen({ host: '127.0.0.1', port: 0 });
  return (server.server.address() as AddressInfo).port;
}

interface Received {
  readonly id: string | null;
  readonly type: string;
  readonly data: string;
}

/** Reads server-sent events and lets a test wait for a condition on what has come. */
class StreamReader {
  readonly events: Received[] = [];
  readonly ended: Promise<void>;
  readonly #abort = new AbortController();
  #wake: () => void = () => undefined;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.ended = this.#read(url, headers).catch(() => undefined);
    readers.push(this);
  }

  close(): void {
    this.#abort.abort();
  }

  async until(done: (events: readonly Received[]) => boolean): Promise<readonly Received[]> {
    while (!done(this.events)) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.events;
  }

  async #read(url: string, headers: Record<string, string>): Promise<void> {
    const response = await fetch(url, { headers, signal: this.#abort.signal });
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const blocks = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
      this.#wake();
    }
  }

  #take(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
    const type = field('event');
    if (type !== null) this.events.push({ id: field('id'), type, data: field('data') ?? '' });
  }
}

function publish(fixture: Fixture, key: string, title = key): void {
  const view = makeDocument({
    key,
    title,
    text: '',
    instrument: 'HBRV.XDEM',
    negative: 0.5,
    publishedAt: NOW,
  });
  fixture.live.publish({ type: 'documents', documents: [toLive(view)] });
}

const documentsIn = (events: readonly Received[]) => events.filter((event) => event.type === 'documents');
const has = (count: number) => (events: readonly Received[]) => documentsIn(events).length >= count;
const hello = (events: readonly Received[]) => events.some((event) => event.type === 'hello');
const last = (events: readonly Received[]) => events.at(-1)?.id ?? '';

describe('the live stream', () => {
  test('a reader gets hello with the status and then each event once, in order', async () => {
    const fixture = createFixture();
    const port = await listen(fixture);
    publish(fixture, 'before');
    const reader = new StreamReader(`http://127.0.0.1:${port}/api/v1/stream`);
    await reader.until(hello);
    for (const key of ['a', 'b', 'c']) publish(fixture, key);
    const events = documentsIn(await reader.until(has(3)));
    expect(events.map((event) => /"title":"(\w+)"/.exec(event.data)?.[1])).toEqual(['a', 'b', 'c']);
    const ids = events.map((event) => Number(event.id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(reader.events[0]).toMatchObject({ type: 'hello' });
    expect(reader.events[0]?.data).toContain('"world":"demo"');
  });

  test('a reader that was cut off gets what it missed: no gap, no double', async () => {
    const fixture = createFixture();
    const port = await listen(fixture);
    const url = `http://127.0.0.1:${port}/api/v1/stream`;
    const first = new StreamReader(url);
    await first.until(hello);
    publish(fixture, 'one');
    await first.until(has(1));
    servers[0]?.server.closeAllConnections();
    await first.ended;
    publish(fixture, 'two');
    publish(fixture, 'three');
    const second = new StreamReader(url, { 'last-event-id': last(first.events) });
    await second.until(has(2));
    publish(fixture, 'four');
    const titles = documentsIn(await second.until(has(3))).map(
      (event) => /"title":"(\w+)"/.exec(event.data)?.[1],
    );
    expect(titles).toEqual(['two', 'three', 'four']);
  });

  test('Last-Event-ID is newer than the since of the address', async () => {
    const fixture = createFixture();
    const port = await listen(fixture);
    const since = fixture.live.lastId();
    publish(fixture, 'one');
    publish(fixture, 'two');
    const url = `http://127.0.0.1:${port}/api/v1/stream?since=${since}`;
    expect(documentsIn(await new StreamReader(url).until(has(2)))).toHaveLength(2);
    const resumed = await new StreamReader(url, { 'last-event-id': String(since + 1) }).until(has(1));
    expect(documentsIn(resumed)).toHaveLength(1);
  });

  test('what the ring no longer holds, or another run numbered, is told as a gap', async () => {
    const fixture = createFixture({});
    const live = createLiveHub({ startedAt: NOW, maxEvents: 2 });
    const port = await listen({ ...fixture, deps: { ...fixture.deps, live } });
    const start = live.lastId();
    for (const key of ['a', 'b', 'c']) publish({ ...fixture, live }, key);
    const gap = (events: readonly Received[]) => events.some((event) => event.type === 'gap');
    const url = `http://127.0.0.1:${port}/api/v1/stream`;
    for (const since of [start, start - 5_000, start + 99]) {
      const events = await new StreamReader(`${url}?since=${since}`).until(gap);
      expect(documentsIn(events)).toEqual([]);
      expect(last(events)).toBe(String(live.lastId()));
    }
  });

  test('a reader without events still hears the status as a heartbeat', async () => {
    const fixture = createFixture({ heartbeatMs: 5 });
    const port = await listen(fixture);
    const reader = new StreamReader(`http://127.0.0.1:${port}/api/v1/stream`);
    const beats = (events: readonly Received[]) =>
      events.filter((event) => event.type === 'status').length >= 3;
    await reader.until(beats);
    expect(last(reader.events)).toBe('');
  });

  test('a reader that does not read is dropped once more than a megabyte waits for it', async () => {
    const fixture = createFixture();
    const port = await listen(fixture);
    const socket = createConnection({ host: '127.0.0.1', port });
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write('GET /api/v1/stream HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await firstBytes(socket);
    socket.pause();
    // More than any kernel buffer on the way takes, so that the rest must wait in the server.
    for (let round = 0; round < 200; round += 1) publish(fixture, `big ${round}`, 'x'.repeat(100_000));
    socket.resume();
    await closed;
    expect(socket.bytesRead).toBeLessThan(20_000_000);
  });

  test('closing the server ends its streams', async () => {
    const fixture = createFixture();
    const port = await listen(fixture);
    const reader = new StreamReader(`http://127.0.0.1:${port}/api/v1/stream`);
    await reader.until(hello);
    await servers.pop()?.close();
    await reader.ended;
  });
});

function firstBytes(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('data', () => resolve()));
}
