import { afterEach, describe, expect, test } from 'vitest';

import { createServer } from '../../dashboards/api/server.js';
import type { DisputesAnswer, LabelQueueAnswer, Problem } from '../../dashboards/api/wire.js';
import { ConfigError } from '../../pipeline/core/errors.js';
import { toTask } from '../../pipeline/app/labelling/label-queue.js';
import {
  alertEvents,
  createFixture,
  documentId,
  makeAlert,
  makeDocument,
  NOW,
  type Fixture,
} from '../support/dashboards.js';

const open: { close(): PromiseLike<unknown> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

const BANK = makeDocument({
  key: 'a',
  title: 'Harborview Bank halts withdrawals',
  text: 'Customers queue. Harborview Bank says little.',
  instrument: 'HBRV.XDEM',
  negative: 0.9,
  publishedAt: NOW - 3_600_000,
});
const TWO: typeof BANK = {
  ...BANK,
  id: documentId('two'),
  mentions: [
    ...BANK.mentions,
    ...BANK.mentions.map((one) => ({ ...one, instrument: 'LUMA.XDEM', name: 'Lumera' })),
  ],
};

const NO_DOCUMENT_ID =
  /^The field of the body "documentId" must be the id of a document, 32 hexadecimal digits in small letters, such as "[0-9a-f]{32}"\.$/;

function serve(overrides: Parameters<typeof createFixture>[0] = {}) {
  const fixture = createFixture(overrides);
  fixture.store.add(BANK, TWO);
  const alert = makeAlert({ evidence: [BANK, TWO] });
  fixture.store.addAlert(alert, alertEvents(alert));
  const market = makeAlert({
    id: 'alert-0002',
    evidence: [TWO],
    series: { key: 'market', kind: 'market', id: 'market', name: 'Market' },
  });
  fixture.store.addAlert(market, alertEvents(market));
  const server = createServer(fixture.deps);
  open.push(server);
  const get = (url: string) => server.inject({ url, headers: { host: 'localhost:8080' } });
  const post = (url: string, payload: unknown, headers: Record<string, string> = {}) =>
    server.inject({
      method: 'POST',
      url,
      headers: { host: 'localhost:8080', 'content-type': 'application/json', ...headers },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });
  return { fixture, get, post };
}

const LABEL = {
  labeller: 'ann',
  documentId: BANK.id,
  version: 1,
  answers: [{ instrument: '', value: 'negative' }],
};
const said = ({ desk }: Fixture) =>
  desk.said.map(({ instrument, value, origin, author }) => [author, instrument, value, origin]);

describe('labelling', () => {
  test('a text is shown without anything that a model says of it', async () => {
    const { get } = serve();
    const { data } = (await get('/api/v1/labels/queue?labeller=ann&size=1')).json<LabelQueueAnswer>();
    expect(data).toHaveLength(1);
    expect(Object.keys(data[0]!).sort()).toEqual([
      'companies',
      'documentId',
      'language',
      'publishedAt',
      'source',
      'text',
      'version',
    ]);
    expect((await get('/api/v1/labels/queue')).json<Problem>().detail).toContain('"labeller" is needed');
    expect((await get('/api/v1/labels/queue?labeller=%00')).statusCode).toBe(400);
    expect((await get('/api/v1/labels/queue?labeller=ann&size=51')).statusCode).toBe(400);
    expect((await get('/api/v1/labels/progress?labeller=ann')).json()).toMatchObject({
      data: { figure: 0.71 },
    });
  });

  test('what is said is kept under the name, decisions as decisions', async () => {
    const { post, fixture, get } = serve();
    expect((await post('/api/v1/labels', LABEL)).json()).toEqual({ data: { kept: 1 } });
    fixture.desk.disputed.push({
      task: toTask(BANK),
      instrument: '',
      said: [
        { author: 'ann', value: 'negative' },
        { author: 'bo', value: 'neutral' },
      ],
    });
    expect((await get('/api/v1/labels/disputes')).json<DisputesAnswer>().data[0]!.said).toHaveLength(2);
    const { labeller, documentId: id, version } = { ...LABEL, labeller: '陈' };
    const decision = { labeller, documentId: id, version, instrument: '', value: 'neutral' };
    expect((await post('/api/v1/labels/decisions', decision)).statusCode).toBe(200);
    expect(said(fixture)).toEqual([
      ['ann', '', 'negative', 'label'],
      ['陈', '', 'neutral', 'adjudication'],
    ]);
  });

  test.each([
    [{ ...LABEL, labeller: ' ' }, /"labeller" must be the name of a person, .* such as "ann"\.$/],
    [{ ...LABEL, labeller: 'a\u202eb' }, /labeller/],
    [{ ...LABEL, documentId: 'x' }, NO_DOCUMENT_ID],
    [{ ...LABEL, documentId: { id: 'x' } }, NO_DOCUMENT_ID],
    [{ ...LABEL, documentId: LABEL.documentId.toUpperCase() }, NO_DOCUMENT_ID],
    [{ ...LABEL, answers: [] }, /answers/],
    [{ ...LABEL, answers: [{ instrument: '', value: 'awful' }] }, /answers/],
    [{ ...LABEL, answers: [...LABEL.answers, ...LABEL.answers] }, /one thing for each company/],
    [{ ...LABEL, origin: 'adjudication' }, /origin/],
  ])('refuses %j with the field', async (body, detail) => {
    const { post, fixture } = serve();
    const answer = await post('/api/v1/labels', body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json<Problem>().detail).toMatch(detail);
    expect(fixture.desk.said).toEqual([]);
  });

  test('another site writes nothing, nor a form, nor somebody without the token', async () => {
    const { post, fixture } = serve({ mayWrite: (given) => given === undefined || given === 'Bearer right' });
    const status = async (headers: Record<string, string>, body: unknown = LABEL) =>
      (await post('/api/v1/labels', body, headers)).statusCode;
    expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await status({ origin: 'https://evil.example' })).toBe(403);
    expect(await status({ origin: 'null' })).toBe(403);
    expect(await status({ 'content-type': 'text/plain' }, JSON.stringify(LABEL))).toBe(415);
    expect(await status({ 'content-type': 'application/x-www-form-urlencoded' }, 'labeller=ann')).toBe(415);
    expect(await status({ authorization: 'Bearer wrong' })).toBe(401);
    expect(await status({}, { ...LABEL, labeller: 'x'.repeat(20_000) })).toBe(413);
    expect(fixture.desk.said).toEqual([]);
    expect(await status({ 'sec-fetch-site': 'same-origin', origin: 'http://localhost:8080' })).toBe(200);
    expect(await status({ origin: 'http://localhost:8080', authorization: 'Bearer right' })).toBe(200);
    expect(await status({})).toBe(200);
  });

  test('a process that does not store says so', async () => {
    const refuse = () => Promise.reject(new ConfigError('not_the_active_monitor', 'Ask another process.'));
    const { post, get } = serve({
      labels: { queue: refuse, add: refuse, progress: refuse, disputes: refuse },
    });
    expect((await post('/api/v1/labels', LABEL)).statusCode).toBe(503);
    expect((await get('/api/v1/labels/queue?labeller=ann')).json<Problem>()).toMatchObject({
      status: 503,
      detail: 'Ask another process.',
    });
  });
});

