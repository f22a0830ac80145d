import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { createEdgarSource } from '../../ingest/sources/edgar/edgar.js';
import { createReplaySource } from '../../ingest/sources/replay.js';
import { createRssSource } from '../../ingest/sources/rss.js';
import { createEmlSource } from '../../ingest/sources/eml/eml.js';
import { createFilesSource } from '../../ingest/sources/files/files.js';
import { createHttpPollSource } from '../../ingest/sources/http/http-poll.js';
import { createPushRegistry } from '../../ingest/sources/push/push-registry.js';
import { createPushSource } from '../../ingest/sources/push/push.js';
import { signPlain } from '../support/sign-push.js';
import { fakeClock, readEmlHere, readFeedHere } from '../support/ingest.js';
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

describe('the push source keeps the contract of sources', () => {
  const secret = 'a-key-of-sixteen-or-more';
  const clock = {
    ...fakeClock('2026-03-31T12:00:00Z'),
    // Its sender waits for the answer, however long the delivery takes.
    sleep: (_: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())),
  };
  const item = (id: string) => ({ nativeId: id, title: `Item ${id}`, publishedAt: '2026-03-01T10:00:00Z' });
  const body = Buffer.from(JSON.stringify([item('a'), item('b')]));
  const headers = signPlain(body, { secret, at: clock.now() });
  sourceContract(
    () => {
      const registry = createPushRegistry();
      const source = createPushSource({
        source: { id: 'sender', kind: 'news', name: 'Sender', licence: null, credibility: 0.5 },
        mapping: {},
        secrets: [secret],
        requestsPerMinute: 600,
        clock,
        onRejected: () => undefined,
        onChecked: () => undefined,
        // A sender that pushes as soon as it is listened to.
        registry: {
          ...registry,
          open: (name, receive) => {
            void receive({ headers, body }).catch(() => undefined);
            return registry.open(name, receive);
          },
        },
      });
      return Promise.resolve(source);
    },
    { hasCursor: false },
  );
});

describe('the HTTP poller keeps the contract of sources', () => {
  const item = (id: string) => ({ nativeId: id, title: `Item ${id}`, publishedAt: '2026-03-01T10:00:00Z' });
  const body = Buffer.from(JSON.stringify([item('a'), item('b')]));
  sourceContract(({ readCursor }) =>
    Promise.resolve(
      createHttpPollSource({
        source: { id: 'api', kind: 'news', name: 'API', licence: null, credibility: 0.5 },
        request: {
          url: 'https://api.example/',
          parameters: {},
          sendAs: 'query',
          headers: {},
          secretHeaders: {},
          paging: null,
        },
        mapping: {},
        intervalMs: 60_000,
        client: { request: ({ url }) => Promise.resolve({ status: 200, url, headers: {}, body }) },
        readCursor,
        clock: fakeClock('2026-03-31T12:00:00Z'),
        random: () => 0,
        onRejected: () => undefined,
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

describe('the import of files keeps the contract of sources', () => {
  sourceContract(async ({ readCursor }) => {
    const path = join(folder, 'table.csv');
    await writeFile(path, 'id,text,at\na,Row a,2026-03-01\nb,Row b,2026-03-01\n');
    return createFilesSource({
      source: { id: 'crm', kind: 'feedback', name: 'CRM', licence: null, credibility: 0.5 },
      path,
      format: 'auto',
      delimiter: null,
      header: true,
      encoding: null,
      mapping: { nativeId: 'id', text: 'text', publishedAt: 'at' },
      intervalMs: 1_000,
      readCursor,
      clock: fakeClock('2026-03-31T12:00:00Z'),
      onRejected: () => undefined,
    });
  });
});

describe('the folder of messages keeps the contract of sources', () => {
  sourceContract(async ({ readCursor }) => {
    const mail = (id: string) =>
      `Message-ID: <${id}@a.example>\r\nDate: Sun, 01 Mar 2026 10:00:00 +0000\r\nSubject: Letter ${id}\r\n\r\nText`;
    const letters = join(folder, 'letters');
    await mkdir(letters, { recursive: true });
    for (const id of ['a', 'b']) await writeFile(join(letters, `${id}.eml`), mail(id));
    return createEmlSource({
      readEml: readEmlHere,
      source: { id: 'letters', kind: 'research', name: 'Letters', licence: null, credibility: 0.5 },
      path: letters,
      intervalMs: 1_000,
      readCursor,
      // Long after the files were written, so that they are at rest.
      clock: fakeClock('2100-01-01T00:00:00Z'),
      onRejected: () => undefined,
    });
  });
});
