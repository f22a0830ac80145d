import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lets the event loop turn until something is so; throws after 10 s of real time. */
export async function until(is: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!is()) {
    if (performance.now() > end) throw new Error('It did not come to be so in 10 s.');
    await nextTurn();
  }
}

export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}
