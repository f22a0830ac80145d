import { describe, expect, it } from 'vitest';

import { loadConfig } from '../../../../config/load.js';
import type { FetchedPage, GuardedRequest } from '../../../../ingest/fetch/guarded-client.js';
import { createHttpPollSource, type HttpPollOptions } from '../../../../ingest/sources/http/http-poll.js';
import type { RejectedItem } from '../../../../ingest/source.js';
import { CancelledError, UnavailableError } from '../../../../pipeline/core/errors.js';
import { createSource } from '../../../../pipeline/app/sources/create-source.js';
import type { SourceKit } from '../../../../pipeline/app/sources/source-kit.js';
import { fakeClock, recordDeliveries, type DeliveryRecorder } from '../../../support/ingest.js';

type Answer = Partial<Omit<FetchedPage, 'body'>> & { readonly body?: unknown };

const page = ({ body = {}, ...more }: Answer, url: string): FetchedPage => ({
  status: 200,
  url,
  headers: {},
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  ...more,
});

const row = (id: number, more: object = {}) => ({
  id: `n${id}`,
  t: `News ${id}`,
  at: 1_774_900_000 + id,
  ...more,
});

const REQUEST: HttpPollOptions['request'] = {
  url: 'https://api.example/news',
  parameters: {},
  sendAs: 'query',
  headers: {},
  secretHeaders: {},
  paging: null,
};
const PAGING = { by: 'page', parameter: 'page', first: 1, size: null, next: null, maxPages: 10 } as const;
const MAPPING = {
  items: 'list',
  nativeId: 'id',
  title: 't',
  publishedAt: { path: 'at', time: 'seconds' },
} as const;

interface Polling {
  readonly answer: (request: GuardedRequest, index: number) => Answer;
  readonly polls: number;
  readonly recorder?: DeliveryRecorder;
  readonly request?: Partial<HttpPollOptions['request']>;
  readonly mapping?: HttpPollOptions['mapping'];
}

/** Runs a number of polls; a poll ends with its pause. */
async function poll({
  answer,
  polls,
  recorder = recordDeliveries(),
  request = {},
  mapping = MAPPING,
}: Polling) {
  const asked: GuardedRequest[] = [];
  const rejected: RejectedItem[] = [];
  const stop = new AbortController();
  const clock = fakeClock('2026-03-31T12:00:00Z');
  const states: string[] = [];
  const source = createHttpPollSource({
    source: { id: 'api', kind: 'news', name: 'API', licence: null, credibility: 0.7 },
    request: { ...REQUEST, ...request },
    mapping,
    intervalMs: 60_000,
    client: {
      request: (next) => {
        asked.push(next);
        const index = asked.length - 1;
        return Promise.resolve().then(() => page(answer(next, index), next.url));
      },
    },
    readCursor: recorder.readCursor,
    clock: {
      ...clock,
      sleep: (ms, signal) => {
        const { state, reason } = source.status();
        states.push(reason === null ? state : `${state}: ${reason}`);
        if (states.length >= polls) stop.abort();
        return clock.sleep(ms, signal);
      },
    },
    random: () => 0,
    onRejected: (item) => rejected.push(item),
  });
  await source.run(recorder.deliver, stop.signal);
  const ids = recorder
    .documents()
    .map(({ nativeId, action }) => (action === 'add' ? nativeId : `${action} ${nativeId}`));
  return { asked, rejected, states, ids, recorder, source, slept: clock.slept };
}

const urls = (asked: readonly GuardedRequest[]) => asked.map(({ url }) => new URL(url).search);

