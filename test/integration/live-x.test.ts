import { afterEach, expect, it } from 'vitest';
import { createXSource, type XOptions } from '../../ingest/sources/live/x.js';
import { runLive, stubClient } from '../support/live-run.js';
import { startXStub, xLine, type XStub } from '../support/stubs/x.js';
import { turns, until } from '../support/turns.js';

let stub: XStub;
afterEach(() => stub.stop());

const start = (more: Partial<XOptions> = {}, cursors = new Map<string, string>()) =>
  runLive(
    (parts) =>
      createXSource({
        ...parts,
        url: stub.url,
        client: stubClient,
        token: 'good',
        rules: ['$ALDR lang:en'],
        backfillMinutes: 0,
        ...more,
      }),
    cursors,
  );
const streams = () => stub.requests.filter(({ path }) => path === '/2/tweets/search/stream');

it('adds the rules that are missing, takes away only its own, and takes only posts of its rules', async () => {
  stub = await startXStub();
  stub.rules = [
    { id: '1', value: 'old one', tag: 'bellwether-live' },
    { id: '2', value: 'of somebody else', tag: 'theirs' },
  ];
  const live = start();
  await until(() => stub.listeners() === 1);
  expect(stub.rules.map(({ id, value, tag }) => `${id} ${value} ${tag ?? ''}`)).toEqual([
    '2 of somebody else theirs',
    '91 $ALDR lang:en bellwether-live',
  ]);
  stub.write(`${xLine({ id: '10', text: '$ALDR up', ruleIds: ['91'] })}\r\n`);
  stub.write(`${xLine({ id: '11', text: 'not ours', ruleIds: ['2'] })}\r\n\r\nnot json\r\n{}\r\n`);
  stub.write(`${xLine({ id: '12', text: '$ALDR down', ruleIds: ['91'], history: ['10', '12'] })}\r\n`);
  stub.write(
    '{"delete":{"tweet":{"id":"10","author_id":"424242"},"event_at":"2026-03-31T11:59:30.000Z"}}\r\n',
  );
  await until(() => live.told().length === 3);
  expect(live.told()).toEqual(['add $ALDR up', 'replace $ALDR down', 'retract']);
  const [first, second] = live.recorder.documents();
  expect(first).toMatchObject({
    url: 'https://x.com/i/web/status/10',
    tickers: ['ALDR'],
    language: 'en',
    extra: { reposts: 1, replies: 2, likes: 3, quotes: 4, accountSince: '2011-01' },
  });
  expect(second?.id).toBe(first?.id);
  expect(JSON.stringify([live.recorder.documents(), [...live.recorder.cursors]])).not.toMatch(/mira|424242/i);
  await live.stop();
});

it('tries again soon after a 503, which X sends with the end of a limit that is not reached', async () => {
  stub = await startXStub();
  stub.refuse = 503;
  const live = start({ backfillMinutes: 5 });
  await until(() => live.source.status().state === 'degraded' && live.clock.sleepers() === 1);
  expect(live.source.status().reason).toBe('X answers with status 503. It is tried again.');
  stub.refuse = null;
  live.clock.advance(2_000);
  await until(() => stub.listeners() === 1);
  await live.stop();
});

