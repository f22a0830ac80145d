import { expect, it } from 'vitest';
import { createMessageQueue, QUEUE_LIMITS } from '../../../../ingest/fetch/message-queue.js';
import { UnavailableError } from '../../../../pipeline/core/errors.js';

function setUp() {
  const calls: string[] = [];
  const queue = createMessageQueue({
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
  });
  return { calls, queue };
}

it('gives what waits at once, and waits for what comes', async () => {
  const { queue } = setUp();
  queue.push('a');
  queue.push('b');
  expect(await queue.take()).toEqual(['a', 'b']);
  const next = queue.take();
  queue.push('c');
  expect(await next).toEqual(['c']);
  const life = queue.take();
  queue.beat();
  expect(await life).toEqual([]);
});

it.each([
  ['500 messages', QUEUE_LIMITS.messages, 1],
  ['4 million characters', 4, QUEUE_LIMITS.characters / 4],
])('stops the sender once at %s and lets it go on when it is emptied', async (_, count, length) => {
  const { calls, queue } = setUp();
  for (let n = 0; n < count - 1; n += 1) queue.push('x'.repeat(length));
  expect(calls).toEqual([]);
  queue.push('x'.repeat(length));
  queue.push('x');
  expect(calls).toEqual(['pause']);
  expect(await queue.take()).toHaveLength(count + 1);
  expect(calls).toEqual(['pause', 'resume']);
});

it('gives what waits before its end, then the end or the error, for good', async () => {
  const { queue } = setUp();
  queue.push('a');
  queue.end(null);
  queue.end(new UnavailableError('late', 'Too late.'));
  expect([await queue.take(), await queue.take(), await queue.take()]).toEqual([['a'], null, null]);
  const broken = setUp().queue;
  const waiting = broken.take();
  broken.end(new UnavailableError('broken', 'Broken.'));
  await expect(waiting).rejects.toMatchObject({ code: 'broken' });
  await expect(broken.take()).rejects.toMatchObject({ code: 'broken' });
});