describe('an HTTP poll', () => {
  it('delivers new items oldest first, changed ones as corrections, known ones not again', async () => {
    const answers = [
      [row(2), row(1)],
      [row(3), row(2, { t: 'Changed' }), row(1)],
    ];
    const { ids, states, source } = await poll({
      polls: 3,
      answer: (_, index) => ({ body: { list: answers[Math.min(index, 1)] } }),
    });
    expect(ids).toEqual(['n1', 'n2', 'replace n2', 'n3']);
    expect(states).toEqual(['ok', 'ok', 'ok']);
    expect(source.status()).toMatchObject({ state: 'stopped', delivered: 4 });
  });

  it('sends parameters, headers and the secret, which stays out of what is told', async () => {
    const { asked, states } = await poll({
      polls: 1,
      request: {
        parameters: { q: 'a b' },
        headers: { 'x-a': '1' },
        secretHeaders: { authorization: 'Bearer canary' },
      },
      answer: () => ({ status: 403 }),
    });
    expect(asked[0]).toMatchObject({
      method: 'GET',
      url: 'https://api.example/news?q=a+b',
      headers: { accept: 'application/json', 'x-a': '1' },
      secretHeaders: { authorization: 'Bearer canary' },
    });
    expect(states[0]).toMatch(/^degraded: .*status 403.*`auth`/);
    expect(states[0]).not.toContain('canary');
  });

  it.each([
    ['form', 'application/x-www-form-urlencoded', 'a=1&page=1'],
    ['json', 'application/json', '{"a":"1","page":"1"}'],
  ] as const)('posts the parameters as %s', async (sendAs, type, body) => {
    const { asked } = await poll({
      polls: 1,
      request: { parameters: { a: '1' }, sendAs, paging: PAGING },
      answer: () => ({ body: { list: [] } }),
    });
    expect(asked[0]).toMatchObject({ method: 'POST', body, headers: { 'content-type': type } });
  });
});

