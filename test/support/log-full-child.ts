import { writeSync } from 'node:fs';
import { systemClock } from '../../pipeline/core/clock.js';
import { BellwetherError } from '../../pipeline/core/errors.js';
import { openLmdbLog } from '../../pipeline/log/lmdb-log.js';

/** Appends until the disk refuses, tries twice more, and writes what happened as one line of JSON. */
async function appendUntilRefused(path: string): Promise<void> {
  const log = await openLmdbLog({ path, clock: systemClock, minFreeBytes: 0 });
  const records = Array.from({ length: 100 }, (_, index) => ({
    key: `k${index}`,
    value: Buffer.alloc(500, index),
  }));
  const failures: unknown[] = [];
  let accepted = 0;
  while (failures.length < 3) {
    try {
      accepted += (await log.append('documents.raw', records)).length;
    } catch (error) {
      if (!(error instanceof BellwetherError)) throw error;
      failures.push({ code: error.code, retriable: error.retriable });
    }
  }
  const end = (await log.endPositions('documents.raw'))[0]?.offset;
  await log.close();
  writeSync(1, `${JSON.stringify({ accepted, end, failures })}\n`);
}

await appendUntilRefused(process.argv[2] ?? '');
