import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { HandshakeRefusedError } from '../../../../../ingest/fetch/guarded-socket.js';
import {
  createJetstreamSource,
  type JetstreamOptions,
} from '../../../../../ingest/sources/live/jetstream.js';
import { UnavailableError } from '../../../../../pipeline/core/errors.js';
import { fakeSockets, type FakeConnection } from '../../../../support/fake-sockets.js';
import { recordDeliveries } from '../../../../support/ingest.js';
import { jetstreamCommit, jetstreamIdentity, type StubEvent } from '../../../../support/stubs/jetstream.js';
import { virtualClock } from '../../../../support/virtual-clock.js';

const NOW = '2026-03-30T12:00:00.000Z';
const NOW_US = Date.parse(NOW) * 1_000;
const at = (seconds: number) => NOW_US + seconds * 1_000_000;

const quiet = (...events: StubEvent[]): FakeConnection => ({
  batches: [events.map(({ message }) => message)],
  end: 'silence',
});

type Script = Parameters<typeof fakeSockets>[0];

function setUp(
  script: Script,
  overrides: Partial<JetstreamOptions> = {},
  cursors = new Map<string, string>(),
) {
  const clock = virtualClock(NOW);
  const sockets = fakeSockets(script);
  const recorder = recordDeliveries(undefined, cursors);
  const rejected: string[] = [];
  const source = createJetstreamSource({
    source: { id: 'bluesky', kind: 'social', name: 'Bluesky' },
    url: 'wss://jetstream.example/subscribe',
    sockets,
    collections: ['app.bsky.feed.post'],
    filter: { everything: true, cashtags: false, keywords: [], languages: [] },
    clock,
    random: () => 0,
    authorKey: 'a key of the tests',
    readCursor: recorder.readCursor,
    onRejected: ({ message }) => rejected.push(message),
    ...overrides,
  });
  const stop = new AbortController();
  const run = () => source.run(recorder.deliver, stop.signal);
  return { clock, sockets, recorder, rejected, source, stop, run };
}

async function turns(count = 20) {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}

it('makes add, replace and retract of a post, its edit and its deletion, and names nobody', async () => {
  const did = 'did:plc:somebodywhoisinvented';
  const { recorder, run, stop } = setUp([
    quiet(
      jetstreamCommit({ timeUs: at(1), rkey: 'a', did, text: 'Aldermoor up', langs: ['en-GB'] }),
      jetstreamCommit({
        timeUs: at(2),
        rkey: 'a',
        did,
        text: 'Aldermoor down',
        operation: 'update',
        createdAt: NOW,
      }),
      jetstreamCommit({ timeUs: at(3), rkey: 'a', did, operation: 'delete' }),
    ),
  ]);
  const running = run();
  await turns();
  stop.abort();
  await running;
  const documents = recorder.documents();
  expect(documents.map(({ action, text }) => `${action} ${text}`)).toEqual([
    'add Aldermoor up',
    'replace Aldermoor down',
    'retract ',
  ]);
  expect(new Set(documents.map(({ id }) => id)).size).toBe(1);
  expect(documents[0]).toMatchObject({
    language: 'en-GB',
    url: null,
    publishedAt: '2026-03-30T12:00:01.000Z',
  });
  expect(documents[0]?.author).toMatch(/^u_[0-9a-f]{20}$/);
  expect(documents[1]).toMatchObject({ publishedAt: NOW, modifiedAt: '2026-03-30T12:00:02.000Z' });
  expect(JSON.stringify([documents, [...recorder.cursors]])).not.toContain('somebodywhoisinvented');
});

it('takes the time of the server where the author claims the future or nothing readable', async () => {
  const claims = ['2031-01-01T00:00:00Z', 'yesterday', '2026-03-30T11:59:00+00:00'];
  const events = claims.map((createdAt, n) => jetstreamCommit({ timeUs: at(n), rkey: `r${n}`, createdAt }));
  const { recorder, run, stop } = setUp([quiet(...events)]);
  const running = run();
  await turns();
  stop.abort();
  await running;
  expect(recorder.documents().map(({ publishedAt }) => publishedAt)).toEqual([
    NOW,
    '2026-03-30T12:00:01.000Z',
    '2026-03-30T11:59:00.000Z',
  ]);
});