it('leaves rules alone that are right already', async () => {
  stub = await startXStub();
  stub.rules = [{ id: '7', value: '$ALDR lang:en', tag: 'by hand' }];
  const live = start();
  await until(() => stub.listeners() === 1);
  stub.write(`${xLine({ id: '10', text: '$ALDR', ruleIds: ['7'] })}\r\n`);
  await until(() => live.told().length === 1);
  expect(stub.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  await live.stop();
});

const ZEBX = { source: { id: 'other', kind: 'social' as const }, rules: ['$ZEBX'] };

it('keeps a rule that another of our sources had, too, when that one wants it no longer', async () => {
  stub = await startXStub();
  stub.rules = [{ id: '7', value: '$ALDR lang:en', tag: 'bellwether-other' }];
  const live = start();
  await until(() => stub.listeners() === 1);
  const other = start(ZEBX);
  await until(() => stub.listeners() === 2);
  expect(stub.rules.map(({ value, tag }) => `${value} ${tag ?? ''}`)).toEqual([
    '$ALDR lang:en bellwether-live',
    '$ZEBX bellwether-other',
  ]);
  await other.stop();
  await live.stop();
});

it('uses the rule of another of our sources where X takes it once, asks once, and adds it when it is gone', async () => {
  stub = await startXStub();
  stub.takesOnce = true;
  stub.rules = [{ id: '7', value: '$ALDR lang:en', tag: 'bellwether-other' }];
  const live = start();
  const added = () => stub.requests.filter(({ method }) => method === 'POST').length;
  const again = async () => {
    const before = streams().length;
    stub.end();
    await until(() => live.source.status().state === 'degraded' && live.clock.sleepers() === 1);
    live.clock.advance(2_000);
    await until(() => streams().length > before && stub.listeners() === 1);
  };
  await until(() => stub.listeners() === 1);
  stub.write(`${xLine({ id: '10', text: '$ALDR', ruleIds: ['7'] })}\r\n`);
  await until(() => live.told().length === 1);
  await again();
  expect(added()).toBe(1);
  stub.rules = [];
  await again();
  expect(stub.rules.map(({ tag }) => tag)).toEqual(['bellwether-live']);
  await live.stop();
});

it('asks for what was missed as far as the plan goes, takes nothing twice, and tells the rest as a gap', async () => {
  stub = await startXStub();
  const before = start({ backfillMinutes: 5 });
  await until(() => stub.listeners() === 1);
  stub.write(`${xLine({ id: '10', text: '$ALDR one', ruleIds: ['91'] })}\r\n`);
  await until(() => before.told().length === 1);
  await before.stop();

  stub.replay = [
    xLine({ id: '10', text: '$ALDR one', ruleIds: ['91'] }),
    xLine({ id: '11', text: '$ALDR two', ruleIds: ['91'] }),
  ];
  const after = start({ backfillMinutes: 5 }, before.recorder.cursors);
  await until(() => after.told().length === 1);
  expect(after.told()).toEqual(['add $ALDR two']);
  expect(after.source.status().state).toBe('ok');
  await after.stop();

  const late = new Map(after.recorder.cursors).set('x:live', '2026-03-31T11:00:00.000Z');
  const last = start({ backfillMinutes: 5 }, late);
  await until(() => last.source.status().state === 'degraded');
  expect(last.source.status().reason).toContain(
    'from 2026-03-31T11:00:00.000Z to 2026-03-31T11:55:00.000Z are missing',
  );
  expect(streams().map(({ query }) => query.get('backfill_minutes'))).toEqual([null, null, '5']);
  await last.stop();
});

it.each([
  [{ token: 'bad' }, null, /status 401\. The bearer token is wrong/],
  [{}, 403, /status 403\. The application has no access to the filtered stream/],
  [{}, 429, /allows no further requests until 2026-03-31T12:10:00\.000Z/],
  [{ rules: ['bad('] }, null, /refuses the rule "bad\(": missing \) at the end\. Correct "rules"/],
])('with %j and status %s it is degraded with cause and fix', async (more, status, reason) => {
  stub = await startXStub();
  stub.refuse = status;
  const live = start(more);
  await until(() => live.source.status().state === 'degraded');
  expect(live.source.status().reason).toMatch(reason);
  await live.stop();
});

it.each([
  [
    {
      errors: [
        {
          title: 'ConnectionException',
          detail: 'This stream is at the maximum.',
          connection_issue: 'TooManyConnections',
          type: 'https://api.x.com/2/problems/streaming-connection',
        },
      ],
    },
    /no further connection with this token/,
  ],
  [
    {
      title: 'UsageCapExceeded',
      detail: 'Usage cap exceeded: Monthly',
      type: 'https://api.x.com/2/problems/usage-capped',
    },
    /posts of the plan are used up/,
  ],
  [
    {
      errors: [
        {
          title: 'operational-disconnect',
          detail: 'This stream has been disconnected upstream.',
          type: 'https://api.x.com/2/problems/operational-disconnect',
        },
      ],
    },
    /broke the stream off: This stream has been disconnected upstream/,
  ],
])('names the problem that X sends in the stream %#', async (problem, reason) => {
  stub = await startXStub();
  const live = start();
  await until(() => stub.listeners() === 1);
  stub.write(`${JSON.stringify(problem)}\r\n`);
  await until(() => live.source.status().state === 'degraded');
  expect(live.source.status().reason).toMatch(reason);
  await live.stop();
});

it('counts 25 s without a line end as dead and connects again', async () => {
  stub = await startXStub();
  const live = start();
  await until(() => live.source.status().state === 'ok' && live.recorder.deliveries.length === 1);
  for (let n = 0; n < 5; n += 1) {
    const heard = live.source.status().lastContactAt;
    live.clock.advance(20_000);
    stub.write('\r\n');
    await until(() => live.source.status().lastContactAt !== heard);
  }
  expect(streams()).toHaveLength(1);
  live.clock.advance(25_000);
  await until(() => {
    live.clock.advance(1_000);
    return streams().length === 2;
  });
  // It worked before, and the next one stands: nothing to tell.
  expect(live.source.status().state).toBe('ok');
  await turns();
  await live.stop();
});
