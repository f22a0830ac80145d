import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createParseThread, type ParseThread } from '../../ingest/parse-thread/parse-thread.js';
import { createGuardedClient } from '../../ingest/fetch/guarded-client.js';
import { createRssSource } from '../../ingest/sources/rss.js';
import type { Source } from '../../ingest/source.js';
import { recordDeliveries, type DeliveryRecorder } from '../support/ingest.js';
import { hostileFiles } from '../support/feeds/hostile-files.js';

const START = Date.parse('2026-03-31T12:00:00Z');
const EVERY_MS = 300_000;

let server: Server | undefined;
let thread: ParseThread | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  await thread?.close();
});

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

async function serve(answers: Readonly<Record<string, Answer>>): Promise<string> {
  const started = createServer((request, response) => {
    answers[(request.url ?? '/').slice(1)]?.(response, request);
  });
  server = started;
  await new Promise<void>((ready) => started.listen(0, '127.0.0.1', ready));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

/** Time that passes only when all of a number of sleepers sleep: then the first of them wakes. */
function sharedClock(sleepers: number, endsAt: number) {
  let now = START;
  let waiting: { readonly until: number; readonly wake: () => void }[] = [];
  const end = new AbortController();
  setMaxListeners(0, end.signal);
  const step = () => {
    if (waiting.length < sleepers) return;
    const next = waiting.reduce((first, one) => (one.until < first.until ? one : first));
    now = Math.max(now, next.until);
    if (now < endsAt) {
      waiting = waiting.filter((one) => one !== next);
      next.wake();
      return;
    }
    end.abort();
    for (const { wake } of waiting.splice(0)) wake();
  };
  return {
    signal: end.signal,
    clock: {
      now: () => now,
      monotonic: () => now,
      sleep: (ms: number) =>
        new Promise<void>((wake) => {
          waiting.push({ until: now + ms, wake });
          step();
        }),
    },
  };
}

interface Watched {
  readonly recorder: DeliveryRecorder;
  /** What each source said of itself at its last poll. */
  readonly last: ReadonlyMap<string, string>;
  /** When each source was asked, milliseconds. */
  readonly polls: ReadonlyMap<string, readonly number[]>;
}

/** Runs a source for each answer over the thread that reads feeds and real HTTP, for so long on a clock of their own. */
async function watch(answers: Readonly<Record<string, Answer>>, hours: number): Promise<Watched> {
  const base = await serve(answers);
  const reader = createParseThread({
    entry: resolve('dist/ingest/parse-thread/parse-thread-main.js'),
    deadlineMs: 2_000,
  });
  thread = reader;
  const names = Object.keys(answers);
  const { clock, signal } = sharedClock(names.length, START + hours * 3_600_000);
  const client = createGuardedClient({
    userAgent: 'Bellwether test',
    allowPrivateHosts: true,
    totalTimeoutMs: 700,
  });
  const recorder = recordDeliveries();
  const last = new Map<string, string>();
  const polls = new Map<string, number[]>(names.map((name) => [name, []]));
  const sourceOf = (name: string): Source => {
    const source: Source = createRssSource({
      source: { id: name },
      url: `${base}/${name}`,
      intervalMs: EVERY_MS,
      client: {
        get: (url, headers, stop) => {
          polls.get(name)?.push(clock.now());
          return client.get(url, headers, stop);
        },
      },
      readFeed: (request) => reader.readFeed(request),
      readCursor: recorder.readCursor,
      clock: {
        ...clock,
        sleep: (ms) => {
          last.set(name, `${source.status().state} ${source.status().reason ?? ''}`.trim());
          return clock.sleep(ms);
        },
      },
      random: () => 0.5,
      onRejected: () => undefined,
      onMoved: () => undefined,
    });
    return source;
  };
  await Promise.all(names.map((name) => sourceOf(name).run(recorder.deliver, signal)));
  return { recorder, last, polls };
}

const item = (id: string, title: string) =>
  `<item><guid isPermaLink="false">${id}</guid><title>${title}</title><link>https://wire.example/${title}</link><pubDate>Tue, 31 Mar 2026 10:00:00 GMT</pubDate></item>`;
const feed = (...items: readonly string[]) =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>${items.join('')}</channel></rss>`;
const three = (mark: string) =>
  feed(...['one', 'two', 'three'].map((title) => item(`${mark}${title}`, title)));

describe('feeds that break', () => {
  it(
    'are each degraded for a reason of their own, while the others are asked as ever',
    { timeout: 60_000 },
    async () => {
      let readings = 0;
      const bomb = gzipSync(Buffer.alloc(20_000_000, ' '));
      const { last, polls, recorder } = await watch(
        {
          good: (response) => response.end(three('')),
          etag: (response, { headers }) => {
            if (headers['if-none-match'] === '"1"') response.writeHead(304).end();
            else response.setHeader('etag', '"1"').end(three('e'));
          },
          error: (response) => response.writeHead(500).end(),
          page: (response) => response.end('<!doctype html><html><body>Sign in</body></html>'),
          empty: (response) => response.end(),
          unchanged: (response) => response.writeHead(304).end(),
          cut: (response) => response.end(three('c').slice(0, -60)),
          charset: (response) => {
            response.setHeader('content-type', 'application/rss+xml; charset=utf-16');
            response.end(feed(item('w', '盈利预警')));
          },
          bomb: (response) => response.setHeader('content-encoding', 'gzip').end(bomb),
          endless: (response) => {
            const more = () => {
              while (!response.destroyed && response.write('<item>'.repeat(10_000)));
            };
            response.on('drain', more);
            more();
          },
          slow: (response) => void response.write('<rss>'),
          guids: (response) => response.end(three(`${(readings += 1)}-`)),
          held: (response) => response.writeHead(429, { 'retry-after': '3600' }).end(),
          reset: (response) => void response.destroy(),
        },
        3,
      );
      const reasonOf = (name: string) =>
        (last.get(name) ?? '')
          .replace(/http:\S*:\d+/, 'AT')
          .replace(/\d{4}-\S+Z/, 'TIME')
          .replace(/\d+ bytes came/, 'SOME bytes came');
      expect(Object.fromEntries([...last.keys()].map((name) => [name, reasonOf(name)]))).toEqual({
        good: 'ok',
        etag: 'ok',
        charset: 'ok',
        error:
          'degraded AT/error answers with status 500. The fault is at the server; it is asked again by itself.',
        page: 'degraded This is an HTML page, not a feed. Find the address of the feed in the page.',
        empty: 'degraded There is nothing in it.',
        unchanged: 'degraded AT/unchanged says "not modified" (status 304) although it was asked for all.',
        cut: 'degraded AT/cut is cut off; its whole items were taken.',
        bomb: 'degraded The answer unpacks to more than 100 times its size.',
        endless: 'degraded The answer is larger than 5000000 bytes unpacked.',
        slow: 'degraded AT/slow is slow: it answered with status 200, and within 0.7 s only SOME bytes came, not the end. It is asked again; ask the publisher if it stays so.',
        guids:
          'degraded The ids of AT/guids change with each reading; its items are told apart by link and title.',
        held: 'degraded AT/held answers with status 429. It was asked too often: raise everySeconds where this comes again. It asked for no request before TIME.',
        reset:
          'degraded AT/reset cannot be fetched (socket hang up). The other side broke the connection off; it is asked again by itself.',
      });
      for (const name of ['good', 'etag', 'charset', 'cut', 'guids']) {
        const times = polls.get(name) ?? [];
        expect(times.length).toBeGreaterThanOrEqual(34);
        const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
        expect(gaps.filter((gap) => Math.abs(gap - EVERY_MS) > EVERY_MS / 10)).toEqual([]);
      }
      expect(polls.get('held')).toHaveLength(3);
      const titles = (name: string) =>
        recorder
          .documents()
          .filter(({ source }) => source.id === name)
          .map(({ title }) => title);
      expect(titles('guids')).toEqual(['three', 'two', 'one']);
      expect([titles('cut').sort(), titles('charset')]).toEqual([['one', 'two'], ['盈利预警']]);
    },
  );

  it(
    'T1: hostile feeds of every kind harm neither the process nor the feed beside them',
    { timeout: 240_000 },
    async () => {
      const files = hostileFiles();
      const began = process.memoryUsage().rss;
      const hostname = readFileSync('/etc/hostname', 'utf8').trim();
      const answers = Object.fromEntries(
        files.map(({ name, bytes }): [string, Answer] => [name, (response) => response.end(bytes)]),
      );
      const { last, polls, recorder } = await watch(
        { ...answers, good: (response) => response.end(three('')) },
        0.2,
      );
      expect(last.get('good')).toBe('ok');
      expect(polls.get('good')?.length).toBeGreaterThanOrEqual(2);
      for (const { name } of files) expect(last.get(name)).toMatch(/^(ok|degraded .+)$/);
      const words = JSON.stringify(recorder.documents());
      expect(words.includes('root:x:') || (hostname.length > 3 && words.includes(hostname))).toBe(false);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      expect((process.memoryUsage().rss - began) / 1e6).toBeLessThan(300);
    },
  );
});
