import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { createEdgarSource } from '../../ingest/sources/edgar/edgar.js';
import { createReplaySource } from '../../ingest/sources/replay.js';
import { createRssSource } from '../../ingest/sources/rss.js';
import { fakeClock, readFeedHere } from '../support/ingest.js';
import { accessionNumber, createEdgarStub } from '../support/stubs/edgar.js';
import { sourceContract } from './source-suite.js';

const folder = await mkdtemp(join(tmpdir(), 'source-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('replay keeps the contract of sources', () => {
  sourceContract(async ({ readCursor }) => {
    const path = join(folder, 'rows.jsonl');
    const row = (id: string) =>
      JSON.stringify({ id, source: 'wire', publishedAt: '2026-03-01T10:00:00Z', text: `Row ${id}` });
    await writeFile(path, `${row('a')}\n${row('b')}\n`);
    return createReplaySource({
      files: [path],
      speed: 'max',
      readCursor,
      clock: fakeClock('2026-03-31T12:00:00Z'),
      virtualClock: true,
      onRejected: () => undefined,
    });
  });
});

describe('the feed poller keeps the contract of sources', () => {
  const item = (id: string) =>
    `<item><guid>${id}</guid><title>Item ${id}</title><pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate></item>`;
  const body = Buffer.from(`<rss><channel>${item('a')}${item('b')}</channel></rss>`);
  sourceContract(({ readCursor }) =>
    Promise.resolve(
      createRssSource({
        source: { id: 'wire' },
        url: 'https://wire.example/rss',
        readCursor,
        clock: fakeClock('2026-03-31T12:00:00Z'),
        random: () => 0,
        onRejected: () => undefined,
        onMoved: () => undefined,
        readFeed: readFeedHere,
        client: {
          get: (url) => Promise.resolve({ status: 200, url, headers: {}, body }),
        },
      }),
    ),
  );
});

describe('edgar keeps the contract of sources', () => {
  sourceContract(({ readCursor }) => {
    const client = createEdgarStub();
    client.listing = [{ accession: accessionNumber(2) }, { accession: accessionNumber(1) }];
    return Promise.resolve(
      createEdgarSource({
        source: { id: 'edgar' },
        url: 'https://www.sec.gov/cgi-bin/browse-edgar',
        intervalMs: 60_000,
        forms: null,
        client,
        readFeed: readFeedHere,
        readCursor,
        clock: fakeClock('2026-03-31T22:00:00Z'),
        random: () => 0,
        onRejected: () => undefined,
      }),
    );
  });
});
