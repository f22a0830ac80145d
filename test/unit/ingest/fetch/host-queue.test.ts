import { describe, expect, it } from 'vitest';
import { createHostQueue } from '../../../../ingest/fetch/host-queue.js';
import { fakeClock } from '../../../support/ingest.js';

const never = new AbortController().signal;

describe('host queue', () => {
  it('spaces the requests to one host in the order in which they were asked for, and holds up no other host', async () => {
    const still = fakeClock('2026-03-31T12:00:00Z');
    const sleep = async (ms: number) => {
      await new Promise((resolve) => setImmediate(resolve));
      still.advance(ms);
    };
    const clock = { ...still, sleep };
    const start = clock.now();
    const queue = createHostQueue({ clock });
    const turns: [string, number][] = [];
    const take = async (host: string, name: string) => {
      await queue.take(host, never);
      turns.push([name, clock.now() - start]);
    };
    await take('b.example', 'b1');
    await Promise.all([take('a.example', 'a1'), take('a.example', 'a2'), take('a.example', 'a3')]);
    expect(turns).toEqual([
      ['b1', 0],
      ['a1', 0],
      ['a2', 1_000],
      ['a3', 2_000],
    ]);
  });

  it('asks again after the time it was told, also when the clock was set back meanwhile', async () => {
    const clock = fakeClock('2026-03-31T12:00:00Z');
    let setBackMs = 0;
    const queue = createHostQueue({ clock: { ...clock, now: () => clock.now() - setBackMs } });
    queue.hold('a.example', '60');
    clock.advance(61_000);
    setBackMs = 3_600_000;
    await expect(queue.take('a.example', never)).resolves.toBeUndefined();
  });

  it('leaves a host alone as long as it asks, at most a day, and says so at once', async () => {
    const clock = fakeClock('2026-03-31T12:00:00Z');
    const queue = createHostQueue({ clock });
    queue.hold('a.example', '9999999999');
    queue.hold('a.example', '60');
    const taken = () => queue.take('a.example', never);
    await expect(taken()).rejects.toMatchObject({
      code: 'host_held',
      retriable: true,
      message: 'a.example asked for no more requests until 2026-04-01T12:00:00.000Z.',
    });
    await queue.take('b.example', never);
    clock.advance(86_400_000);
    await taken();
  });

  it('waits out a short request for quiet, and takes words that are no time for none', async () => {
    const clock = fakeClock('2026-03-31T12:00:00Z');
    const start = clock.now();
    const queue = createHostQueue({ clock });
    queue.hold('a.example', '3');
    queue.hold('a.example', 'soon');
    await queue.take('a.example', never);
    expect(clock.now() - start).toBe(3_000);
  });

  it('lets who gives up go at once, without a turn lost, and refuses more than it can hold', async () => {
    const clock = { ...fakeClock('2026-03-31T12:00:00Z'), sleep: () => new Promise<void>(() => undefined) };
    const queue = createHostQueue({ clock, maxWaiting: 2 });
    await queue.take('a.example', never);
    const stop = new AbortController();
    const waiting = [1, 2].map(() => queue.take('a.example', stop.signal));
    await expect(queue.take('a.example', never)).rejects.toMatchObject({
      code: 'host_busy',
      retriable: true,
    });
    stop.abort();
    for (const gone of waiting) await expect(gone).rejects.toMatchObject({ code: 'cancelled' });
    await expect(queue.take('a.example', AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('forgets hosts that are at rest', async () => {
    const clock = fakeClock('2026-03-31T12:00:00Z');
    const queue = createHostQueue({ clock });
    for (let index = 0; index < 5_000; index += 1) {
      await queue.take(`h${index}.example`, never);
      clock.advance(1_000);
    }
    await queue.take('h0.example', never);
    expect(clock.slept).toEqual([]);
  });
});
