import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { createGuardedClient } from '../../ingest/fetch/guarded-client.js';
import { createRssSource } from '../../ingest/sources/rss.js';
import type { Source } from '../../ingest/source.js';
import { fakeClock, readFeedHere, recordDeliveries } from '../support/ingest.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const good = `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Good</title>
<item><guid isPermaLink="false">1</guid><title>公司发布盈利预警</title><link>/1</link><pubDate>Sun, 01 Mar 2026 18:00:00 +0800</pubDate></item></channel></rss>`;
const attack = `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss><channel><item><title>&x;</title></item></channel></rss>`;

it('a bad feed is degraded with a reason while the good one beside it delivers over HTTP', async () => {
  const started = createServer((request, response) => {
    if (request.url === '/good' && request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
    else if (request.url === '/good') {
      response.writeHead(200, { 'content-type': 'text/xml', 'content-encoding': 'gzip', etag: '"1"' });
      response.end(gzipSync(good));
    } else response.writeHead(200, { 'content-type': 'text/xml' }).end(attack);
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
  const client = createGuardedClient({ userAgent: 'Bellwether test', allowPrivateHosts: true });
  const recorder = recordDeliveries();
  const stop = new AbortController();
  const states = new Map<string, string[]>();
  const clock = fakeClock('2026-03-31T12:00:00Z');
  const source = (name: string): Source => {
    const made: Source = createRssSource({
      source: { id: name },
      url: `${base}/${name}`,
      client,
      random: () => 0,
      readCursor: recorder.readCursor,
      onRejected: () => undefined,
      onMoved: () => undefined,
      readFeed: readFeedHere,
      clock: {
        ...clock,
        sleep: () => {
          const seen = states.get(name) ?? [];
          states.set(name, [...seen, `${made.status().state} ${made.status().reason ?? ''}`.trim()]);
          if ([...states.values()].filter((list) => list.length >= 2).length === 2) stop.abort();
          return Promise.resolve();
        },
      },
    });
    return made;
  };
  await Promise.all(['good', 'bad'].map((name) => source(name).run(recorder.deliver, stop.signal)));
  expect(states.get('good')?.slice(0, 2)).toEqual(['ok', 'ok']);
  expect(states.get('bad')?.[0]).toBe(
    'degraded The feed declares external entities in a DOCTYPE, which is refused.',
  );
  expect(recorder.documents()).toHaveLength(1);
  expect(recorder.documents()[0]).toMatchObject({
    title: '公司发布盈利预警',
    url: `${base}/1`,
    publishedAt: '2026-03-01T10:00:00.000Z',
  });
});
