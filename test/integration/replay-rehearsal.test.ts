import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { getJson, runCommand, startBellwether, temporaryFolder } from '../support/service.js';
import { writeStream } from '../support/stream-file.js';

const RANGE = 'from=2026-01-05T00:00:00Z&to=2026-01-26T00:00:00Z';
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;
let data: string;
let rows: number;

beforeAll(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'stream.jsonl');
  data = join(folder.path, 'replay');
  rows = await writeStream(file, { days: 16, perDay: 60, seed: 5 });
});
afterAll(() => folder.remove());

interface Seen {
  readonly boeing: readonly { readonly start: string; readonly n: number }[];
  readonly alerts: readonly string[];
}

async function look(): Promise<Seen> {
  const service = await startBellwether(['--data', data]);
  const series = `${service.page}/api/v1/series?series=instrument:BA&frequency=1d&minRelevance=0&${RANGE}`;
  const { data: boeing } = (await getJson(series)) as { data: Seen['boeing'] };
  const { data: alerts } = (await getJson(`${service.page}/api/v1/alerts?${RANGE}`)) as {
    data: { id: string }[];
  };
  await service.stop();
  return { boeing, alerts: alerts.map((alert) => alert.id).sort() };
}

describe('a recorded stream', () => {
  it('is counted as in the file, fires as in the rehearsal, and changes nothing when it is replayed again', async () => {
    expect((await runCommand(['replay', file, '--data', data])).code).toBe(0);
    const first = await look();
    const counts = new Map<string, number>();
    for (const line of (await readFile(file, 'utf8')).trim().split('\n')) {
      const row = JSON.parse(line) as { publishedAt: string; text: string };
      if (!row.text.startsWith('Boeing')) continue;
      const day = row.publishedAt.slice(0, 10);
      counts.set(day, (counts.get(day) ?? 0) + 1);
    }
    const counted = first.boeing
      .filter((point) => point.n > 0)
      .map((point) => [point.start.slice(0, 10), point.n]);
    expect(counted).toEqual([...counts]);

    const rehearsed = await runCommand(['rehearse', '--stream', file, '--json']);
    const report = JSON.parse(rehearsed.out) as {
      alerts: { id: string; series: { id: string } }[];
      summary: { documents: number };
    };
    expect(report.summary.documents).toBe(rows);
    expect(report.alerts.map((alert) => alert.series.id)).toContain('BA.XNYS');
    expect(report.alerts.map((alert) => alert.id).sort()).toEqual(first.alerts);

    expect((await runCommand(['replay', file, '--data', data])).code).toBe(0);
    expect(await look()).toEqual(first);
    const books = JSON.parse((await runCommand(['reconcile', '--data', data, '--json'])).out) as object;
    expect(books).toMatchObject({
      accepted: 2 * rows,
      stored: rows,
      duplicates: rows,
      difference: 0,
      rollUpDifferences: 0,
    });
  }, 120_000);

  it('goes into the service that holds the folder, bad rows named and the rest taken', async () => {
    const more = join(folder.path, 'more.jsonl');
    const good = {
      id: 'late-1',
      source: 'made-up-wire',
      publishedAt: '2026-01-25T10:00:00Z',
      text: 'Boeing names a date for its results',
    };
    const { writeFile } = await import('node:fs/promises');
    await writeFile(
      more,
      `${JSON.stringify(good)}\n{"id":"no-time","source":"made-up-wire","text":"x"}\nnot json\n`,
    );
    const service = await startBellwether(['--data', data]);
    const { code, words } = await runCommand(['replay', more, '--data', data]);
    expect(code).toBe(0);
    expect(words).toContain(String(service.process.pid));
    expect(words).toMatch(/more\.jsonl:2: .*publishedAt/);
    expect(words).toMatch(/more\.jsonl:3: /);
    expect(words).toMatch(/1 documents taken, 2 not/);
    const found = (await getJson(
      `${service.page}/api/v1/series?series=instrument:BA&frequency=1d&from=2026-01-25T00:00:00Z&to=2026-01-26T00:00:00Z`,
    )) as { data: { n: number }[] };
    expect(found.data[0]?.n).toBe(1);
    await service.stop();
  }, 60_000);
});
