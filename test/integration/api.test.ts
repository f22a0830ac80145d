import { afterEach, describe, expect, test } from 'vitest';

import { createMetricsServer } from '../../dashboards/api/metrics-server.js';
import { createServer } from '../../dashboards/api/server.js';
import type {
  AlertAnswer,
  AlertsAnswer,
  DocumentAnswer,
  DocumentsAnswer,
  ExplainAnswer,
  MailAnswer,
  MailsAnswer,
  InstrumentsAnswer,
  Readiness,
  WireStatus,
  OverviewAnswer,
  Problem,
  SeriesAnswer,
} from '../../dashboards/api/wire.js';
import type { QueryStore } from '../../pipeline/core/store.js';
import {
  alertEvents,
  createFixture,
  documentId,
  makeAlert,
  makeDocument,
  NOW,
  type Fixture,
} from '../support/dashboards.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const open: { close(): Promise<void> | PromiseLike<unknown> }[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

interface OpenApiAnswer {
  readonly paths: Readonly<
    Record<string, { readonly get: { readonly parameters: readonly { readonly name: string }[] } }>
  >;
}

function serve(fixture: Fixture) {
  const server = createServer(fixture.deps);
  open.push(server);
  return (url: string, headers: Record<string, string> = {}) =>
    server.inject({ url, headers: { host: 'localhost:8080', ...headers } });
}

function withDocuments(): Fixture {
  const fixture = createFixture();
  const at = (hoursAgo: number) => NOW - hoursAgo * HOUR;
  const bank = { instrument: 'HBRV.XDEM', title: 'Harborview Bank halts withdrawals' };
  fixture.store.add(
    makeDocument({
      ...bank,
      key: 'a',
      text: 'Customers queue. Harborview Bank says little.',
      publishedAt: at(2),
      negative: 0.9,
    }),
    makeDocument({ ...bank, key: 'b', text: 'A second report.', publishedAt: at(2) + 60_000, negative: 0.7 }),
    makeDocument({
      key: 'c',
      instrument: 'LUMA.XDEM',
      title: '流明电子业绩超预期',
      text: '流明电子公布季报。',
      language: 'zh',
      mentioned: '流明电子',
      topic: 'earnings',
      publishedAt: at(5),
      negative: 0.1,
    }),
    makeDocument({
      key: 'd',
      instrument: '?NGCG',
      title: null,
      text: '$NGCG to the moon',
      publishedAt: at(30),
      negative: 0.2,
    }),
  );
  return fixture;
}