it('takes what is wanted by cashtag, word or language, and retracts only what it took', async () => {
  const filter = {
    everything: false,
    cashtags: true,
    keywords: ['Aldermoor', '阿尔德'],
    languages: ['en', 'zh'],
  };
  const post = (rkey: string, text: string, langs = ['en']) =>
    jetstreamCommit({ timeUs: at(1), rkey, text, langs });
  const gone = (rkey: string) => jetstreamCommit({ timeUs: at(2), rkey, operation: 'delete' });
  const { recorder, run, stop } = setUp(
    [
      quiet(
        post('a', 'Buying $ALDR today'),
        post('b', 'aldermoor is falling'),
        post('c', '今天阿尔德大跌', ['zh-Hans']),
        post('d', 'aldermoorish weather'),
        post('e', 'It costs $100 and US$ALDR'),
        post('f', '$ALDR sube', ['es']),
        post('g', 'Aldermoor, unmarked', []),
        gone('a'),
        gone('d'),
      ),
    ],
    { filter },
  );
  const running = run();
  await turns();
  stop.abort();
  await running;
  expect(recorder.documents().map(({ action, text }) => `${action} ${text}`)).toEqual([
    'add Buying $ALDR today',
    'add aldermoor is falling',
    'add 今天阿尔德大跌',
    'add Aldermoor, unmarked',
    'retract ',
  ]);
});

it('resumes 5 s back after a restart and takes nothing twice', async () => {
  const first = jetstreamCommit({ timeUs: at(1), rkey: 'a' });
  const second = jetstreamCommit({ timeUs: at(2), rkey: 'b' });
  const before = setUp([quiet(first)]);
  const running = before.run();
  await turns();
  before.stop.abort();
  await running;
  const after = setUp([quiet(first, second)], {}, before.recorder.cursors);
  const again = after.run();
  await turns();
  after.stop.abort();
  await again;
  const cursor = new URL(after.sockets.requests[0]?.url ?? '').searchParams.get('cursor');
  expect(Number(cursor)).toBe(at(1) - 5_000_000);
  expect(after.recorder.documents().map(({ text }) => text)).toEqual(['$ALDR post b']);
});

it('stores the position of a stream without wanted posts every 10 s of its time', async () => {
  const { recorder, run, stop } = setUp([
    { batches: [1, 2, 11, 12, 25].map((s) => [jetstreamIdentity(at(s - 30)).message]), end: 'silence' },
  ]);
  const running = run();
  await turns();
  stop.abort();
  await running;
  expect(recorder.documents()).toEqual([]);
  expect(recorder.deliveries).toHaveLength(3);
});

it('says from when to when posts are missing when the replay begins later than it stopped', async () => {
  const cursors = new Map([['jetstream:bluesky', JSON.stringify({ timeUs: at(-200_000), recent: [] })]]);
  const { source, clock, run, stop } = setUp(
    [quiet(jetstreamIdentity(at(-129_600)), jetstreamIdentity(at(1)))],
    {},
    cursors,
  );
  const running = run();
  await turns();
  expect(source.status().state).toBe('degraded');
  expect(source.status().reason).toContain(
    'Posts from 2026-03-28T04:26:40.000Z to 2026-03-29T00:00:00.000Z are missing',
  );
  for (let n = 0; n < 65; n += 1) {
    clock.advance(60_000);
    await turns(5);
  }
  clock.advance(2_000);
  await turns();
  // Each connection since then was silent.
  expect(source.status().reason).toContain('has sent nothing whole for 60 s');
  expect(source.status().reason).not.toContain('are missing');
  stop.abort();
  await running;
});

