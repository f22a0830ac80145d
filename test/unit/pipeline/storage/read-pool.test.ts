import { describe, expect, it } from 'vitest';
import { ReadPool } from '../../../../pipeline/storage/read-pool.js';
import type { SqlSession } from '../../../../pipeline/storage/sql-session.js';

/** Sessions whose queries end when the test says so. */
function heldSessions(count: number) {
  const release: (() => void)[] = [];
  let atOnce = 0;
  let most = 0;
  const session: SqlSession = {
    query: async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise<void>((resolve) => release.push(resolve));
      atOnce -= 1;
      return [];
    },
    command: () => Promise.resolve(),
    insert: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  return { sessions: Array.from({ length: count }, () => session), release, most: () => most };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the read pool', () => {
  it('runs as many queries at once as it has sessions; the others wait their turn', async () => {
    const held = heldSessions(2);
    const pool = new ReadPool(held.sessions, 10);
    const all = Promise.all(Array.from({ length: 5 }, () => pool.query('SELECT 1')));
    for (let ended = 0; ended < 5; ended += 1) {
      await settled();
      held.release.shift()?.();
    }
    await all;
    expect(held.most()).toBe(2);
  });

  it('refuses a query when too many wait, and takes new ones afterwards', async () => {
    const held = heldSessions(1);
    const pool = new ReadPool(held.sessions, 1);
    const first = pool.query('SELECT 1');
    const second = pool.query('SELECT 1');
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: 'too_many_reads', retriable: true });
    await settled();
    held.release.shift()?.();
    await first;
    await settled();
    held.release.shift()?.();
    await second;
    const third = pool.query('SELECT 1');
    await settled();
    held.release.shift()?.();
    expect(await third).toEqual([]);
  });

  it('gives the session back when a query fails', async () => {
    const [session] = heldSessions(1).sessions;
    if (session === undefined) throw new Error('There is one.');
    const failing = { ...session, query: () => Promise.reject(new Error('No.')) };
    const pool = new ReadPool([failing], 0);
    await expect(pool.query('SELECT 1')).rejects.toThrow('No.');
    await expect(pool.query('SELECT 1')).rejects.toThrow('No.');
  });
});