describe('a verdict', () => {
  const VERDICT = { labeller: 'ann', documentId: BANK.id };
  test.each([
    [{ ...VERDICT, verdict: 'right' }, ['ann', '', 'negative', 'verdict']],
    [{ ...VERDICT, verdict: 'wrong_model', sentiment: 'positive' }, ['ann', '', 'positive', 'verdict']],
    [{ ...VERDICT, verdict: 'wrong_company' }, ['ann', 'HBRV.XDEM', 'wrong_entity', 'verdict']],
    [{ ...VERDICT, verdict: 'not_news' }, ['ann', '', 'neutral', 'verdict']],
    // Where a text names several companies it is about that of the alert.
    [{ ...VERDICT, documentId: TWO.id, verdict: 'right' }, ['ann', 'HBRV.XDEM', 'negative', 'verdict']],
  ])('%j is kept as a label', async (body, kept) => {
    const { post, fixture } = serve();
    expect((await post('/api/v1/alerts/alert-0001/verdict', body)).json()).toEqual({ data: { kept: 1 } });
    expect(said(fixture)).toEqual([kept]);
  });

  test.each([
    ['alert-0001', { ...VERDICT, verdict: 'wrong_model' }, 400, /sentiment/],
    ['alert-0001', { ...VERDICT, verdict: 'right', sentiment: 'positive' }, 400, /sentiment/],
    ['alert-0001', { ...VERDICT, verdict: 'maybe' }, 400, /right, wrong_model, wrong_company, not_news/],
    ['alert-0001', { ...VERDICT, verdict: 'right', documentId: 'b'.repeat(32) }, 400, /does not quote/],
    ['alert-0001', { ...VERDICT, verdict: 'right', documentId: 'b' }, 400, NO_DOCUMENT_ID],
    ['alert-0002', { ...VERDICT, verdict: 'wrong_company', documentId: TWO.id }, 400, /no company/],
    ['alert-0009', { ...VERDICT, verdict: 'right' }, 404, /no alert/],
  ])('on %s %j is refused with the reason', async (id, body, status, detail) => {
    const { post, fixture } = serve();
    const answer = await post(`/api/v1/alerts/${id}/verdict`, body);
    expect(answer.statusCode).toBe(status);
    expect(answer.json<Problem>().detail).toMatch(detail);
    expect(fixture.desk.said).toEqual([]);
  });

  test('another site gives none', async () => {
    const { post } = serve();
    const answer = await post(
      '/api/v1/alerts/alert-0001/verdict',
      { ...VERDICT, verdict: 'right' },
      { 'sec-fetch-site': 'cross-site' },
    );
    expect(answer.statusCode).toBe(403);
  });
});
