import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ImpactSheet } from '../../pipeline/app/model-life/impact.js';
import { getJson, runCommand, startBellwether, temporaryFolder } from '../support/service.js';
import { writeStream } from '../support/stream-file.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let rows: number;
let alerts: number;

beforeAll(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, 'replay');
  const file = join(folder.path, 'stream.jsonl');
  rows = await writeStream(file, { days: 16, perDay: 60, seed: 5 });
  expect((await runCommand(['replay', file, '--data', data])).code).toBe(0);
  const service = await startBellwether(['--data', data]);
  const told = (await getJson(
    `${service.page}/api/v1/alerts?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&limit=200`,
  )) as { data: { firedAt: string | null }[] };
  alerts = told.data.filter(({ firedAt }) => firedAt !== null).length;
  await service.stop();
}, 180_000);
afterAll(() => folder.remove());

const impact = async (...args: readonly string[]) => {
  const done = await runCommand(['models', 'impact', ...args, '--data', data, '--json']);
  expect([done.code, done.words]).toEqual([0, expect.any(String)]);
  return JSON.parse(done.out) as ImpactSheet;
};

describe('the impact sheet', () => {
  it('plays the past as it was: the model that serves gives the alerts that were told, and changes nothing', async () => {
    const sheet = await impact('ngram');
    expect(sheet.documents).toBe(rows);
    expect(alerts).toBeGreaterThan(0);
    expect(sheet.alerts).toEqual({ gained: [], lost: [], moved: [], same: alerts });
    expect(sheet.slices[0]).toMatchObject({ slice: 'all', documents: rows, changed: { value: 0 } });
    expect(sheet.series.find(({ series }) => series === 'market')).toMatchObject({
      documents: rows,
      step: { value: 0 },
      breaks: false,
    });
  }, 120_000);

  it('says what another model changes, in words too', async () => {
    const sheet = await impact('lexicon');
    expect(sheet.candidate.name).toBe('lexicon');
    expect(sheet.slices[0]?.changed.value).toBeGreaterThan(0);
    expect(sheet.examples.length).toBeGreaterThan(0);
    const period = ['--from', '2026-01-14', '--to', '2026-01-19'];
    const words = await runCommand(['models', 'impact', 'lexicon', ...period, '--data', data]);
    expect(words.out).toContain('Alerts: ');
    expect(words.out).toContain('SERIES');
    const part = await impact('lexicon', ...period);
    expect(part.documents).toBe(300);
  }, 120_000);

  it('refuses a model that there is not, and a period without documents says so', async () => {
    const wrong = await runCommand(['models', 'impact', 'ngram-nobody', '--data', data]);
    expect([wrong.code, wrong.words]).toEqual([2, expect.stringContaining('no candidate "ngram-nobody"')]);
    const empty = await runCommand([
      ...['models', 'impact', 'lexicon', '--data', data],
      ...['--from', '2031-01-01', '--to', '2031-01-02'],
    ]);
    expect([empty.code, empty.out]).toEqual([0, expect.stringContaining('No document lies in the period')]);
  }, 120_000);
});
