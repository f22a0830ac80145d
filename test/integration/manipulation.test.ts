import { appendFile, copyFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runCommand, temporaryFolder } from '../support/service.js';
import { writeStream } from '../support/stream-file.js';

/** The quiet days end here. */
const START = Date.UTC(2026, 0, 21, 9);
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let quiet: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  quiet = join(folder.path, 'quiet.jsonl');
  await writeStream(quiet, { days: 16, perDay: 60, seed: 9, surge: false });
});
afterAll(() => folder.remove());

interface Post {
  readonly author: string;
  readonly text: string;
}

/** The alerts about Boeing when these posts come, one every 20 seconds, after the quiet days. */
async function alertsAfter(name: string, posts: readonly Post[]): Promise<readonly string[]> {
  const file = join(folder.path, `${name}.jsonl`);
  await copyFile(quiet, file);
  const rows = posts.map(({ author, text }, n) =>
    JSON.stringify({
      id: `${name}-${String(n)}`,
      source: 'twitter',
      author,
      publishedAt: new Date(START + n * 20_000).toISOString(),
      text,
    }),
  );
  await appendFile(file, `${rows.join('\n')}\n`);
  const { code, out } = await runCommand(['rehearse', '--stream', file, '--json']);
  expect(code).toBe(0);
  const report = JSON.parse(out) as { alerts: { series: { id: string } }[] };
  return report.alerts.map(({ series }) => series.id).filter((id) => id === 'BA.XNYS');
}

const pseudonym = (n: number) => `u_${String(n).padStart(8, '0')}`;

const WHO = ['My cousin', 'A supplier', 'The night shift', 'One engineer', 'Our broker'];
const WHAT = [
  'fears that Boeing faces a fraud probe',
  'says Boeing cuts jobs as losses widen',
  'heard Boeing shares plunge after a profit warning',
  'is sure that Boeing hid defects from the regulator',
  'saw how a Boeing plant was shut after the accident',
];
const WHERE = ['in Everett', 'in Charleston'];

/** T11 of the threat list: coordinated posts must not raise the alert that independent ones raise. */
describe('T11: coordinated posts', () => {
  it('raise no alert as 1,000 copies or 1,000 variations of three accounts, where 50 independent voices do', async () => {
    const voices = WHO.flatMap((who) =>
      WHAT.flatMap((what) => WHERE.map((where) => `${who} ${where} ${what}`)),
    ).map((text, n) => ({ author: pseudonym(100 + n), text }));
    expect(voices).toHaveLength(50);
    const thousand = (text: (n: number) => string) =>
      Array.from({ length: 1_000 }, (_, n) => ({ author: pseudonym(n % 3), text: text(n) }));
    const copies = thousand(
      (n) => `${'🔥'.repeat(n % 4)}Boeing faces a fraud probe by the regulator! @user${n}`,
    );
    const variations = thousand(
      (n) => `Boeing faces a fraud probe, ${String(100 + n)} workers and $${String(3 * n + 7)} million gone`,
    );
    expect(await alertsAfter('voices', voices)).toEqual(['BA.XNYS']);
    expect(await alertsAfter('copies', copies)).toEqual([]);
    expect(await alertsAfter('variations', variations)).toEqual([]);
  }, 120_000);
});
