import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { listDeadLettersOperation } from '../../pipeline/app/operations/dead-letters.js';
import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import type { Reconciliation } from '../../pipeline/app/reconcile.js';
import type { RunningService } from '../../pipeline/app/running-service.js';
import { MIGRATIONS } from '../../pipeline/storage/migrate.js';
import { openSqlSession, WRITER_SETTINGS } from '../../pipeline/storage/sql-session.js';
import { never, openService } from '../support/in-process.js';
import { getJson, runCommand, temporaryFolder } from '../support/service.js';

const FIXTURE = join(import.meta.dirname, '..', 'fixtures', 'release-0.1');
const RANGE = 'from=2025-03-01T00:00:00Z&to=2025-03-05T00:00:00Z';
const NEWEST = Math.max(...MIGRATIONS.map(({ version }) => version));

/** What release 0.1 itself said about this folder. */
interface Answers {
  readonly books: Reconciliation;
  readonly documents: readonly { id: string; version: number; title: string; polarity: number }[];
  readonly alerts: readonly { id: string; firedAt: string; series: string }[];
  readonly series: Readonly<
    Record<string, readonly { start: string; n: number; stories: number; polarity: number | null }[]>
  >;
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let dataDir: string;
let before: Answers;
beforeEach(async () => {
  folder = await temporaryFolder();
  dataDir = join(folder.path, 'data');
  await promisify(execFile)('tar', ['-xzf', join(FIXTURE, 'data.tar.gz'), '-C', folder.path]);
  before = JSON.parse(await readFile(join(FIXTURE, 'answers.json'), 'utf8')) as Answers;
  // That release did not say what went by age; nothing did.
  before = { ...before, books: { ...before.books, expired: 0 } };
  for (const points of Object.values(before.series))
    for (const point of points) Object.assign(point, { polarity: rounded(point.polarity) });
});
afterEach(() => folder.remove());

const reconcile = (service: RunningService) => service.operate(reconcileOperation, {}, never);
const data = async <T>({ addresses }: RunningService, path: string): Promise<readonly T[]> =>
  ((await getJson(`${addresses.page ?? ''}/api/v1/${path}`)) as { data: readonly T[] }).data;

async function answersOf(service: RunningService): Promise<Answers> {
  type Wire = Omit<Answers['documents'][number], 'polarity'> & { sentiment: { polarity: number } };
  const documents = await data<Wire>(service, `documents?${RANGE}&limit=200`);
  type WireAlert = { id: string; firedAt: string; series: { series: string } };
  const alerts = await data<WireAlert>(service, `alerts?${RANGE}`);
  const series: Record<string, Answers['series'][string]> = {};
  for (const key of Object.keys(before.series)) {
    const rows = await data<Answers['series'][string][number]>(
      service,
      `series?series=${key}&frequency=1h&${RANGE}`,
    );
    series[key] = rows
      .filter(({ n }) => n > 0)
      .map(({ start, n, stories, polarity }) => ({ start, n, stories, polarity: rounded(polarity) }));
  }
  return {
    books: await reconcile(service),
    documents: documents.map(({ id, version, title, sentiment }) => ({
      id,
      version,
      title,
      polarity: sentiment.polarity,
    })),
    alerts: alerts.map(({ id, firedAt, series: of }) => ({ id, firedAt, series: of.series })),
    series,
  };
}

async function post({ addresses }: RunningService, documents: readonly object[]): Promise<void> {
  const source = { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' };
  const response = await fetch(`${addresses.page ?? ''}/ingest/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(documents.map((document) => ({ source, ...document }))),
  });
  expect(response.status).toBe(200);
}

it('opens the folder of release 0.1 with the same numbers, and goes on in it', async () => {
  const service = await openService(dataDir);
  try {
    await reconcile(service);
    expect(service.parts.store?.migrations).toEqual(
      MIGRATIONS.filter(({ version }) => version > 1).map(({ name }) => name),
    );
    expect(await answersOf(service)).toEqual(before);
    const letters = await service.operate(
      listDeadLettersOperation,
      { state: 'waiting', reason: null, source: null, limit: 10 },
      never,
    );
    expect(letters).toMatchObject([{ reason: 'undecodable', stage: 'understand' }]);

    const publishedAt = '2025-03-04T08:00:00Z';
    await post(service, [
      { nativeId: 'calm-2', title: '贵州茅台推迟年度股东大会', publishedAt, action: 'replace' },
      { nativeId: 'bad-1', title: 'Boeing denies it', publishedAt, action: 'retract' },
      { nativeId: 'new-1', title: 'Boeing wins an order', publishedAt },
      { nativeId: 'new-2', title: '波音公司获得订单', publishedAt },
    ]);
    const { accepted, stored } = before.books;
    expect(await reconcile(service)).toMatchObject({
      accepted: accepted + 4,
      stored: stored + 4,
      difference: 0,
      rollUpDifferences: 0,
    });
    const after = await answersOf(service);
    const total = ({ series }: Answers, key: string) =>
      (series[key] ?? []).reduce((sum, { n }) => sum + n, 0);
    // One was taken back, two are new.
    expect(total(after, 'instrument:BA')).toBe(total(before, 'instrument:BA') + 1);
    expect(after.documents.find(({ title }) => title === '贵州茅台推迟年度股东大会')?.version).toBe(2);
  } finally {
    await service.stop();
  }
});

it('survives a kill after every statement of the migrations', async () => {
  let kills = 0;
  for (;;) {
    // The first of them is after the first statement of what is left, then after the second, …
    const env = { FAILPOINTS: 'allowed', FAILPOINT: `after_migration_statement:${kills + 1}` };
    const { code, out, words } = await runCommand(['migrate', '--data', dataDir], { env });
    if (code === 0) {
      expect(out).toContain(`schema version ${NEWEST}`);
      break;
    }
    expect([code, words]).toEqual([null, '']);
    kills += 1;
    expect(kills).toBeLessThan(100);
  }
  expect(kills).toBeGreaterThan(3);
  const service = await openService(dataDir);
  try {
    await reconcile(service);
    expect(await answersOf(service)).toEqual(before);
  } finally {
    await service.stop();
  }
}, 120_000);

describe('a folder of a newer release is refused with both versions and what to do:', () => {
  const refusal = async () => {
    const { code, words } = await runCommand([
      'start',
      '--sources',
      'none',
      '--port',
      '0',
      '--data',
      dataDir,
    ]);
    expect(code).toBe(2);
    return words;
  };

  it('its store', async () => {
    const session = await openSqlSession(join(dataDir, 'store'), WRITER_SETTINGS);
    await session.insert('schema_migrations', [{ version: 900, name: '0900-later', applied_at: Date.now() }]);
    await session.close();
    expect(await refusal()).toMatch(new RegExp(`schema 900.*only ${NEWEST}\\..*Start the newer release`));
  });

  it('its log', async () => {
    await writeFile(join(dataDir, 'log', 'format'), '9\n');
    expect(await refusal()).toMatch(/format 9;.*up to 1\..*Start the newer version/);
  });

  it('the folder itself', async () => {
    await writeFile(join(dataDir, 'world.json'), JSON.stringify({ world: 'live', formatVersion: 9 }));
    expect(await refusal()).toMatch(/format 9;.*up to 1\..*Use the newer version/);
  });

  it('and is left as it was', async () => {
    await mkdir(join(dataDir, 'something-new'));
    await writeFile(join(dataDir, 'log', 'format'), '9\n');
    await refusal();
    await writeFile(join(dataDir, 'log', 'format'), '1\n');
    const { code, out } = await runCommand(['reconcile', '--json', '--data', dataDir]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(before.books);
  });
});

/** Release 0.1 kept sums to the last bit, this one to nine digits. */
function rounded(polarity: number | null): number | null {
  return polarity === null ? null : Number(polarity.toFixed(7));
}
