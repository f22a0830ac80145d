import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Secret } from '../../config/secret.js';
import {
  startClickHouseEndpoint,
  type ClickHouseEndpoint,
} from '../../pipeline/storage/endpoint/clickhouse-endpoint.js';
import { openStore, type Store } from '../../pipeline/storage/open-store.js';
import { BASE, DAY, hexId, HOUR, minutesOf, stillClock, versionWriter } from '../support/store.js';

const folder = mkdtempSync(join(tmpdir(), 'bellwether-views-'));
const path = join(folder, 'store');
let store: Store;
let endpoint: ClickHouseEndpoint;
beforeAll(async () => {
  store = await openStore({ path, world: 'demo', clock: stillClock });
  endpoint = await startClickHouseEndpoint({
    path,
    host: '127.0.0.1',
    port: 0,
    user: 'grafana',
    password: new Secret('invented'),
    maxSeconds: 20,
    maxMemoryBytes: 500_000_000,
    maxRows: 1_000,
  });
});
afterAll(async () => {
  await endpoint.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const { put } = versionWriter(() => store);
const SERIES = 'VIEW.X';
const WINDOW = { from: BASE - DAY, to: BASE + 2 * DAY };

async function ask<T>(sql: string): Promise<readonly T[]> {
  const settings = '&output_format_json_quote_64bit_integers=0';
  const answer = await fetch(
    `${endpoint.url}/?query=${encodeURIComponent(`${sql} FORMAT JSON`)}${settings}`,
    { headers: { 'x-clickhouse-user': 'grafana', 'x-clickhouse-key': 'invented' } },
  );
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return (JSON.parse(text) as { data: T[] }).data;
}

/** The same question to the API and to each view. */
async function compare() {
  const points = await store.series({ ...minutesOf(SERIES), ...WINDOW, frequency: '1h' });
  const columns = 'toUnixTimestamp(start) * 1000 AS start, documents, stories';
  const hours = points.map(({ start, documents, stories }) => ({ start, documents, stories }));
  const counted = `SELECT toStartOfHour(event_time) AS start, count() AS documents, sum(opens_story) AS stories
    FROM present_mentions WHERE series = '${SERIES}' GROUP BY start`;
  expect(await ask(`SELECT ${columns} FROM (${counted}) ORDER BY start`)).toEqual(hours);
  const cached = `SELECT window_start AS start, documents, stories FROM present_roll_ups
    WHERE frequency = '1h' AND series = '${SERIES}' AND topic = ''`;
  expect(await ask(`SELECT ${columns} FROM (${cached}) ORDER BY start`)).toEqual(hours);
  const listed = await store.documents({
    ...WINDOW,
    series: SERIES,
    topic: null,
    asOf: null,
    minRelevance: 0,
    order: 'newest',
    limit: 100,
    cursor: null,
  });
  const documents = await ask<{ id: string; version: number; negative: number; model: string }>(
    `SELECT id, version, negative, model_version AS model FROM present_documents
     WHERE has(series, '${SERIES}') ORDER BY published_at DESC, id DESC`,
  );
  expect(documents).toEqual(
    listed.items.map(({ id, version, sentiment, model }) => ({
      id,
      version,
      negative: sentiment.negative,
      model: model.version,
    })),
  );
  return { documents: documents.length, counted: hours.reduce((sum, hour) => sum + hour.documents, 0) };
}

describe('The views of the present', () => {
  it('agree with the API after corrections, retractions, late documents and repeats', async () => {
    const series = [SERIES, 'market'];
    await put(
      { name: 'kept', series },
      { name: 'moved', series, at: BASE + 1 },
      { name: 'corrected', series, at: BASE + 2 },
      { name: 'taken back', series, at: BASE + 3 },
    );
    expect(await compare()).toEqual({ documents: 4, counted: 4 });
    const withdrawn = (at: number) =>
      series.map((key) => ({ series: key, publishedAt: new Date(at).toISOString() }));
    await put(
      { name: 'moved', version: 2, series, at: BASE + 3 * HOUR, withdrawn: withdrawn(BASE + 1) },
      { name: 'corrected', version: 2, series, at: BASE + 2, negative: 0.1 },
      { name: 'corrected', version: 3, series, at: BASE + 2, negative: 0.3 },
      {
        name: 'taken back',
        version: 2,
        series: [],
        action: 'retract',
        at: BASE + 3,
        withdrawn: withdrawn(BASE + 3),
      },
      { name: 'late', series, at: BASE - 5 * HOUR, knownAt: BASE + HOUR },
    );
    expect(await compare()).toEqual({ documents: 4, counted: 4 });
  });

  it('give the scores of the last model that has read a document', async () => {
    const [first] = await put({
      name: 'read again',
      series: [SERIES, 'market'],
      at: BASE + 5,
      knownAt: BASE - 1,
    });
    if (first === undefined) throw new Error('nothing written');
    const model = { name: 'other', version: 'seven', sha256: 'cd'.repeat(32) };
    const sentiment = { ...first.scored.sentiment, negative: 0.875 };
    const contributions = first.contributions.map((each) => ({ ...each, negative: 0.875 }));
    await store.rescore.write([{ version: 1, scored: { ...first.scored, model, sentiment }, contributions }]);
    expect(await compare()).toEqual({ documents: 5, counted: 5 });
    const read = `FROM present_documents WHERE id = '${hexId('read again')}'`;
    expect(await ask(`SELECT model_version AS model, negative ${read}`)).toEqual([
      { model: 'seven', negative: 0.875 },
    ]);
    const counted = `FROM present_mentions WHERE series = '${SERIES}' AND doc_id = '${hexId('read again')}'`;
    expect(await ask(`SELECT model_version AS model, negative ${counted}`)).toEqual([
      { model: 'other seven', negative: 0.875 },
    ]);
  });

  it('hold nothing of what was erased', async () => {
    const author = 'u_0123456789abcdef0123';
    await put({
      name: 'a person',
      series: [SERIES, 'market'],
      at: BASE + 6,
      author,
      text: 'Personal canary.',
    });
    expect(await compare()).toEqual({ documents: 6, counted: 6 });
    const erasures = await store.erasure.begin([{ kind: 'author', source: 'wire', pseudonym: author }], BASE);
    await store.erasure.collect(erasures);
    await store.erasure.removeDocuments(erasures);
    await store.rollUp(await store.erasure.windows(0, 1_000));
    expect(await compare()).toEqual({ documents: 5, counted: 5 });
    expect(await ask(`SELECT count() AS n FROM present_documents WHERE text LIKE '%canary%'`)).toEqual([
      { n: 0 },
    ]);
  });

  it('let a condition on series and time reach the index', async () => {
    const plan = await ask<{ explain: string }>(
      `EXPLAIN indexes = 1 SELECT count() FROM present_mentions
       WHERE series = '${SERIES}' AND event_time >= '2026-03-02 00:00:00'`,
    );
    const text = plan.map(({ explain }) => explain).join('\n');
    expect(text).toMatch(/Keys:\s+series\s+event_time/);
  });
});
