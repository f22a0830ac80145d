import { describe, expect, it } from 'vitest';

import {
  StreamRefusedError,
  type LiveConnection,
  type LiveStep,
} from '../../../../../ingest/sources/live/live-stream.js';
import { createLiveSource } from '../../../../../ingest/sources/live/run-live-stream.js';
import { TimeoutError, UnavailableError } from '../../../../../pipeline/core/errors.js';
import { recordDeliveries } from '../../../../support/ingest.js';

const SILENCE_MS = 60_000;
const HEARTBEAT: LiveStep = { items: [], cursors: [] };
const reset = new UnavailableError('unreachable', 'The other side broke the connection off.', {
  retriable: true,
});
const POST: LiveStep = {
  items: [
    {
      place: 'post 1',
      document: { nativeId: '1', text: 'Profits rise.', publishedAt: '2026-03-31T13:00:00Z' },
    },
  ],
  cursors: [],
};

/** What a connection brings, each so many seconds after the one before; null is its end. An error in its place: there is none. */
type Connection = Error | readonly (readonly [seconds: number, what: LiveStep | Error | null])[];

/** Runs a stream over these connections on a clock of its own. Returns each state that the source took, with its code. */
async function statesOf(connections: readonly Connection[]): Promise<readonly string[]> {
  const stop = new AbortController();
  let time = Date.parse('2026-03-31T14:00:00Z');
  const states: string[] = [];
  const look = () => {
    const { state, cause } = source.status();
    const words = cause === null ? state : `${state} ${cause.code}`;
    if (states.at(-1) !== words) states.push(words);
  };
  let opened = 0;
  const recorder = recordDeliveries();
  const source = createLiveSource({
    source: { id: 'stream', name: 'Stream', kind: 'social', licence: 'terms' },
    silenceMs: SILENCE_MS,
    random: () => 0,
    readCursor: recorder.readCursor,
    onRejected: (item) => {
      throw new Error(item.message);
    },
    clock: {
      now: () => time,
      monotonic: () => time,
      sleep: (ms, signal) => {
        // The watch over the silence of a connection; nothing is silent here.
        if (ms === SILENCE_MS)
          return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()));
        look();
        time += ms;
        if (opened === connections.length) stop.abort();
        return Promise.resolve();
      },
    },
    stream: {
      name: 'stream.example',
      open: () => {
        const script = connections[opened];
        opened += 1;
        if (script === undefined || script instanceof Error)
          return Promise.reject(script ?? new Error('none'));
        const rest = [...script];
        const connection: LiveConnection = {
          close: () => undefined,
          next: () => {
            look();
            const [seconds, what] = rest.shift() ?? [0, null];
            time += seconds * 1_000;
            return what instanceof Error ? Promise.reject(what) : Promise.resolve(what);
          },
        };
        return Promise.resolve(connection);
      },
    },
  });
  await source.run(recorder.deliver, stop.signal);
  return states;
}

const LASTING: Connection = [
  [15, HEARTBEAT],
  [15, POST],
  [15, reset],
];
const BRIEF: Connection = [
  [1, POST],
  [1, null],
];

describe('the state of a stream', () => {
  it('stays ok while connections that worked break and the next one stands', async () => {
    expect(await statesOf([LASTING, LASTING, LASTING])).toEqual(['ok']);
  });

  it('is degraded as soon as there is no connection in the place of one that worked', async () => {
    expect(await statesOf([LASTING, reset, reset])).toEqual(['ok', 'degraded unreachable']);
    expect(await statesOf([LASTING, reset, LASTING])).toEqual(['ok', 'degraded unreachable', 'ok']);
  });

  it('is degraded when a connection stands and nothing ever comes over it', async () => {
    const silent: Connection = [[SILENCE_MS / 1_000, reset]];
    expect(await statesOf([LASTING, silent, silent, LASTING])).toEqual(['ok', 'degraded unreachable', 'ok']);
  });

  it('is degraded at once for what is no lost connection, however long the connection stood', async () => {
    const refused = new StreamRefusedError('answer_refused', 'The token was withdrawn.', { status: 401 });
    expect(
      await statesOf([
        [
          [30, HEARTBEAT],
          [1, refused],
        ],
      ]),
    ).toEqual(['ok', 'degraded answer_refused']);
    const stalled = new TimeoutError('stalled', 'It has sent no event for 5 minutes.', { retriable: true });
    expect(
      await statesOf([
        [
          [300, HEARTBEAT],
          [1, stalled],
        ],
      ]),
    ).toEqual(['ok', 'degraded stalled']);
  });

  it('stays degraded while connections end soon after they began, and is ok once one has stood', async () => {
    expect(await statesOf([BRIEF, BRIEF, BRIEF])).toEqual(['ok', 'degraded ended_early']);
    expect(
      await statesOf([
        BRIEF,
        [
          [1, POST],
          [1, reset],
        ],
        LASTING,
        LASTING,
      ]),
    ).toEqual(['ok', 'degraded ended_early', 'degraded unreachable', 'ok']);
  });
});
