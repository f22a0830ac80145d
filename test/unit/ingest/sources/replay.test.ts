import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReplaySource, type ReplayOptions } from '../../../../ingest/sources/replay.js';
import type { RejectedItem } from '../../../../ingest/source.js';
import { CancelledError, ConfigError } from '../../../../pipeline/core/errors.js';
import { fakeClock, recordDeliveries } from '../../../support/ingest.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function row(index: number, fields: Record<string, unknown> = {}): string {
  const publishedAt = new Date(Date.UTC(2015, 7, 10, 0, 0, index)).toISOString();
  return JSON.stringify({
    id: `t${index}`,
    source: 'twitter',
    publishedAt,
    text: `post ${index}`,
    ...fields,
  });
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function replay(files: readonly string[], more: Partial<ReplayOptions> & Pick<ReplayOptions, 'readCursor'>) {
  const rejected: RejectedItem[] = [];
  const clock = fakeClock('2026-01-01T00:00:00Z');
  const source = createReplaySource({
    files,
    speed: 'max',
    clock,
    virtualClock: true,
    onRejected: (item) => rejected.push(item),
    ...more,
  });
  return { source, rejected, clock };
}

const forever = new AbortController().signal;

describe('replay source', () => {
  it('delivers every row once, in file order, in batches of at most 500', async () => {
    const lines = Array.from({ length: 1_234 }, (_, index) => row(index));
    const path = await file('rows.jsonl.gz', gzipSync(lines.join('\n')));
    const recorder = recordDeliveries();
    const { source } = replay([path], recorder);
    await source.run(recorder.deliver, forever);
    expect(recorder.deliveries.map((delivery) => delivery.documents.length)).toEqual([500, 500, 234]);
    expect(recorder.documents().map((document) => document.nativeId)).toEqual(
      lines.map((_, index) => `t${index}`),
    );
    expect(source.status()).toMatchObject({ state: 'finished', delivered: 1_234, rejected: 0 });
  });

  it('reports bad rows with file, line, field and reason, and goes on', async () => {
    const content = Buffer.concat([
      Buffer.from(`\ufeff${row(1)}\r\n{"broken\n\n`),
      Buffer.from([0x7b, 0xff, 0xfe, 0x7d, 0x0a]),
      Buffer.from(`${row(5, { publishedAt: undefined })}\n${'x'.repeat(1_100_000)}\n[]\n${row(8)}`),
    ]);
    const path = await file('mixed.jsonl', content);
    const recorder = recordDeliveries();
    const { source, rejected } = replay([path], recorder);
    await source.run(recorder.deliver, forever);
    expect(recorder.documents().map((document) => document.nativeId)).toEqual(['t1', 't8']);
    expect(rejected.map(({ place, code, field }) => [place, code, field])).toEqual([
      [`${path}:2`, 'bad_json', null],
      [`${path}:4`, 'bad_utf8', null],
      [`${path}:5`, 'missing_field', 'publishedAt'],
      [`${path}:6`, 'line_too_long', null],
      [`${path}:7`, 'wrong_type', null],
    ]);
    expect(source.status()).toMatchObject({ delivered: 2, rejected: 5 });
  });

  it('continues after a kill where the durable cursor stands, whichever delivery was the last', async () => {
    const path = await file('rows.jsonl', Array.from({ length: 1_600 }, (_, index) => row(index)).join('\n'));
    for (const killAt of [0, 1, 2, 3]) {
      const first = recordDeliveries((_, index) => {
        if (index === killAt) throw new Error('killed');
      });
      await expect(replay([path], first).source.run(first.deliver, forever)).rejects.toThrow('killed');
      const second = recordDeliveries(undefined, first.cursors);
      await replay([path], second).source.run(second.deliver, forever);
      const ids = [...first.documents(), ...second.documents()].map((document) => document.nativeId);
      expect(ids).toEqual(Array.from({ length: 1_600 }, (_, index) => `t${index}`));
    }
  });

  it('delivers nothing twice and loses nothing when it is stopped and started again', async () => {
    const path = await file('rows.jsonl', Array.from({ length: 1_100 }, (_, index) => row(index)).join('\n'));
    const stop = new AbortController();
    const first = recordDeliveries(() => stop.abort());
    const stopped = replay([path], first).source;
    await stopped.run(first.deliver, stop.signal);
    expect(stopped.status().state).toBe('stopped');
    const again = recordDeliveries(undefined, first.cursors);
    const alreadyAborted = replay([path], again).source;
    await alreadyAborted.run(again.deliver, AbortSignal.abort());
    expect(again.deliveries).toEqual([]);
    await replay([path], again).source.run(again.deliver, forever);
    expect(first.documents().length + again.documents().length).toBe(1_100);
  });

  it('ends as stopped when a delivery is called off at shutdown, and keeps its rows for the next start', async () => {
    const path = await file('rows.jsonl', `${row(1)}\n${row(2)}\n`);
    const stop = new AbortController();
    const first = recordDeliveries(() => {
      stop.abort();
      throw new CancelledError('cancelled', 'The work was cancelled.');
    });
    const { source } = replay([path], first);
    await source.run(first.deliver, stop.signal);
    expect([source.status().state, first.cursors.size]).toEqual(['stopped', 0]);
  });

  it('starts a finished file again at its first line', async () => {
    const path = await file('rows.jsonl', `${row(1)}\n${row(2)}\n`);
    const recorder = recordDeliveries();
    await replay([path], recorder).source.run(recorder.deliver, forever);
    await replay([path], recorder).source.run(recorder.deliver, forever);
    expect(recorder.documents().map((document) => document.nativeId)).toEqual(['t1', 't2', 't1', 't2']);
    expect(new Set(recorder.documents().map((document) => document.contentHash)).size).toBe(2);
  });

  it('keeps event time at the speed asked for, and never waits for a row that is late', async () => {
    const path = await file('rows.jsonl', [row(0), row(0), row(60), row(30), row(3_600)].join('\n'));
    const recorder = recordDeliveries();
    const { source, clock } = replay([path], { ...recorder, speed: 60 });
    await source.run(recorder.deliver, forever);
    expect(clock.slept).toEqual([1_000, 59_000]);
    expect(recorder.deliveries.map((delivery) => delivery.documents.length)).toEqual([2, 2, 1]);
  });

  it('sleeps through a gap longer than timers take, and refuses a speed that is none', async () => {
    const path = await file('gap.jsonl', [row(0), row(60 * 86_400)].join('\n'));
    const recorder = recordDeliveries();
    const { source, clock } = replay([path], { ...recorder, speed: 1 });
    await source.run(recorder.deliver, forever);
    expect(clock.slept).toEqual(Array.from({ length: 60 }, () => 86_400_000));
    for (const speed of [0, -1, Number.NaN, Infinity]) {
      const run = replay([path], { ...recorder, speed }).source.run(recorder.deliver, forever);
      await expect(run).rejects.toThrow('The speed must be a number above 0, or max.');
    }
  });

  it('refuses missing, empty, mislabelled files and folders before the first delivery', async () => {
    const good = await file('good.jsonl', row(1));
    const cases: [string, string][] = [
      [join(folder, 'absent.jsonl'), 'replay_file_missing'],
      [folder, 'replay_not_a_file'],
      [await file('empty.jsonl', ''), 'replay_file_empty'],
      [await file('plain.jsonl.gz', row(1)), 'replay_not_gzip'],
    ];
    for (const [path, code] of cases) {
      const recorder = recordDeliveries();
      const run = replay([good, path], recorder).source.run(recorder.deliver, forever);
      await expect(run).rejects.toMatchObject({ name: 'ConfigError', code });
      await expect(run).rejects.toThrow(path);
      expect(recorder.deliveries).toEqual([]);
    }
  });

  it('takes what comes before the damage of a cut gzip file, then says so', async () => {
    const packed = gzipSync(Array.from({ length: 3_000 }, (_, index) => row(index)).join('\n'));
    const path = await file('cut.jsonl.gz', packed.subarray(0, packed.length - 200));
    const recorder = recordDeliveries();
    const run = replay([path], recorder).source.run(recorder.deliver, forever);
    await expect(run).rejects.toThrow(ConfigError);
    expect(recorder.documents().length).toBeGreaterThan(1_000);
  });

  it('receives documents at their own time in a replay world, and now in a live one', async () => {
    const path = await file('rows.jsonl', row(1));
    for (const virtualClock of [true, false]) {
      const recorder = recordDeliveries();
      await replay([path], { ...recorder, virtualClock }).source.run(recorder.deliver, forever);
      expect(recorder.documents()[0]?.receivedAt).toBe(
        virtualClock ? '2015-08-10T00:00:01.000Z' : '2026-01-01T00:00:00.000Z',
      );
    }
  });
});