describe('series', () => {
  test('every window is answered, and one without documents has nulls, never 0 polarity', async () => {
    const get = serve(withDocuments());
    const url =
      '/api/v1/series?series=instrument:HBRV.XDEM&from=2026-03-10T06:00:00Z&to=2026-03-10T12:00:00Z';
    const response = await get(url);
    expect(response.statusCode).toBe(200);
    const { data } = response.json<SeriesAnswer>();
    expect(data).toHaveLength(6);
    expect(data[0]).toEqual({
      series: 'instrument:HBRV.XDEM',
      start: '2026-03-10T06:00:00.000Z',
      end: '2026-03-10T07:00:00.000Z',
      n: 0,
      stories: 0,
      negative: null,
      neutral: null,
      positive: null,
      polarity: null,
      coverage: 0,
      provisional: false,
    });
    expect(data[1]).toMatchObject({ n: 0, polarity: null, coverage: 1 });
    expect(data[4]).toMatchObject({ n: 2, stories: 2, coverage: 1, provisional: false });
    expect(data[4]!.negative).toBeCloseTo(0.8);
    expect(data[5]).toMatchObject({ n: 0, provisional: true });
  });

  test('several series, repeated or listed, come one after the other under their canonical names', async () => {
    const get = serve(withDocuments());
    const url =
      '/api/v1/series?series=market,instrument:LUMA&series=topic:earnings&series=instrument:%3FNGCG&series=sector:banks&frequency=1d&from=2026-03-09&to=2026-03-11';
    const body = (await get(url)).json<SeriesAnswer>();
    expect(body.series.map((one) => one.series)).toEqual([
      'market',
      'instrument:LUMA.XDEM',
      'topic:earnings',
      'instrument:?NGCG',
      'sector:banks',
    ]);
    expect(body.series[1]).toMatchObject({ requested: 'instrument:LUMA', nameZh: '流明电子' });
    const counts = body.data.map((row) => [row.series, row.start.slice(0, 10), row.n]);
    expect(counts).toContainEqual(['market', '2026-03-10', 3]);
    expect(counts).toContainEqual(['topic:earnings', '2026-03-10', 1]);
    expect(counts).toContainEqual(['instrument:?NGCG', '2026-03-09', 1]);
  });

  test('without from and to days reach back to the first document', async () => {
    const body = (await serve(withDocuments())('/api/v1/series?frequency=1d')).json<SeriesAnswer>();
    expect(body.data.map((row) => [row.start.slice(0, 10), row.n])).toEqual([
      ['2026-03-09', 1],
      ['2026-03-10', 3],
    ]);
  });

  test('asOf hides what became known later', async () => {
    const fixture = withDocuments();
    const late = { key: 'late', instrument: 'HBRV.XDEM', title: 'Old news', text: '', negative: 0.5 };
    fixture.store.add(makeDocument({ ...late, publishedAt: NOW - 2 * HOUR, knownAt: NOW - 60_000 }));
    const get = serve(fixture);
    const count = async (asOf: string) => {
      const { json } = await get(
        `/api/v1/series?series=instrument:HBRV.XDEM&from=2026-03-10&to=2026-03-11&frequency=1d${asOf}`,
      );
      return json<SeriesAnswer>().data[0]!.n;
    };
    expect(await count('&asOf=2026-03-10T11:00:00Z')).toBe(2);
    expect(await count('')).toBe(3);
  });

  const refused: readonly (readonly [string, number, string])[] = [
    ['series=instrument:HBRX', 404, 'HBRV.XDEM'],
    ['series=instrument:DUP', 400, 'DUP.XAAA, DUP.XBBB'],
    ['series=sector:shops', 404, 'banks'],
    ['series=topic:weather', 404, 'earnings'],
    ['series=planet:mars', 400, 'planet:mars'],
    ['series=,', 400, 'series'],
    ['series=topic:earnings&topic=macro', 400, 'topic'],
    ['frequency=5m', 400, '1m, 1h, 1d'],
    ['from=yesterday', 400, 'from'],
    ['from=2026-02-30', 400, 'from'],
    ['from=2026-03-01T10:00:00', 400, 'from'],
    ['from=2026-03-10&to=2026-03-09', 400, 'earlier'],
    ['frequency=1m&from=2025-01-01&to=2026-01-01', 400, '50000'],
    ['asOf=2027-01-01', 400, 'present'],
    ['minRelevance=2', 400, 'minRelevance'],
    ['minRelevance=NaN', 400, 'minRelevance'],
    ['colour=red', 400, 'colour'],
    ['from=2026-03-01&from=2026-03-02', 400, 'from'],
  ];
  test.each(refused)('%s is refused with %i and words', async (query, status, words) => {
    const answer = await serve(withDocuments())(`/api/v1/series?${query}`);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toMatchObject({ status });
    expect(answer.json<Problem>().detail).toContain(words);
  });

  const hostile = [
    "market' OR 1=1 --",
    "instrument:\\';DROP TABLE documents;--",
    'instrument:{x:Identifier}',
    "sector:banks' INTO OUTFILE 'x'",
    'instrument:?A;B',
    'instrument:__proto__',
    'topic:constructor',
    '\u0000',
  ];
  test.each(hostile)('the hostile series %j never reaches the store', async (series) => {
    const fixture = createFixture();
    const asked: string[] = [];
    const queries: QueryStore = {
      ...fixture.store,
      series: (query) => {
        asked.push(...query.series);
        return fixture.store.series(query);
      },
    };
    const get = serve({ ...fixture, deps: { ...fixture.deps, queries } });
    const response = await get(`/api/v1/series?series=${encodeURIComponent(series)}`);
    expect([400, 404]).toContain(response.statusCode);
    expect(asked).toEqual([]);
  });
});

