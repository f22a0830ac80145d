import { writeSync } from 'node:fs';
import { systemClock } from '../../pipeline/core/clock.js';
import { openLmdbLog } from '../../pipeline/log/lmdb-log.js';

/** Appends batches for ever and writes `key offset` for every acknowledged record, with a write that survives SIGKILL. */
async function appendUntilKilled(path: string): Promise<void> {
  const log = await openLmdbLog({ path, clock: systemClock });
  const reader = await log.openReader('documents.raw', 'killed');
  const start = (await log.endPositions('documents.raw'))[0]?.offset ?? 0;
  writeSync(1, 'ready\n');
  for (let round = 0; ; round += 1) {
    const keys = Array.from({ length: 1 + (round % 40) }, (_, index) => `${process.pid}-${round}-${index}`);
    const value = Buffer.alloc(500, round % 256);
    const positions = await log.append(
      'documents.raw',
      keys.map((key) => ({ key, value })),
      { cursors: [{ name: 'feed', value: String(start + round) }] },
    );
    writeSync(1, positions.map(({ offset }, index) => `${keys[index] ?? ''} ${offset}\n`).join(''));
    if (round % 5 === 0) {
      const messages = await reader.pull({ maxMessages: 100, maxBytes: 1e6, waitMs: 0 });
      const last = messages.at(-1);
      if (last !== undefined) {
        await reader.commit([{ partition: 0, offset: last.offset + 1 }]);
        writeSync(1, `committed ${last.offset + 1}\n`);
      }
    }
  }
}

await appendUntilKilled(process.argv[2] ?? '');
