import { expect, it } from 'vitest';
import { readTakenMemory } from '../../../../../ingest/sources/live/taken-memory.js';

const reader = (cursors: ReadonlyMap<string, string>) => (name: string) =>
  Promise.resolve(cursors.get(name) ?? null);

it('knows after a restart what was taken, and moves at most two small cursors for a few documents', async () => {
  const cursors = new Map<string, string>();
  const before = await readTakenMemory('live', reader(cursors));
  for (let n = 0; n < 1_200; n += 1) {
    before.add(`post ${n}`);
    const changes = before.changes();
    expect(changes).toHaveLength(1);
    for (const { name, value } of changes) {
      expect(value.length).toBeLessThan(5_600);
      cursors.set(name, value);
    }
  }
  expect(before.changes()).toEqual([]);
  const after = await readTakenMemory('live', reader(cursors));
  for (const n of [0, 499, 500, 1_199]) expect(after.has(`post ${n}`)).toBe(true);
  expect(after.has('post 1200')).toBe(false);
});

it('forgets the oldest 500 beyond 32,000, and holds no more cursors than 64', async () => {
  const cursors = new Map<string, string>();
  const memory = await readTakenMemory('live', reader(cursors));
  for (let n = 0; n <= 32_000; n += 1) {
    memory.add(`post ${n}`);
    if (n % 250 === 0) for (const { name, value } of memory.changes()) cursors.set(name, value);
  }
  expect([memory.has('post 0'), memory.has('post 499'), memory.has('post 500')]).toEqual([
    false,
    false,
    true,
  ]);
  expect(cursors.size).toBe(64);
  const after = await readTakenMemory('live', reader(cursors));
  expect([after.has('post 499'), after.has('post 500'), after.has('post 32000')]).toEqual([
    false,
    true,
    true,
  ]);
});

it('takes a damaged segment for an empty one', async () => {
  const memory = await readTakenMemory('live', reader(new Map([['live:taken:3', '{"not":"ours"}']])));
  memory.add('post');
  expect(memory.changes().map(({ name }) => name)).toEqual(['live:taken:0']);
});
