import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { createSocketConnector } from '../../ingest/fetch/guarded-socket.js';
import { createJetstreamSource } from '../../ingest/sources/live/jetstream.js';
import type { Deliver, Delivery, Source } from '../../ingest/source.js';
import type { Clock } from '../../pipeline/core/clock.js';
import { UnavailableError } from '../../pipeline/core/errors.js';
import { RAW_TOPIC, type DurableLog } from '../../pipeline/core/log.js';
import { encodeRawDocument } from '../../pipeline/log/codec.js';
import { openLmdbLog } from '../../pipeline/log/lmdb-log.js';
import { readRawLog } from '../support/read-raw-log.js';
import { jetstreamCommit, jetstreamIdentity, type StubEvent } from '../support/stubs/jetstream.js';
import { startSocketStub, type SocketStub, type StubConnection } from '../support/stubs/socket.js';
import { virtualClock, type VirtualClock } from '../support/virtual-clock.js';

const START = '2026-03-30T00:00:00.000Z';
const START_US = Date.parse(START) * 1_000;
const MINUTE_US = 60_000_000;
const MINUTES = 1_440;
const POSTS_A_MINUTE = 20;
const STEP_MS = 10_000;

class Killed extends Error {}

let stub: SocketStub | undefined;
let folder: string | undefined;
afterEach(async () => {
  await stub?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

it(
  'a day of posts with 1,440 disconnections, failing deliveries and kills leaves no gap and no double',
  { timeout: 240_000 },
  async () => {
    const random = seeded(20260330);
    const day = inventDay(random);
    const clock = virtualClock(START);
    folder = await mkdtemp(join(tmpdir(), 'live-day-'));
    const log = await openLmdbLog({ path: join(folder, 'log'), clock });
    const tally = { cuts: 0, partFrames: 0, givenUp: 0, kills: 0, most: 0, stored: 0, whole: false };
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const look = () => {
      if (tally.whole && tally.stored >= day.expected.size) finish();
    };
    stub = await startSocketStub({
      onConnection: (connection, index) =>
        void play(connection, index, { day, clock, random, tally }).then(look),
    });

    const stop = new AbortController();
    const appendTo = unreliable(log, { random, tally });
    const deliver: Deliver = (delivery) => appendTo(delivery).finally(look);
    const parts = { clock: movedByWaits(clock, stop.signal), random };
    const running = runWithKills(() => makeSource(stub!.url, log, parts), { deliver, stop, tally });
    await finished;
    for (let turn = 0; turn < 200; turn += 1) await nextTurn();
    stop.abort();
    await running;

    const stored = await readLog(log);
    await log.close();
    expect(stub.count()).toBeGreaterThan(MINUTES);
    expect(tally.cuts).toBeGreaterThan(1_400);
    expect(tally.partFrames).toBeGreaterThan(200);
    expect(tally.givenUp).toBeGreaterThan(5);
    expect(tally.kills).toBeGreaterThan(5);
    expect(tally.most).toBe(1);
    expect(new Set(stored).size).toBe(stored.length);
    expect([...stored].sort()).toEqual([...day.expected].sort());
  },
);

interface Day {
  /** As the server stored them: nearly in the order of their times. */
  readonly events: readonly StubEvent[];
  /** Place and action of everything that has to be stored. */
  readonly expected: ReadonlySet<string>;
}

/** 28,800 posts, two thirds with a cashtag; some are edited, some deleted, times are nearly in order and partly equal. */
function inventDay(random: () => number): Day {
  const events: { readonly order: number; readonly event: StubEvent }[] = [];
  const expected = new Set<string>();
  const put = (event: StubEvent) => events.push({ order: event.timeUs + random() * 2_000_000, event });
  for (let minute = 0; minute < MINUTES; minute += 1) {
    put(jetstreamIdentity(START_US + minute * MINUTE_US + 1));
    for (let n = 0; n < POSTS_A_MINUTE; n += 1) {
      const rkey = `k${minute}x${n}`;
      const timeUs = START_US + minute * MINUTE_US + Math.floor(random() * 60) * 1_000_000;
      const wanted = random() < 2 / 3;
      const text = wanted ? `$ALDR moves ${rkey}` : `Breakfast ${rkey}`;
      put(jetstreamCommit({ timeUs, rkey, text }));
      if (wanted) expected.add(`add ${text}`);
      const fate = random();
      const laterUs = timeUs + 3_000_000 + Math.floor(random() * 600) * 1_000_000;
      if (fate < 0.02) {
        const edited = `$ALDR corrected ${rkey}`;
        put(jetstreamCommit({ timeUs: laterUs, rkey, text: edited, operation: 'update' }));
        expected.add(`replace ${edited}`);
      }
      const isDeleted = fate >= 0.02 && fate < 0.05;
      if (isDeleted) put(jetstreamCommit({ timeUs: laterUs, rkey, operation: 'delete' }));
      if (isDeleted && wanted) expected.add(`retract ${new Date(laterUs / 1_000).toISOString()} ${rkey}`);
    }
  }
  events.sort((a, b) => a.order - b.order);
  // Deletions hold no text: they are told apart by their time, which therefore has to differ.
  return { events: events.map(({ event }) => event), expected: withoutKeys(expected) };
}

function withoutKeys(expected: ReadonlySet<string>): ReadonlySet<string> {
  const seen = new Map<string, number>();
  return new Set(
    [...expected].map((line) => {
      if (!line.startsWith('retract')) return line;
      const time = line.split(' ')[1] ?? '';
      seen.set(time, (seen.get(time) ?? 0) + 1);
      return `retract ${time} ${seen.get(time) ?? 0}`;
    }),
  );
}

interface Play {
  readonly day: Day;
  readonly clock: VirtualClock;
  readonly random: () => number;
  readonly tally: { cuts: number; partFrames: number; whole: boolean };
}

/** One connection: what was missed, then live until about the end of the minute, where it breaks at a random point. */
async function play(
  connection: StubConnection,
  index: number,
  { day, clock, random, tally }: Play,
): Promise<void> {
  const cursor = Number(connection.query.get('cursor') ?? START_US);
  let next = day.events.findIndex(({ timeUs }) => timeUs >= cursor);
  if (next === -1) next = day.events.length;
  const last = index >= MINUTES;
  const endMs = last ? Number.POSITIVE_INFINITY : Date.parse(START) + (index + 1) * 60_000;
  const sendDue = () => {
    for (; next < day.events.length; next += 1) {
      const event = day.events[next];
      if (event === undefined || event.timeUs > clock.now() * 1_000) return;
      connection.send(event.message);
    }
  };
  sendDue();
  await connection.read();
  while (!connection.closed() && clock.now() < endMs && next < day.events.length) {
    clock.advance(STEP_MS * (0.5 + random()));
    sendDue();
    // Some breaks hit what the client has not read yet.
    if (random() < 0.9) await connection.read();
    if (!last && random() < 0.02) break;
  }
  if (next >= day.events.length) {
    await connection.read();
    tally.whole ||= last;
  }
  if (last || connection.closed()) return;
  tally.cuts += 1;
  breakOff(connection, day.events[next] ?? day.events[0]!, { random, tally });
}

function breakOff(
  connection: StubConnection,
  event: StubEvent,
  { random, tally }: Pick<Play, 'random' | 'tally'>,
) {
  const way = random();
  if (way < 0.25) connection.end();
  else {
    if (way < 0.7) {
      tally.partFrames += 1;
      connection.sendPart(event.message, random());
    }
    connection.cut();
  }
}

/** Stores documents and cursors in one step; gives up now and then, and dies before or after the step. */
function unreliable(
  log: Pick<DurableLog, 'append'>,
  {
    random,
    tally,
  }: { random: () => number; tally: { givenUp: number; kills: number; most: number; stored: number } },
): Deliver {
  let open = 0;
  return async ({ documents, cursors }: Delivery) => {
    open += 1;
    tally.most = Math.max(tally.most, open);
    try {
      const fate = random();
      if (fate < 0.01) {
        tally.givenUp += 1;
        throw new UnavailableError('log_away', 'The log is away.', { retriable: true });
      }
      if (fate < 0.014) throw new Killed();
      const records = documents.map((document) => ({ key: document.id, value: encodeRawDocument(document) }));
      await log.append(RAW_TOPIC, records, { cursors });
      tally.stored += records.length;
      if (fate < 0.018) throw new Killed();
    } finally {
      open -= 1;
    }
  };
}

function makeSource(
  url: string,
  log: Pick<DurableLog, 'readCursor'>,
  { clock, random }: { clock: Clock; random: () => number },
): Source {
  return createJetstreamSource({
    source: { id: 'bluesky', kind: 'social', name: 'Bluesky' },
    url,
    sockets: createSocketConnector({ userAgent: 'Bellwether test', allowPrivateHosts: true, clock }),
    collections: ['app.bsky.feed.post'],
    filter: { everything: false, cashtags: true, keywords: [], languages: [] },
    clock,
    random,
    readCursor: (name) => log.readCursor(name),
    onRejected: ({ message }) => {
      throw new Error(message);
    },
  });
}

/** Time passes at once while the source waits for its next attempt to connect; everything else waits for the stub. */
function movedByWaits(clock: VirtualClock, stopped: AbortSignal): Clock {
  return {
    ...clock,
    sleep: async (ms, signal) => {
      if (signal !== stopped) return clock.sleep(ms, signal);
      clock.advance(ms);
      await nextTurn();
    },
  };
}

/** A new source after each kill knows only what is stored. */
async function runWithKills(
  make: () => Source,
  { deliver, stop, tally }: { deliver: Deliver; stop: AbortController; tally: { kills: number } },
): Promise<void> {
  while (!stop.signal.aborted) {
    try {
      await make().run(deliver, stop.signal);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      tally.kills += 1;
    }
  }
}

/** What stands in the log, in the words of `Day.expected`. */
async function readLog(log: DurableLog): Promise<readonly string[]> {
  const retracted = new Map<string, number>();
  const stored = (await readRawLog(log)).map(({ action, text, publishedAt }) => {
    if (action !== 'retract') return `${action} ${text}`;
    const count = (retracted.get(publishedAt) ?? 0) + 1;
    retracted.set(publishedAt, count);
    return `retract ${publishedAt} ${count}`;
  });
  return stored;
}

/** Numbers in [0, 1), the same in each run. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
