import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createJetstreamSource } from '../../../../../ingest/sources/live/jetstream.js';
import { fakeSockets } from '../../../../support/fake-sockets.js';
import { recordDeliveries } from '../../../../support/ingest.js';
import { jetstreamCommit } from '../../../../support/stubs/jetstream.js';
import { virtualClock } from '../../../../support/virtual-clock.js';

const NOW = '2026-03-30T12:00:00.000Z';
const at = (seconds: number) => Date.parse(NOW) * 1_000 + seconds * 1_000_000;
const post = (rkey: string, seconds: number) => jetstreamCommit({ timeUs: at(seconds), rkey }).message;
const STORED = JSON.stringify({ timeUs: at(-10), recent: [] });

async function turns() {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
}

function setUp(script: Parameters<typeof fakeSockets>[0]) {
  const clock = virtualClock(NOW);
  const recorder = recordDeliveries(undefined, new Map([['jetstream:bluesky', STORED]]));
  const sockets = fakeSockets(script);
  const source = createJetstreamSource({
    source: { id: 'bluesky', kind: 'social' },
    url: 'wss://jetstream.example/subscribe',
    sockets,
    collections: ['app.bsky.feed.post'],
    filter: { everything: true, cashtags: false, keywords: [], languages: [] },
    clock,
    random: () => 0,
    readCursor: recorder.readCursor,
    onRejected: () => undefined,
  });
  const stop = new AbortController();
  return { clock, recorder, sockets, source, stop, running: source.run(recorder.deliver, stop.signal) };
}

it('says that a clock is wrong when all events lie ahead, and keeps its position', async () => {
  const { recorder, source, stop, running } = setUp([
    { batches: [[post('a', 600)], [post('b', 601)], []], end: 'silence' },
  ]);
  await turns();
  expect(source.status()).toMatchObject({ state: 'degraded', delivered: 0 });
  expect(source.status().reason).toBe(
    'The posts of jetstream.example are from 2026-03-30T12:10:01.000Z, which is more than 5 minutes ahead: the clock of this machine or of the server is wrong. Set it right; nothing is taken until then.',
  );
  expect(recorder.cursors.get('jetstream:bluesky')).toBe(STORED);
  stop.abort();
  await running;
});

it('reads what it left out once the clock is right', async () => {
  let batch = 0;
  const { clock, recorder, sockets, source, stop, running } = setUp([
    {
      batches: [[post('a', 600)], [post('b', 601)], [post('c', 602)]],
      end: 'silence',
      onBatch: () => {
        batch += 1;
        if (batch === 3) clock.advance(600_000);
      },
    },
    { batches: [[post('a', 600), post('b', 601), post('c', 602)]], end: 'silence' },
  ]);
  await turns();
  clock.advance(2_000);
  await turns();
  expect(new URL(sockets.requests[1]?.url ?? '').searchParams.get('cursor')).toBe(String(at(-15)));
  expect(recorder.documents().map(({ text }) => text)).toEqual([
    '$ALDR post a',
    '$ALDR post b',
    '$ALDR post c',
  ]);
  expect(source.status().delivered).toBe(3);
  stop.abort();
  await running;
});

it('goes on when one event alone lies ahead', async () => {
  const { recorder, sockets, source, stop, running } = setUp([
    { batches: [[post('z', 86_400)], [post('a', 1)], [post('b', 2)]], end: 'silence' },
  ]);
  await turns();
  expect(source.status()).toMatchObject({ state: 'ok', delivered: 2 });
  expect(recorder.documents().map(({ text }) => text)).toEqual(['$ALDR post a', '$ALDR post b']);
  expect(sockets.requests).toHaveLength(1);
  stop.abort();
  await running;
});