describe('documents', () => {
  test('the documents of a window come newest first, page by page', async () => {
    const get = serve(withDocuments());
    const first = (await get('/api/v1/documents?limit=3')).json<DocumentsAnswer>();
    expect(first.data.map((view) => view.id)).toEqual(['b', 'a', 'c'].map(documentId));
    const second = (
      await get(`/api/v1/documents?limit=3&cursor=${first.nextCursor}`)
    ).json<DocumentsAnswer>();
    expect(second.data.map((view) => view.id)).toEqual([documentId('d')]);
    expect(second.nextCursor).toBeNull();
  });

  test('a document carries its names in both languages, the text that spans point into and its sentence', async () => {
    const get = serve(withDocuments());
    const { data } = (
      await get(`/api/v1/documents/${documentId('a')}?series=instrument:HBRV.XDEM`)
    ).json<DocumentAnswer>();
    expect(data.topics[0]).toMatchObject({ name: 'Fraud and risk events', nameZh: '欺诈与风险事件' });
    expect(data.mentions[0]!.nameZh).toBe('港景银行');
    const [start, end] = data.mentions[0]!.spans[0]!;
    expect(data.fullText.slice(start, end)).toBe('Harborview Bank');
    expect(data.fullText.slice(...data.sentence!)).toBe('Customers queue.');
    expect(data.story).toMatchObject({ copies: 0, novelty: 1, guard: { drivenBy: null } });
  });

  test('an unknown document is 404, a malformed id 400', async () => {
    const get = serve(withDocuments());
    expect((await get(`/api/v1/documents/${'0'.repeat(32)}`)).statusCode).toBe(404);
    const wrong = (await get('/api/v1/documents/..%2f..%2fetc%2fpasswd')).json<Problem>();
    expect([wrong.status, wrong.detail]).toEqual([
      400,
      expect.stringMatching(/"id" must be the id of a doc/),
    ]);
  });

  test('planted script comes back as a JSON string, with headers that forbid guessing', async () => {
    const fixture = createFixture();
    const title = '<img src=x onerror=alert(1)>"><svg/onload=alert(2)>';
    const planted = { key: 'x', instrument: 'HBRV.XDEM', text: '', negative: 0.5, publishedAt: NOW - HOUR };
    fixture.store.add(makeDocument({ ...planted, title, url: 'javascript:alert(3)' }));
    const answer = await serve(fixture)('/api/v1/documents');
    expect(answer.headers['content-type']).toContain('application/json');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
    expect(answer.json<DocumentsAnswer>().data[0]!.title).toBe(title);
  });
});

