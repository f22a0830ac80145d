import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { runCommand, startBellwether, temporaryFolder } from '../support/service.js';
import { chooseSeed, createRandom } from '../faults/random.js';

/*
 * Faults 17, 18 and 23 of the plan against the whole service: what cannot be read is refused with the reason and takes
 * nothing along, and a damaged log is never read as if it were sound.
 */

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, 'live');
});
afterAll(() => folder.remove());

const base = (nativeId: string) => ({
  source: { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' },
  nativeId,
  title: `Tesla opens a plant in Springfield (${nativeId})`,
  publishedAt: new Date(Date.now() - 3_600_000).toISOString(),
});

/** Lines that are wrong, odd or hostile; none may harm its neighbours. `__proto__` only survives as text. */
function oddLines(round: number): readonly string[] {
  const odd = (name: string, fields: Record<string, unknown>) =>
    JSON.stringify({ ...base(`odd ${round} ${name}`), ...fields });
  const [line, hostile] = [JSON.stringify(base(`odd ${round} cut`)), odd('proto', {})];
  return [
    '{',
    'null',
    '42',
    '[]',
    '""',
    '{}',
    line.slice(0, -9),
    hostile.replace('{', '{"__proto__":{"admin":true},'),
    odd('time', { publishedAt: 'yesterday' }),
    odd('far', { publishedAt: '9999-12-31T23:59:59Z' }),
    odd('no title', { title: 7 }),
    odd('empty', { title: '' }),
    odd('one byte', { title: 'x' }),
    odd('nul', { title: 'Boeing\u0000 wins an order' }),
    odd('bidi', { title: '\u202eBoeing\u202c 股价\u200b上涨' }),
    odd('mark', { title: '\ufeff比亚迪发布季度报告' }),
    odd('surrogate', { title: 'Apple names a director' }).replace('Apple', '\\ud800Apple\\udc00'),
    odd('long', { text: '很长的文本 long '.repeat(150_000) }),
    odd('deep', { extra: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown }),
  ];
}

/** Changes a few characters of a sound line, so that it is broken in ways that nobody thought of. */
function damage(line: string, random: () => number): string {
  let damaged = line;
  for (let left = 1 + Math.floor(random() * 4); left > 0; left -= 1) {
    const at = Math.floor(random() * line.length);
    const letter = String.fromCharCode(33 + Math.floor(random() * 90));
    damaged = damaged.slice(0, at) + letter + damaged.slice(at + 1);
  }
  return damaged;
}

interface Answer {
  readonly accepted: number;
  readonly items: readonly { status: string; id?: string; error?: { message: string } }[];
}

it('faults 17 and 18: odd lines are taken or refused with a reason, alone; their mates are stored, over kills', async () => {
  const random = createRandom(chooseSeed('faults 17 and 18'));
  const rounds = 4;
  const ids = new Set<string>();
  let taken = 0;
  let refused = 0;
  for (let round = 0; round < rounds; round += 1) {
    const service = await startBellwether(['--sources', 'none', '--data', data]);
    const odd = [
      ...oddLines(round),
      ...Array.from({ length: 60 }, (_, n) => damage(JSON.stringify(base(`damaged ${round} ${n}`)), random)),
    ];
    const mates = odd.map((_, n) => JSON.stringify(base(`mate ${round} ${n}`)));
    const response = await fetch(`${service.page}/ingest/v1/documents`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: odd.flatMap((line, n) => [line, mates[n]]).join('\n'),
    });
    expect(response.status).toBe(200);
    const { items, accepted } = (await response.json()) as Answer;
    expect(items).toHaveLength(odd.length * 2);
    expect(items.filter((_, n) => n % 2 === 1).map(({ status }) => status)).toEqual(
      mates.map(() => 'accepted'),
    );
    for (const { status, id, error } of items) {
      if (status === 'accepted') ids.add(id ?? '');
      else expect(error?.message).toMatch(/\S/);
    }
    taken += accepted;
    refused += items.length - accepted;
    // The last round ends in order; the others while what they took is still on its way.
    await service.stop(round === rounds - 1 ? 'SIGTERM' : 'SIGKILL');
  }
  expect(refused).toBeGreaterThan(rounds * 8);

  const balance = await runCommand(['reconcile', '--data', data, '--json']);
  const books = JSON.parse(balance.out) as Record<string, number>;
  expect(balance.code, balance.words).toBe(0);
  expect(books).toMatchObject({ accepted: taken, difference: 0, rollUpDifferences: 0 });
  expect((books['stored'] ?? 0) + (books['deadLettered'] ?? 0) + (books['duplicates'] ?? 0)).toBe(taken);

  const service = await startBellwether(['--sources', 'none', '--data', data]);
  const missing: string[] = [];
  for (const id of ids) {
    const found = await fetch(`${service.page}/api/v1/documents/${id}`);
    await found.arrayBuffer();
    if (!found.ok) missing.push(id);
  }
  expect(await service.stop()).toBe(0);
  expect(missing.length).toBe(books['deadLettered'] ?? 0);
}, 180_000);

it('fault 23: a log that was cut is refused by the service with its file and what to do', async () => {
  const log = join(data, 'log');
  const files = (await readdir(log)).map((name) => join(log, name));
  const sizes = await Promise.all(files.map(async (file) => ({ file, size: (await stat(file)).size })));
  const largest = sizes.reduce((a, b) => (b.size > a.size ? b : a));
  const handle = await open(largest.file, 'r+');
  await handle.truncate(5_000);
  await handle.write(Buffer.alloc(5_000, 0xff), 0, 5_000, 0);
  await handle.close();
  await expect(startBellwether(['--sources', 'none', '--data', data])).rejects.toThrow(largest.file);
  const books = await runCommand(['reconcile', '--data', data]);
  expect(books.code).not.toBe(0);
  expect(books.words).toContain(largest.file);
  expect(books.words).toMatch(/backup|restore|move|delete/i);
}, 60_000);
