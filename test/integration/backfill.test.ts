import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { backfillOperation } from '../../pipeline/app/operations/backfill.js';
import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import type { RunningService } from '../../pipeline/app/running-service.js';
import type { DocumentView } from '../../pipeline/core/store.js';
import { never, openService } from '../support/in-process.js';
import { temporaryFolder, until } from '../support/service.js';
import { writeStream } from '../support/stream-file.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FAST = { alerts: { evaluateEverySeconds: 1 } };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const open: RunningService[] = [];
const start = async (name: string, world: 'live' | 'replay' | 'demo' = 'live') => {
  const service = await openService(join(folder.path, name), world, FAST);
  open.push(service);
  return service;
};
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const service of open.splice(0)) await service.stop();
  await folder.remove();
});

const post = (id: string, at: number, text: string) => ({
  source: { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' },
  nativeId: id,
  title: text,
  publishedAt: new Date(at).toISOString(),
});
const write = async (name: string, rows: readonly unknown[]) => {
  const path = join(folder.path, name);
  await writeFile(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  return path;
};
const backfill = (service: RunningService, files: readonly string[], signal = never) =>
  service.operate(backfillOperation, { files }, signal);
const reconciled = async (service: RunningService) => {
  const { rollUpDifferences, difference, ...counts } = await service.operate(reconcileOperation, {}, never);
  expect({ rollUpDifferences, difference }).toEqual({ rollUpDifferences: 0, difference: 0 });
  return counts;
};
const storeOf = (service: RunningService) => {
  const { store } = service.parts;
  if (store === null) throw new Error('no store');
  return store;
};
async function ingest(service: RunningService, rows: readonly unknown[]) {
  const response = await fetch(`${String(service.addresses.page)}/ingest/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: rows.map((row) => JSON.stringify(row)).join('\n'),
  });
  expect(response.status).toBeLessThan(300);
}
const page = {
  series: 'market',
  topic: null,
  asOf: null,
  minRelevance: 0,
  order: 'newest',
  cursor: null,
} as const;
async function documents(service: RunningService): Promise<readonly DocumentView[]> {
  const query = { ...page, from: 0, to: Date.now() + DAY, limit: 100 };
  const views: DocumentView[] = [];
  let cursor: string | null = null;
  do {
    const next = await storeOf(service).documents({ ...query, cursor });
    views.push(...next.items);
    cursor = next.nextCursor;
  } while (cursor !== null);
  return views;
}
const alerts = (service: RunningService) =>
  storeOf(service).alerts({ from: 0, to: Date.now() + DAY, series: null, limit: 10 });
/** Calm history of one company: `perDay` notes on each of the last `days` days, not today. */
const history = (now: number, days: number, perDay: number, name = 'Boeing') =>
  Array.from({ length: days * perDay }, (_, n) => {
    const at = now - 2 * DAY - Math.floor(n / perDay) * DAY - (n % perDay) * HOUR;
    return post(`${name}${n}`, at, `${name} holds its meeting number ${n} in hall ${n * 7}`);
  });
const surge = (now: number, name: string) =>
  Array.from({ length: 40 }, (_, n) =>
    post(`s${name}${n}`, now - n * 60_000, `${name} shares plunge after profit warning number ${n * 13}`),
  );

describe('backfill', () => {
  it('is refused in words outside a live world', async () => {
    const file = await write('a.jsonl', [post('a', Date.UTC(2026, 2, 1), 'Boeing opens an office')]);
    const service = await start('replayed', 'replay');
    await expect(backfill(service, [file])).rejects.toThrow(
      /holds the replay world; history is loaded into a live one/,
    );
  });

  it('is known from its arrival on, marked, and idempotent by file and by document', async () => {
    const service = await start('live');
    const file = await write('a.jsonl', [...history(Date.now(), 3, 4), { broken: true }]);
    const before = Date.now();
    const taken = { delivered: 12, rejected: 1, alreadyTaken: [] };
    expect(await backfill(service, [file])).toMatchObject({
      ...taken,
      added: 12,
      duplicates: 0,
      replaced: 0,
    });
    const stored = await documents(service);
    expect(stored).toHaveLength(12);
    for (const { id, knownAt, flags } of stored) {
      expect(Date.parse(knownAt)).toBeGreaterThanOrEqual(before);
      expect(flags).toContain('backfill');
      expect(await storeOf(service).document(id, before - 1)).toBeNull();
    }
    expect(await backfill(service, [file])).toMatchObject({ delivered: 0, alreadyTaken: [file] });
    const copy = join(folder.path, 'copy.jsonl');
    await copyFile(file, copy);
    expect(await backfill(service, [copy])).toMatchObject({ delivered: 12, added: 0, duplicates: 12 });
    expect(await reconciled(service)).toMatchObject({ accepted: 24, stored: 12, duplicates: 12 });
  });

  it('replaces no live document that is not older, and says so', async () => {
    const service = await start('live');
    const now = Date.now();
    const live = Array.from({ length: 4 }, (_, n) => post(`n${n}`, now, `Boeing opens hall ${n} today`));
    await ingest(service, live);
    await until(
      async () => ((await documents(service)).length === 4 ? true : null),
      20_000,
      'live documents',
    );
    const old = live.map((row, n) => post(row.nativeId, now - 5 * DAY, `Boeing will open hall ${n}`));
    const changed = { ...old[3], modifiedAt: new Date(now + 1).toISOString() };
    const file = await write('a.jsonl', [...old.slice(0, 3), changed, ...history(now, 2, 3)]);
    const outcomes = { delivered: 10, added: 6, duplicates: 3, replaced: 1, leftOut: 0, deadLettered: 0 };
    expect(await backfill(service, [file])).toMatchObject(outcomes);
    const today = (await documents(service)).filter(({ flags }) => !flags.includes('backfill'));
    expect(today.map(({ title, version }) => `${title ?? ''} ${version}`).sort()).toEqual([
      'Boeing opens hall 0 today 1',
      'Boeing opens hall 1 today 1',
      'Boeing opens hall 2 today 1',
    ]);
    expect(await reconciled(service)).toMatchObject({ accepted: 14, stored: 11, duplicates: 3 });
  });

  it('goes on after an abort and a restart, and takes nothing twice', async () => {
    const file = await write('a.jsonl', history(Date.now(), 250, 4));
    const first = await start('live');
    const abort = new AbortController();
    const running = backfill(first, [file], abort.signal);
    const lag = () => first.parts.log.endPositions('documents.raw');
    await until(async () => (((await lag())[0]?.offset ?? 0) > 0 ? true : null), 20_000, 'a first chunk');
    abort.abort();
    const { delivered } = await running;
    expect(delivered).toBeLessThan(1_000);
    await first.stop();
    open.splice(0);
    const second = await start('live');
    expect((await backfill(second, [file])).delivered).toBe(1_000 - delivered);
    expect(await reconciled(second)).toMatchObject({ accepted: 1_000, stored: 1_000, duplicates: 0 });
  });

  it('raises no alert for a surge that it brings, and its history lets a live surge raise one', async () => {
    const service = await start('live');
    const now = Date.now();
    const calm = [...history(now, 30, 2), ...history(now, 30, 2, 'Tesla')];
    const file = await write('a.jsonl', [...calm, ...surge(now, 'Boeing')]);
    await backfill(service, [file]);
    await ingest(service, surge(Date.now(), 'Tesla'));
    // Boeing is judged in the same evaluation.
    const found = await until(
      async () => {
        const all = await alerts(service);
        return all.some(({ series }) => series.key === 'TSLA.XNAS') ? all : null;
      },
      30_000,
      'an alert of the live surge',
    );
    expect(found.map(({ series }) => series.key)).not.toContain('BA.XNYS');
    const told = await Promise.all(found.map(({ id }) => storeOf(service).alert(id)));
    expect(JSON.stringify(told)).toContain('Tesla shares plunge');
    expect(JSON.stringify(told)).not.toContain('Boeing shares plunge');
  });

  it('lets a live document wait for no more than a chunk', async () => {
    const service = await start('live');
    const file = await write('a.jsonl', history(Date.now(), 1_000, 4));
    const running = backfill(service, [file]);
    const raw = async () => (await service.parts.log.endPositions('documents.raw'))[0]?.offset ?? 0;
    await until(async () => ((await raw()) > 400 ? true : null), 20_000, 'chunks of history');
    const waits: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      const accepted = performance.now();
      const ahead =
        (await raw()) -
        (await service.parts.log.committedPositions('documents.scored', 'monitor'))[0]!.offset;
      expect(ahead).toBeLessThanOrEqual(400);
      await ingest(service, [post(`live${n}`, Date.now(), `Boeing opens hall ${n} for visitors`)]);
      await until(
        async () =>
          (await documents10(service)).includes(`Boeing opens hall ${n} for visitors`) ? true : null,
        10_000,
        'the live document',
      );
      waits.push(performance.now() - accepted);
    }
    await running;
    expect(Math.max(...waits)).toBeLessThan(3_000);
  });

  it('gives the same scores, mentions and series as a replay and the webhook', async () => {
    const file = join(folder.path, 'stream.jsonl');
    const rows = await writeStream(file, { days: 3, perDay: 30, seed: 7 });
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    const ways = {
      filled: (service: RunningService) => backfill(service, [file]),
      replayed: (service: RunningService) => service.replay({ files: [file], speed: 'max' }, never),
      posted: (service: RunningService) =>
        ingest(
          service,
          lines.map((line) => JSON.parse(line) as unknown),
        ),
    };
    // The engine holds one folder a process.
    const faces: Awaited<ReturnType<typeof face>>[] = [];
    for (const [name, take] of Object.entries(ways)) {
      const service = await start(name, name === 'replayed' ? 'replay' : 'live');
      await take(service);
      await reconciled(service);
      faces.push(await face(service));
      await service.stop();
      open.splice(0);
    }
    expect(faces[0]?.documents).toHaveLength(rows);
    expect(faces[1]).toEqual(faces[0]);
    expect(faces[2]).toEqual(faces[0]);
  });
});

async function documents10(service: RunningService): Promise<readonly (string | null)[]> {
  const query = { ...page, from: Date.now() - HOUR, to: Date.now() + HOUR, limit: 10 };
  return (await storeOf(service).documents(query)).items.map(({ title }) => title);
}

/** What must not depend on the way in. */
async function face(service: RunningService) {
  const views = await documents(service);
  const from = Date.UTC(2026, 0, 5);
  const series = await storeOf(service).series({
    series: ['market', 'BA.XNYS'],
    frequency: '1h',
    from,
    to: from + 3 * DAY,
    topic: null,
    asOf: null,
    minRelevance: 0,
  });
  return {
    documents: views
      .map(({ id, sentiment, mentions, topics, language }) => ({ id, sentiment, mentions, topics, language }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    series,
  };
}