describe('overview, instruments, alerts, mails', () => {
  test('the overview sums up the market and each instrument and compares with the time before', async () => {
    const fixture = withDocuments();
    const before = { key: 'old', instrument: 'HBRV.XDEM', title: 'Calm', text: '', negative: 0.1 };
    fixture.store.add(makeDocument({ ...before, publishedAt: NOW - DAY - HOUR }));
    const body = (await serve(fixture)('/api/v1/overview')).json<OverviewAnswer>();
    expect(body.market).toMatchObject({ series: 'market', documents: 3 });
    expect(body.instruments[0]).toMatchObject({
      id: 'HBRV.XDEM',
      documents: 2,
      nameZh: '港景银行',
      sector: 'banks',
    });
    expect(body.instruments[0]!.change).toBeLessThan(-0.5);
    expect(body.instruments[1]).toMatchObject({ id: 'LUMA.XDEM', change: null });
    expect(body.extent!.documents).toBe(5);
  });

  test('an empty installation answers with null, not with zeros', async () => {
    const body = (await serve(createFixture())('/api/v1/overview')).json<OverviewAnswer>();
    expect(body).toMatchObject({ market: null, instruments: [], extent: null });
  });

  test('instruments are searched by name', async () => {
    const body = (await serve(createFixture())('/api/v1/instruments?q=lumera')).json<InstrumentsAnswer>();
    expect(body.data).toEqual([
      { id: 'LUMA.XDEM', name: 'Lumera Devices', nameZh: '流明电子', sector: 'technology' },
    ]);
  });

  test('an alert is told with its names, its arithmetic and its history', async () => {
    const fixture = withDocuments();
    const alert = makeAlert({ evidence: [] });
    fixture.store.addAlert(alert, alertEvents(alert));
    const get = serve(fixture);
    const alerts = (await get('/api/v1/alerts?series=instrument:HBRV')).json<AlertsAnswer>();
    expect(alerts.data[0]!.series).toMatchObject({ series: 'instrument:HBRV.XDEM', nameZh: '港景银行' });
    const one = (await get('/api/v1/alerts/alert-0001')).json<AlertAnswer>();
    expect(one.data.evaluation.expected).toBe(0.6);
    expect(one.data.events.map((event) => event.type)).toEqual(['pending', 'firing', 'mailed']);
    expect((await get('/api/v1/alerts?state=resolved')).json<AlertsAnswer>().data).toEqual([]);
    expect((await get('/api/v1/alerts/none')).statusCode).toBe(404);
  });

  test('a mail is shown as an inert page of its own', async () => {
    const fixture = createFixture();
    const html = '<!doctype html><html><head></head><body><script>alert(1)</script>Bad news</body></html>';
    const mail = {
      id: 'm-1',
      subject: 'Bad news',
      to: ['risk@example.com'],
      date: new Date(NOW).toISOString(),
    };
    fixture.mails.push({ ...mail, alertId: 'alert-0001', html, text: 'Bad news' });
    const get = serve(fixture);
    expect((await get('/api/v1/mails')).json<MailsAnswer>().data).toEqual([
      { ...mail, alertId: 'alert-0001' },
    ]);
    expect((await get('/api/v1/mails/m-1')).json<MailAnswer>().data).toMatchObject({
      text: 'Bad news',
      html: '/api/v1/mails/m-1/html',
    });
    const page = await get('/api/v1/mails/m-1/html');
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox allow-popups/);
    expect(page.headers['content-security-policy']).not.toContain('allow-scripts');
    expect(page.body).toContain('<head><base target="_blank">');
    expect((await get('/api/v1/mails/..%2f..%2fsecret')).statusCode).toBe(400);
  });
});