describe('pages of an HTTP poll', () => {
  const all = Array.from({ length: 7 }, (_, index) => row(7 - index));
  const inPages = (rows: readonly object[], size: number, number: number) =>
    rows.slice(size * (number - 1), size * number);

  it.each<[string, HttpPollOptions['request']['paging'], (request: GuardedRequest) => Answer]>([
    [
      'page numbers',
      PAGING,
      ({ url }) => ({ body: { list: inPages(all, 3, Number(new URL(url).searchParams.get('page'))) } }),
    ],
    [
      'offsets',
      { ...PAGING, by: 'offset', parameter: 'from', size: 3 },
      ({ url }) => {
        const from = Number(new URL(url).searchParams.get('from') ?? 0);
        return { body: { list: all.slice(from, from + 3) } };
      },
    ],
    [
      'a cursor in the body',
      { ...PAGING, by: 'cursor', parameter: 'after', next: 'meta.next' },
      ({ url }) => {
        const from = Number(new URL(url).searchParams.get('after') ?? 0);
        return { body: { list: all.slice(from, from + 3), meta: { next: from + 3 < 7 ? from + 3 : null } } };
      },
    ],
    [
      'the header Link',
      { ...PAGING, by: 'link', parameter: null },
      ({ url }) => {
        const number = Number(new URL(url).searchParams.get('p') ?? 1);
        const link =
          number < 3
            ? `<?p=0>; rel="prev", <https://api.example/news?p=${number + 1}>; rel="next"`
            : undefined;
        return { body: { list: inPages(all, 3, number) }, headers: { link } };
      },
    ],
  ])('are asked for by %s until there are no more', async (_, paging, answer) => {
    const { ids, asked } = await poll({ polls: 1, request: { paging }, answer });
    expect([...ids].sort()).toEqual(['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7']);
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  it('stop at a page where nothing is new', async () => {
    const newer = [row(9), row(8), ...all];
    let rows: readonly object[] = all;
    const { asked, ids } = await poll({
      polls: 2,
      request: { paging: PAGING },
      answer: ({ url }, index) => {
        if (index >= 4) rows = newer;
        return { body: { list: inPages(rows, 3, Number(new URL(url).searchParams.get('page'))) } };
      },
    });
    expect(urls(asked)).toEqual(['?page=1', '?page=2', '?page=3', '?page=4', '?page=1', '?page=2']);
    expect(ids).toHaveLength(9);
  });

  it('go on past a known item that stays on top', async () => {
    const newer = Array.from({ length: 4 }, (_, index) => row(11 - index));
    const { asked, ids, states } = await poll({
      polls: 2,
      request: { paging: PAGING },
      answer: ({ url }, index) => {
        const rows = [row(99), ...(index >= 4 ? newer : []), ...all];
        return { body: { list: inPages(rows, 3, Number(new URL(url).searchParams.get('page'))) } };
      },
    });
    expect(urls(asked).slice(4)).toEqual(['?page=1', '?page=2', '?page=3']);
    expect(ids).toHaveLength(12);
    expect(states).toEqual(['ok', 'ok']);
  });

  it('are looked through again after a reading that was cut short: no item is lost, none comes twice', async () => {
    const { asked, ids, states } = await poll({
      polls: 2,
      request: { paging: PAGING },
      answer: ({ url }, index) => {
        if (index === 1) throw new UnavailableError('unreachable', 'The host is away.', { retriable: true });
        return { body: { list: inPages(all, 3, Number(new URL(url).searchParams.get('page'))) } };
      },
    });
    expect(states).toEqual(['degraded: The host is away.', 'ok']);
    expect(urls(asked)).toEqual(['?page=1', '?page=2', '?page=1', '?page=2', '?page=3', '?page=4']);
    expect([...ids].sort()).toEqual(['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7']);
  });

  it('are the same after a kill between two deliveries', async () => {
    let kill = true;
    const recorder = recordDeliveries((_, index) => {
      if (kill && index === 1) throw new CancelledError('cancelled', 'Killed.');
    });
    const answer: Polling['answer'] = ({ url }) => ({
      body: { list: inPages(all, 3, Number(new URL(url).searchParams.get('page'))) },
    });
    // Cancelled by nobody: the loop ends rather than ask again and again.
    await expect(poll({ polls: 1, request: { paging: PAGING }, answer, recorder })).rejects.toThrow(
      'Killed.',
    );
    expect(recorder.documents()).toHaveLength(3);
    kill = false;
    const { ids } = await poll({ polls: 1, request: { paging: PAGING }, answer, recorder });
    expect([...ids].sort()).toEqual(['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7']);
  });

  it('are at most as many as allowed; that some may be missing is told', async () => {
    let newest = 3;
    const { states } = await poll({
      polls: 2,
      request: { paging: { ...PAGING, maxPages: 2 } },
      answer: ({ url }) => {
        const number = Number(new URL(url).searchParams.get('page'));
        if (number === 1) newest += 10;
        return { body: { list: [row(newest - number * 2), row(newest - number * 2 - 1)] } };
      },
    });
    expect(states[0]).toBe('ok');
    expect(states[1]).toMatch(/^degraded: .*more new items than 2 pages hold/);
  });

  it('are never asked for at another host, where the key must not go', async () => {
    const { states, asked, ids } = await poll({
      polls: 1,
      request: { paging: { ...PAGING, by: 'link', parameter: null }, secretHeaders: { authorization: 'k' } },
      answer: () => ({
        body: { list: [row(1)] },
        headers: { link: '<https://evil.example/?p=2>; rel="next"' },
      }),
    });
    expect(states[0]).toMatch(/^degraded: The next page is said to be at another host \(evil\.example\)/);
    expect(asked).toHaveLength(1);
    // What could be read is not lost.
    expect(ids).toEqual(['n1']);
  });
});

describe('the memory of a poll', () => {
  it('forgets the oldest items first, over all pages of a reading', async () => {
    const size = 1_000;
    const all = Array.from({ length: 6_000 }, (_, index) => row(6_000 - index));
    const { recorder } = await poll({
      polls: 1,
      request: { paging: PAGING },
      answer: ({ url }) => {
        const number = Number(new URL(url).searchParams.get('page'));
        return { body: { list: all.slice(size * (number - 1), size * number) } };
      },
    });
    const { ids } = await poll({
      polls: 1,
      recorder,
      answer: () => ({ body: { list: all.slice(0, 5_000) } }),
    });
    expect(ids).toHaveLength(6_000);
  });
});

describe('faults of an interface', () => {
  it.each<[string, Answer, RegExp]>([
    [
      'HTML',
      { body: '<html>', headers: { 'content-type': 'text/html' } },
      /does not answer with JSON in UTF-8 but with text\/html/,
    ],
    ['JSON without the list', { body: { error: 'quota' } }, /no list at "list"/],
    ['status 500', { status: 500 }, /status 500/],
    ['an empty body', { body: '' }, /does not answer with JSON/],
  ])('%s makes it degraded with its reason, and it is asked again', async (_, answer, reason) => {
    const { states, ids } = await poll({
      polls: 2,
      answer: (__, index) => (index === 0 ? answer : { body: { list: [row(1)] } }),
    });
    expect(states[0]).toMatch(reason);
    expect(states[1]).toBe('ok');
    expect(ids).toEqual(['n1']);
  });

  it('waits twice as long after each failure, and as long as Retry-After says', async () => {
    const { slept } = await poll({
      polls: 3,
      answer: (_, index) => ({ status: 503, headers: index === 2 ? { 'retry-after': '7200' } : {} }),
    });
    expect(slept).toEqual([120_000, 240_000]);
    const again = await poll({
      polls: 2,
      answer: () => ({ status: 429, headers: { 'retry-after': '7200' } }),
    });
    expect(again.slept).toEqual([7_200_000]);
  });

  it('tells a bad item once, and takes the others', async () => {
    const { rejected, ids, states } = await poll({
      polls: 2,
      answer: () => ({ body: { list: [row(1), row(2, { at: 'soon' })] } }),
    });
    expect(rejected).toMatchObject([{ place: 'https://api.example/news', field: 'publishedAt' }]);
    expect(ids).toEqual(['n1']);
    expect(states).toEqual(['ok', 'ok']);
  });
});

describe('config/examples/announcements.yaml', () => {
  it('reads invented announcements with code, time in Shanghai and the link of the PDF', async () => {
    const { sources } = await loadConfig({ file: 'config/examples/announcements.yaml', env: {} });
    const [config] = sources;
    if (config?.type !== 'http') throw new Error('The example has no source of type http.');
    const asked: GuardedRequest[] = [];
    const rows = [
      {
        announcementId: '901',
        secCode: '600001',
        secName: '青禾乳业',
        market: 'SSE',
        announcementTitle: '2025年年度报告',
        announcementTime: '2026-03-31 18:05',
        announcementType: '年度报告',
        adjunctUrl: 'finalpage/2026-03-31/901.PDF',
      },
      {
        announcementId: '902',
        secCode: '700',
        secName: '北岭港口',
        market: '港交所',
        announcementTitle: '更正公告',
        announcementTime: '2026-03-31 17:00',
        announcementType: '其他',
        adjunctUrl: 'finalpage/2026-03-31/902.PDF',
      },
    ];
    const recorder = recordDeliveries();
    const stop = new AbortController();
    const kit = {
      client: {
        request: (request: GuardedRequest) => {
          asked.push(request);
          return Promise.resolve(
            page({ body: { announcements: asked.length === 1 ? rows : [] } }, request.url),
          );
        },
      },
      clock: {
        ...fakeClock('2026-03-31T12:00:00Z'),
        sleep: () => {
          stop.abort();
          return Promise.resolve();
        },
      },
      readCursor: recorder.readCursor,
      random: () => 0,
      onRejected: (item: RejectedItem) => {
        throw new Error(item.message);
      },
      privacy: {},
    } as unknown as SourceKit;
    await createSource('http', config, kit).run(recorder.deliver, stop.signal);
    expect(asked[0]).toMatchObject({ method: 'POST', body: 'column=all&pageSize=30&pageNum=1' });
    expect(recorder.documents()).toMatchObject([
      { nativeId: '902', tickers: ['00700.HK'], publishedAt: '2026-03-31T09:00:00.000Z' },
      {
        nativeId: '901',
        title: '青禾乳业：2025年年度报告',
        tickers: ['600001.SH'],
        publishedAt: '2026-03-31T10:05:00.000Z',
        precision: 'minute',
        url: 'https://static.announcements.example/finalpage/2026-03-31/901.PDF',
        extra: { form: '年度报告', topicHint: 'earnings' },
      },
    ]);
  });
});
