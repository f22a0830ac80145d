import { openStore } from '../../pipeline/storage/open-store.js';
import { BASE, batchOf, makeVersion, MINUTE, stillClock, touchedBy, DAY } from './store.js';

/** Batches that the killed process writes; the reader of its folder knows them by their number. */
export const BATCH_SIZE = 40;

/** Every batch has new documents, corrections of the batch before and months far apart. */
export function killBatch(number: number) {
  return Array.from({ length: BATCH_SIZE }, (_, n) => {
    const offset = number * BATCH_SIZE + n;
    const corrects = n % 4 === 0 && number > 0;
    const name = corrects ? `kill ${number - 1} ${n + 1}` : `kill ${number} ${n}`;
    const at = BASE + (n % 3) * 40 * DAY + n * MINUTE;
    const before = BASE + ((n + 1) % 3) * 40 * DAY + (n + 1) * MINUTE;
    return makeVersion({
      name,
      offset,
      at,
      version: corrects ? 2 : 1,
      series: ['market', `K${n % 7}.X`],
      withdrawn: corrects
        ? ['market', `K${(n + 1) % 7}.X`].map((series) => ({
            series,
            publishedAt: new Date(before).toISOString(),
          }))
        : [],
    });
  });
}

/** Writes batch after batch from the given one on, says which are done, and never ends by itself. */
export async function writeUntilKilled(path: string, first: number): Promise<void> {
  const store = await openStore({ path, world: 'replay', clock: stillClock });
  process.stdout.write(`open\n`);
  for (let number = first; ; number += 1) {
    const versions = killBatch(number);
    await store.write(batchOf(...versions));
    await store.rollUp(touchedBy(...versions));
    process.stdout.write(`${number}\n`);
  }
}