describe('the service around it', () => {
  test('readiness tells its reasons with 503', async () => {
    const fixture = createFixture({ health: () => ({ ready: false, reasons: ['The store is opening.'] }) });
    const get = serve(fixture);
    expect((await get('/healthz')).statusCode).toBe(200);
    const ready = await get('/readyz');
    expect(ready.statusCode).toBe(503);
    expect(ready.json<Readiness>().reasons).toEqual(['The store is opening.']);
  });

  test('the status gives its times in ISO 8601', async () => {
    const body = (await serve(createFixture())('/api/v1/status')).json<WireStatus>();
    expect(body).toMatchObject({ world: 'demo', now: '2026-03-10T12:00:00.000Z', lagDocuments: 0 });
  });

  test('a page that is not built says how to build it', async () => {
    const answer = await serve(createFixture())('/');
    expect(answer.statusCode).toBe(503);
    expect(answer.json<Problem>().detail).toContain('npm run build');
  });

  test('a foreign Host header is refused on loopback', async () => {
    const get = serve(createFixture());
    expect((await get('/api/v1/status', { host: 'evil.example' })).statusCode).toBe(421);
    for (const host of ['localhost:1', '127.0.0.1:9', '[::1]:8080', 'LOCALHOST']) {
      expect((await get('/api/v1/status', { host })).statusCode).toBe(200);
    }
  });

  test('a query that ran over its limit is told with what would help, and both are in the log', async () => {
    const lines: unknown[] = [];
    const note = (sentence: string, fields: unknown) => void lines.push([sentence, fields]);
    const fixture = createFixture({ logger: { warn: note, error: note } });
    const { TimeoutError } = await import('../../pipeline/core/errors.js');
    const words = 'The query ran over its time limit; ask for a shorter range.';
    const answers = [new TimeoutError('query_too_slow', words), new Error('inside')];
    const alerts = () => Promise.reject(answers.shift() ?? new Error('none left'));
    const get = serve({ ...fixture, deps: { ...fixture.deps, queries: { ...fixture.store, alerts } } });
    const slow = await get('/api/v1/alerts');
    expect([slow.statusCode, slow.json<Problem>().detail]).toEqual([503, words]);
    expect((await get('/api/v1/alerts')).statusCode).toBe(500);
    expect(lines).toMatchObject([
      ['A read ran over its time limit.', { request: 'GET /api/v1/alerts' }],
      ['A request failed for an unforeseen reason.', { error: new Error('inside') }],
    ]);
  });

  test('a failing store is 503 when it may come back and 500 without its inside when nobody foresaw it', async () => {
    const fixture = createFixture();
    const failing = (error: Error): Fixture => ({
      ...fixture,
      deps: { ...fixture.deps, queries: { ...fixture.store, alerts: () => Promise.reject(error) } },
    });
    const { UnavailableError } = await import('../../pipeline/core/errors.js');
    const busy = new UnavailableError('store_busy', 'The store is busy.', { retriable: true });
    const answer = await serve(failing(busy))('/api/v1/alerts');
    expect([answer.statusCode, answer.json<Problem>().code, answer.headers['retry-after']]).toEqual([
      503,
      'store_busy',
      '1',
    ]);
    const bug = await serve(failing(new Error('secret inside')))('/api/v1/alerts');
    expect(bug.statusCode).toBe(500);
    expect(bug.body).not.toContain('secret');
  });

  test('more queries than may wait are refused with 429 while the first ones are answered', async () => {
    const fixture = createFixture();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let running = 0;
    let most = 0;
    const queries: QueryStore = {
      ...fixture.store,
      alerts: async () => {
        running += 1;
        most = Math.max(most, running);
        await held;
        running -= 1;
        return [];
      },
    };
    const get = serve({ ...fixture, deps: { ...fixture.deps, queries } });
    const answers = Array.from({ length: 50 }, () => get('/api/v1/alerts'));
    const refused = await Promise.race(answers);
    expect(refused.statusCode).toBe(429);
    release();
    const counts = (await Promise.all(answers)).map((answer) => answer.statusCode);
    expect(counts.filter((status) => status === 200)).toHaveLength(44);
    expect(counts.filter((status) => status === 429)).toHaveLength(6);
    expect(most).toBe(4);
  });

  test('a text that is not stored is explained, and wrong bodies are refused with the field', async () => {
    const server = createServer(createFixture().deps);
    open.push(server);
    const ask = (payload: unknown, type = 'application/json') =>
      server.inject({
        method: 'POST',
        url: '/api/v1/explain',
        headers: { host: 'localhost:8080', 'content-type': type },
        payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
      });
    const answer = await ask({ title: 'Harborview Bank', text: 'Its customers queue' });
    expect(answer.statusCode).toBe(200);
    const { data } = answer.json<ExplainAnswer>();
    expect(data.text).toBe('Harborview Bank\nIts customers queue');
    expect(data.words.map(({ word, span }) => [word, data.text.slice(...span)])).toEqual([
      ['queue', 'queue'],
    ]);
    for (const [body, words] of [
      [{}, /field of the body "text" is needed/],
      [{ text: '' }, /field of the body "text"/],
      [{ text: 'x', language: 'e1' }, /"language" must be the code of a language, .* such as "zh"\.$/],
      [{ text: 'x', titel: 'y' }, /no field of the body "titel"/],
      ['[]', /must be a JSON object/],
      ['{"text":', /./],
    ] as const) {
      const refused = await ask(body);
      expect([refused.statusCode, refused.json<Problem>().detail]).toEqual([
        400,
        expect.stringMatching(words),
      ]);
    }
    expect((await ask('<text/>', 'application/xml')).statusCode).toBe(415);
    expect((await ask({ text: 'x'.repeat(1_000_001) })).statusCode).toBe(413);
  });

  test('a document says which words carried its score, unless another model gave it or it is withdrawn', async () => {
    const fixture = createFixture();
    const bank = { instrument: 'HBRV.XDEM', text: 'Customers queue.', title: null, negative: 0.9 };
    const view = makeDocument({ ...bank, key: 'own', publishedAt: NOW - HOUR });
    fixture.store.add(view);
    fixture.store.add(makeDocument({ ...bank, key: 'gone', action: 'retract', publishedAt: NOW - HOUR }));
    fixture.store.add({
      ...makeDocument({ ...bank, key: 'other', publishedAt: NOW - HOUR }),
      model: { ...view.model, sha256: 'b'.repeat(64) },
    });
    const get = serve(fixture);
    const explanationOf = async (key: string) =>
      (await get(`/api/v1/documents/${documentId(key)}`)).json<DocumentAnswer>().data.explanation;
    expect((await explanationOf('own'))?.words).toEqual([
      { word: 'queue', span: [10, 15], contribution: 1.2 },
    ]);
    expect(await explanationOf('gone')).toBeNull();
    expect(await explanationOf('other')).toBeNull();
  });

  test('the OpenAPI document lists every route of the API with its parameters', async () => {
    const body = (await serve(createFixture())('/api/openapi.json')).json<OpenApiAnswer>();
    expect(Object.keys(body.paths).sort()).toEqual([
      '/api/v1/alerts',
      '/api/v1/alerts/{id}',
      '/api/v1/alerts/{id}/verdict',
      '/api/v1/diff',
      '/api/v1/documents',
      '/api/v1/documents/{id}',
      '/api/v1/explain',
      '/api/v1/instruments',
      '/api/v1/labels',
      '/api/v1/labels/decisions',
      '/api/v1/labels/disputes',
      '/api/v1/labels/progress',
      '/api/v1/labels/queue',
      '/api/v1/mails',
      '/api/v1/mails/{id}',
      '/api/v1/mails/{id}/html',
      '/api/v1/overview',
      '/api/v1/series',
      '/api/v1/status',
      '/api/v1/stream',
    ]);
    const names = body.paths['/api/v1/series']!.get.parameters.map((parameter) => parameter.name);
    expect(names).toEqual(['series', 'topic', 'frequency', 'from', 'to', 'asOf', 'minRelevance']);
  });

  test('ingest routes are mounted as they are', async () => {
    const fixture = createFixture({
      ingestRoutes: (app) => {
        app.post('/ingest/v1/documents', (_request, reply) => reply.code(202).send({ accepted: 1 }));
        return Promise.resolve();
      },
    });
    const server = createServer(fixture.deps);
    open.push(server);
    const post = { method: 'POST', url: '/ingest/v1/documents', headers: { host: 'localhost' } } as const;
    const response = await server.inject({ ...post, payload: {} });
    expect(response.statusCode).toBe(202);
  });

  test('metrics have a server of their own', async () => {
    const server = createMetricsServer({
      contentType: 'text/plain; version=0.0.4',
      metrics: () => Promise.resolve('up 1\n'),
    });
    open.push(server);
    const response = await server.inject('/metrics');
    expect([response.statusCode, response.body]).toEqual([200, 'up 1\n']);
    expect((await server.inject('/api/v1/status')).statusCode).toBe(404);
  });
});