it('leaves out garbage and times ahead of ours, and tells what breaks the contract', async () => {
  const ahead = jetstreamCommit({ timeUs: at(86_400), rkey: 'z' });
  const long = jetstreamCommit({ timeUs: at(1), rkey: 'long', text: 'x'.repeat(200_001) });
  const good = jetstreamCommit({ timeUs: at(2), rkey: 'good' });
  const messages = [
    '',
    'null',
    '[]',
    '{"time_us":"1"}',
    '{"kind":"heartbeat","payload":""}',
    '{"time_us":1,"kind":"commit"}',
  ];
  const { recorder, rejected, source, run, stop } = setUp([
    { batches: [[...messages, ahead.message, long.message, good.message]], end: 'silence' },
  ]);
  const running = run();
  await turns();
  expect(source.status()).toMatchObject({ state: 'ok', delivered: 1, rejected: 1 });
  stop.abort();
  await running;
  expect(recorder.documents().map(({ text }) => text)).toEqual(['$ALDR post good']);
  expect(rejected).toEqual([expect.stringContaining('at most 200000 are taken')]);
  expect(recorder.cursors.get('jetstream:bluesky')).toContain(String(at(2)));
});

it('is degraded with cause and fix, and never connects more than 6 times a minute', async () => {
  const refused = new HandshakeRefusedError('wss://jetstream.example/subscribe', 403, undefined);
  const { source, clock, sockets, run, stop } = setUp([refused]);
  const running = run();
  await turns();
  expect(source.status()).toMatchObject({
    state: 'degraded',
    reason: 'jetstream.example answers with status 403. Check address and options.',
  });
  stop.abort();
  await running;

  const storm = setUp([{ batches: [], end: null }]);
  const storming = storm.run();
  for (let second = 0; second < 600; second += 1) {
    storm.clock.advance(1_000);
    await turns(3);
  }
  storm.stop.abort();
  await storming;
  expect(storm.source.status().state).toBe('stopped');
  expect(storm.sockets.requests.length).toBeLessThan(15);
  expect(sockets.requests.length).toBe(1);
  expect(clock.sleepers()).toBe(0);
});

it('gives a silent connection up after 60 s and goes on', async () => {
  const sound: FakeConnection = {
    batches: [[jetstreamCommit({ timeUs: at(60), rkey: 'a' }).message], []],
    end: 'silence',
    onBatch: () => {
      clock.advance(20_000);
    },
  };
  const { source, clock, recorder, sockets, run, stop } = setUp([quiet(), sound]);
  const running = run();
  await turns();
  clock.advance(60_000);
  await turns();
  expect(source.status().reason).toContain('has sent nothing whole for 60 s');
  clock.advance(2_000);
  await turns();
  expect(sockets.requests).toHaveLength(2);
  expect(recorder.documents()).toHaveLength(1);
  expect(source.status().state).toBe('ok');
  stop.abort();
  await running;
});

it('gives up a server that answers pings and sends no event for 5 minutes', async () => {
  const beats = Array.from({ length: 8 }, () => [] as string[]);
  const { source, clock, run, stop } = setUp([
    {
      batches: [[jetstreamIdentity(at(0)).message], ...beats],
      end: 'silence',
      onBatch: () => {
        clock.advance(50_000);
      },
    },
  ]);
  const running = run();
  await turns();
  expect(source.status().reason).toContain('has sent no event for 5 minutes, though it lives');
  stop.abort();
  await running;
});

it('starts at the stored cursor again when a delivery was given up for now', async () => {
  const clock = virtualClock(NOW);
  let fail = true;
  const recorder = recordDeliveries(() => {
    if (!fail) return;
    fail = false;
    throw new UnavailableError('log_full', 'The log is full.', { retriable: true });
  });
  const { source } = setUp([quiet(jetstreamCommit({ timeUs: at(1), rkey: 'a' }))], {
    clock,
    readCursor: recorder.readCursor,
  });
  const stop = new AbortController();
  const running = source.run(recorder.deliver, stop.signal);
  await turns();
  expect(source.status()).toMatchObject({ state: 'degraded', reason: 'The log is full.', delivered: 0 });
  clock.advance(2_000);
  await turns();
  expect(source.status()).toMatchObject({ state: 'ok', delivered: 1 });
  stop.abort();
  await running;
});
