import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as moment } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../pipeline/core/clock.js';
import { openLmdbLog } from '../../pipeline/log/lmdb-log.js';
import { createRandom, type Random } from '../faults/random.js';
import { bundleChild } from '../support/bundle-child.js';
import { startKilledChild } from '../support/killed-child.js';
import { readRawLog } from '../support/read-raw-log.js';
import { jetstreamCommit, type StubEvent } from '../support/stubs/jetstream.js';
import { mastodonStatus, startMastodonStub, type MastodonStub } from '../support/stubs/mastodon.js';
import { startSocketStub, type SocketStub, type StubConnection } from '../support/stubs/socket.js';

const KILLS = 14;
const EVENT_US = 50_000;
const POST_MS = 2_000;

let folder: string;
let script: string;
let sockets: SocketStub | undefined;
let server: MastodonStub | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-live-kill-'));
  script = await bundleChild(join(import.meta.dirname, '..', 'support', 'live-child.ts'));
});
afterAll(async () => {
  await sockets?.stop();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
  await rm(script, { force: true });
});

/** What both services hold; more of it comes while anybody reads. */
interface World {
  readonly events: StubEvent[];
  /** Source, action and what it says, of everything that has to be stored. */
  readonly expected: string[];
  readonly random: Random;
  breaks: number;
  /** Both sources have stored something: without that a source begins with what comes next, as it should. */
  begun: boolean;
  /** Until it is over more comes, and connections break. */
  over: boolean;
}

function addEvent({ events, expected, random }: World, startMs: number): void {
  const timeUs = startMs * 1_000 + events.length * EVENT_US;
  const rkey = `k${events.length}`;
  const isWanted = random() < 2 / 3;
  const text = isWanted ? `$ALDR moves ${rkey}` : `Breakfast ${rkey}`;
  events.push(jetstreamCommit({ timeUs, rkey, text }));
  if (!isWanted) return;
  expected.push(`bluesky add ${text}`);
  const fate = random();
  const laterUs = timeUs + EVENT_US;
  if (fate < 0.05) {
    events.push(jetstreamCommit({ timeUs: laterUs, rkey, text: `${text} again`, operation: 'update' }));
    expected.push(`bluesky replace ${text} again`);
  } else if (fate < 0.1) {
    events.push(jetstreamCommit({ timeUs: laterUs, rkey, operation: 'delete' }));
    expected.push(`bluesky retract ${new Date(laterUs / 1_000).toISOString()}`);
  }
}

function addPost(world: World, stub: MastodonStub, startMs: number): void {
  const { timeline } = stub;
  const at = startMs + timeline.length * POST_MS;
  const text = `$BRIG moves p${timeline.length}`;
  const id = String(BigInt(at) << 16n);
  const post = mastodonStatus({ id, text, at: new Date(at).toISOString() });
  timeline.push(post);
  world.expected.push(`mastodon add ${text}`);
  if (world.begun && world.random() < 0.05) {
    world.breaks += 1;
    stub.drop();
  } else stub.send('update', post);
}

/** One connection: what was missed, then what comes, as fast as it is read, until it breaks. */
async function play(connection: StubConnection, world: World, more: () => void): Promise<void> {
  const { events, random } = world;
  const cursor = Number(connection.query.get('cursor') ?? 0);
  let next = events.findIndex(({ timeUs }) => timeUs >= cursor);
  if (next === -1) next = events.length;
  for (;;) {
    for (const { message } of events.slice(next)) connection.send(message);
    next = events.length;
    await connection.read();
    if (connection.closed() || world.over) return;
    if (random() < 0.05) break;
    more();
    await nextTurn();
  }
  world.breaks += 1;
  if (random() < 0.3) connection.end();
  else {
    if (random() < 0.5) connection.sendPart('{"kind":"commit"}', random());
    connection.cut();
  }
}

it(
  `live sources that are killed ${KILLS} times while their connections break store everything once`,
  { timeout: 120_000 },
  async () => {
    const seed = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 1e9));
    console.info(`live kills: KILL_SEED=${seed}`);
    const random = createRandom(seed);
    const world: World = { events: [], expected: [], random, breaks: 0, begun: false, over: false };
    const startMs = Date.now() - 12 * 3_600_000;
    const mastodon = await startMastodonStub();
    server = mastodon;
    const more = () => {
      for (let count = random() * 10; count > 0; count -= 1) addEvent(world, startMs);
      if (mastodon.listeners() > 0 || world.begun) addPost(world, mastodon, startMs);
    };
    sockets = await startSocketStub({
      onConnection: (connection) => void play(connection, world, more),
    });
    const url = sockets.url;
    const start = () => startKilledChild(script, [join(folder, 'log'), url, mastodon.url]);
    const lines: string[] = [];

    for (let kill = 0; kill < KILLS; kill += 1) {
      const child = start();
      const first = world.begun ? ['ready'] : ['bluesky', 'mastodon'];
      await child.until((told) => first.every((word) => told.some((line) => line.startsWith(word))));
      world.begun = true;
      await moment(random() * 900);
      lines.push(...(await child.kill()));
    }
    world.over = true;
    const last = start();
    const isStored = (line: string) => Number(line.split(' ')[1]) >= world.expected.length;
    await last.until((told) => told.some(isStored));
    lines.push(...(await last.kill()));

    const log = await openLmdbLog({ path: join(folder, 'log'), clock: systemClock });
    const stored = (await readRawLog(log)).map(({ source, action, text, publishedAt }) =>
      [source.id, action, action === 'retract' ? publishedAt : text].join(' '),
    );
    await log.close();
    console.info(`${stored.length} stored, ${world.breaks} breaks, ${mastodon.requests.length} requests`);
    expect(lines.filter((line) => line.startsWith('gap'))).toEqual([]);
    expect(new Set(stored).size).toBe(stored.length);
    expect(stored.toSorted()).toEqual(world.expected.toSorted());
    expect(world.breaks).toBeGreaterThan(KILLS / 2);
  },
);
