import { describe, expect, it } from 'vitest';

import type { Source } from '../../../../../ingest/source.js';
import { paceDeliveries } from '../../../../../pipeline/app/source-life/pace-deliveries.js';
import { createSourceLife } from '../../../../../pipeline/app/source-life/source-life.js';
import type { ConfiguredSource } from '../../../../../pipeline/app/sources/source-kit.js';
import { sourceSchema } from '../../../../../config/source-schema.js';
import { Secret } from '../../../../../config/secret.js';
import { ConfigError, InvariantError } from '../../../../../pipeline/core/errors.js';
import { silentLogger } from '../../../../../pipeline/telemetry/logger.js';
import { rawDocument } from '../../../../support/documents.js';
import { fakeClock } from '../../../../support/ingest.js';
import { aborted, fakeSource, feedEntry } from '../../../../support/sources.js';

type Work = Parameters<typeof fakeSource>[2];

/** A life whose sources do as `work` says by id, with what happened to them in order. */
function life(work: Readonly<Record<string, Work>> = {}) {
  const clock = fakeClock('2026-03-02T09:00:00Z');
  const abort = new AbortController();
  const happened: string[] = [];
  const open: (() => void)[] = [];
  const made: ConfiguredSource[] = [];
  const errors: string[] = [];
  const limits: (() => void)[] = [];
  const removed: string[] = [];
  const sources = createSourceLife({
    // Nobody waits too long unless the test says so.
    clock: { ...clock, sleep: () => new Promise<void>((resolve) => limits.push(resolve)) },
    logger: { ...silentLogger, error: (words) => errors.push(words) },
    signal: abort.signal,
    onRemoved: (id) => removed.push(id),
    make: (entry): Source => {
      if (entry.id === 'unmakeable') throw new ConfigError('no_client', 'There is no client for it.');
      made.push(entry);
      return fakeSource(entry.id, clock, work[entry.id]);
    },
    run: async ({ id }, source, { signal }) => {
      happened.push(`${id} runs`);
      const deliver = () =>
        new Promise<void>((resolve) => {
          open.push(resolve);
        });
      try {
        await source.run(deliver, signal);
      } finally {
        happened.push(`${id} has ended`);
      }
    },
  });
  const passLimit = () => limits.splice(0).forEach((pass) => pass());
  return { sources, abort, happened, made, open, clock, errors, removed, passLimit };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the life of sources', () => {
  it('touches only the sources whose entry is new, gone or another one', async () => {
    const { sources, happened, removed } = life();
    await sources.apply(['a', 'b', 'c', 'off'].map((id) => feedEntry(id, { enabled: id !== 'off' })));
    happened.length = 0;
    const next = [feedEntry('a'), feedEntry('b', { url: 'https://b.example/other' }), feedEntry('d')];
    expect(await sources.apply(next)).toEqual({
      added: ['d'],
      removed: ['c'],
      restarted: ['b'],
      leftStopped: [],
      unchanged: 1,
    });
    expect(removed).toEqual(['c']);
    expect(happened.sort()).toEqual(['b has ended', 'b runs', 'c has ended', 'd runs']);
    expect(sources.statuses().map(({ id, state }) => `${id} ${state}`)).toEqual(['a ok', 'b ok', 'd ok']);
  });

  it('says of a source in its first pause that it works, and what it has brought', async () => {
    const { clock } = life();
    const stop = new AbortController();
    const goOn: (() => void)[] = [];
    const sleep = () => new Promise<void>((resolve) => goOn.push(resolve));
    const sources = createSourceLife({
      clock: { ...clock, sleep },
      logger: silentLogger,
      signal: stop.signal,
      make: ({ id }) =>
        fakeSource(id, clock, async (deliver, signal, become) => {
          become('starting');
          await deliver({ documents: [rawDocument(), rawDocument()], cursors: [] });
          become('ok');
          await aborted(signal);
        }),
      run: (_entry, source, { signal, onPause }) => {
        const pace = { maxPerMinute: 1, clock: { ...clock, sleep }, signal, onPause };
        return source.run(
          paceDeliveries(() => Promise.resolve(), pace),
          signal,
        );
      },
    });
    await sources.apply([feedEntry('slow')]);
    await turn();
    const now = clock.now();
    const brought = { state: 'ok', delivered: 2, lastDeliveryAt: now, lastContactAt: now };
    expect(sources.statuses()).toMatchObject([{ ...brought, pausedUntil: now + 120_000 }]);
    goOn.splice(0).forEach((pass) => pass());
    await turn();
    expect(sources.statuses()).toMatchObject([{ ...brought, pausedUntil: null }]);
    stop.abort();
  });

  it('sees a secret that is another one, and nothing where it is the same', async () => {
    const { sources } = life();
    const topic = { type: 'kafka', id: 'topic', name: 'T', brokers: 'kafka://b:9092', topic: 't' };
    const entry = (password: string) =>
      ({ ...sourceSchema.parse(topic), password: new Secret(password) }) as ConfiguredSource;
    await sources.apply([entry('one')]);
    expect((await sources.apply([entry('one')])).unchanged).toBe(1);
    expect((await sources.apply([entry('two')])).restarted).toEqual(['topic']);
  });

  it('waits for the open delivery before a source of the same id starts again', async () => {
    const { sources, happened, open } = life({
      a: async (deliver) => {
        await deliver({ documents: [rawDocument()], cursors: [] });
      },
    });
    await sources.apply([feedEntry('a')]);
    const applied = sources.apply([feedEntry('a', { everySeconds: 60 })]);
    await turn();
    expect(happened).toEqual(['a runs']);
    open.shift()?.();
    await applied;
    expect(happened).toEqual(['a runs', 'a has ended', 'a runs']);
    open.shift()?.();
    await turn();
    // The figures are those of all runs together.
    expect(sources.statuses()).toMatchObject([{ delivered: 2, state: 'finished' }]);
  });

  it('leaves everything as it was when one of the new ones cannot be made', async () => {
    const { sources, happened } = life();
    await sources.apply([feedEntry('a')]);
    happened.length = 0;
    await expect(sources.apply([feedEntry('b'), feedEntry('unmakeable')])).rejects.toThrow('no client');
    await expect(sources.apply([feedEntry('b'), feedEntry('b')])).rejects.toThrow(
      'Two sources have the id b',
    );
    expect(happened).toEqual([]);
    expect(sources.statuses()).toMatchObject([{ id: 'a', state: 'ok', running: true }]);
  });

  it('stops one, keeps it in sight and its place over a reload, and starts it when told', async () => {
    const { sources, made } = life();
    await sources.apply([feedEntry('a')]);
    expect([await sources.stop('a'), await sources.stop('a')]).toEqual([true, false]);
    expect(sources.statuses()).toMatchObject([{ state: 'stopped', running: false }]);
    const other = feedEntry('a', { everySeconds: 60 });
    expect(await sources.apply([other])).toMatchObject({ leftStopped: ['a'], restarted: [] });
    expect(sources.statuses()).toMatchObject([{ state: 'stopped', running: false }]);
    expect([await sources.start('a'), await sources.start('a')]).toEqual([true, false]);
    expect(made.at(-1)).toEqual(other);
    expect(sources.statuses()).toMatchObject([{ state: 'ok', reason: null, running: true }]);
    await expect(sources.stop('b')).rejects.toThrow('No source b is there. There are a.');
  });

  it('keeps one in sight that a person has to mend, and starts it again by hand or with a reload', async () => {
    let runs = 0;
    const { sources, clock } = life({
      a: (_deliver, signal) => {
        runs += 1;
        if (runs < 3) return Promise.reject(new ConfigError('source_flooded', 'The mapping is wrong.'));
        return aborted(signal);
      },
    });
    await sources.apply([feedEntry('a')]);
    await turn();
    const broken = { state: 'degraded', reason: 'The mapping is wrong.', running: false };
    expect(sources.statuses()).toMatchObject([broken]);
    clock.advance(5_000);
    expect(await sources.start('a')).toBe(true);
    await turn();
    expect(sources.statuses()).toMatchObject([{ ...broken, startedAt: clock.now() }]);
    expect(await sources.apply([feedEntry('a')])).toMatchObject({ restarted: ['a'], unchanged: 0 });
    await turn();
    expect(sources.statuses()).toMatchObject([{ state: 'ok', reason: null, running: true }]);
  });

  it('does one thing at a time, in the order in which it was asked for', async () => {
    const { sources, happened } = life();
    const entries = (names: string) => names.split('').map((id) => feedEntry(id));
    await Promise.all([
      sources.apply(entries('ab')),
      sources.stop('a'),
      sources.apply(entries('abc')),
      sources.start('a'),
      sources.apply(entries('a')),
    ]);
    expect(sources.statuses().map(({ id }) => id)).toEqual(['a']);
    expect(happened.filter((line) => line.startsWith('a'))).toEqual(['a runs', 'a has ended', 'a runs']);
  });

  it('ends all at the signal, and starts none after it', async () => {
    const { sources, abort, happened } = life();
    await sources.apply([feedEntry('a'), feedEntry('b')]);
    const ended = sources.ended();
    abort.abort();
    await ended;
    expect(happened.slice(2).sort()).toEqual(['a has ended', 'b has ended']);
    await sources.apply([feedEntry('a'), feedEntry('c')]);
    await sources.start('a');
    expect(happened).toHaveLength(4);
  });

  it('gives up a source that does not stop, so that the others go on and a new one can start', async () => {
    let letGo: () => void = () => undefined;
    let runs = 0;
    const hang = () => new Promise<void>((resolve) => (letGo = resolve));
    const { sources, abort, errors, passLimit } = life({
      a: (_deliver, signal) => ((runs += 1) === 1 ? hang() : aborted(signal)),
    });
    await sources.apply([feedEntry('a'), feedEntry('b')]);
    const applied = sources.apply([feedEntry('a', { everySeconds: 60 })]);
    await turn();
    passLimit();
    expect(await applied).toMatchObject({ removed: ['b'], restarted: ['a'] });
    expect(errors).toEqual(['A source does not stop and was given up.']);
    letGo();
    await turn();
    expect(sources.statuses()).toMatchObject([{ id: 'a', state: 'ok', running: true }]);
    abort.abort();
    await sources.ended();
    expect(errors).toHaveLength(1);
  });

  it('rejects with a bug of a source, and not with what it says', async () => {
    const { sources } = life({
      a: () => Promise.reject(new InvariantError('invariant', 'Said.')),
      b: () => Promise.reject(new TypeError('a bug')),
    });
    await sources.apply([feedEntry('a')]);
    const ended = sources.ended();
    await sources.apply([feedEntry('a'), feedEntry('b')]);
    await expect(ended).rejects.toThrow('a bug');
  });
});
