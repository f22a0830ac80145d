import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { MAX_INPUT_BYTES, type FuzzReport, type FuzzTask } from './fuzz-thread.js';
import { targetNames } from './target.js';

/*
 * npm run fuzz -- --target NAME --minutes 10 --seed N
 *
 * Without a target all take their turn, each for so long. A failure is made small, written to test/fuzz/seeds/NAME (where `npm test` tries it for ever after),
 * told with its reason, and ends the run with 1.
 */

/** A single input that takes longer has hung, on a machine with other work, too. */
const HUNG_MS = 60_000;
const LOOK_EVERY_MS = 1_000;
const ENTRY = fileURLToPath(new URL('./fuzz-thread.js', import.meta.url));

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    help: { type: 'boolean' },
  },
});

const known = await targetNames();
const wanted = values.target === undefined ? known : [values.target];
const unknown = wanted.find((name) => !known.includes(name));
const forMs = Number(values.minutes) * 60_000;
const seed = Number(values.seed);
const usable = unknown === undefined && forMs > 0 && Number.isSafeInteger(seed);
if (values.help === true || !usable) {
  console.error(`Usage: npm run fuzz -- [--target ${known.join('|')}] [--minutes 10] [--seed N]`);
  process.exitCode = values.help === true ? 0 : 2;
} else {
  for (const name of wanted) await fuzzOne(name);
}

async function fuzzOne(name: string): Promise<void> {
  const folder = join('test/fuzz/seeds', name);
  const count = new SharedArrayBuffer(4);
  const current = new SharedArrayBuffer(4 + MAX_INPUT_BYTES);
  const task: FuzzTask = { target: name, folder, seed, forMs, current, count };
  const report = await watched(new Worker(ENTRY, { workerData: task }), task);
  const tried = new Uint32Array(count)[0] ?? 0;
  if (report.kind === 'end') {
    console.log(`${name}: ${tried} inputs in ${values.minutes} min with seed ${seed}, no failure.`);
    return;
  }
  const hash = createHash('sha256').update(report.bytes).digest('hex').slice(0, 12);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${hash}.bin`), report.bytes);
  console.error(
    `${name}: failure after ${tried} inputs with seed ${seed}; ${folder}/${hash}.bin\n${report.reason}`,
  );
  process.exitCode = 1;
}

/** What the thread says; when it says nothing because it hangs or has died, the input at which it did. */
async function watched(worker: Worker, { current, count }: FuzzTask): Promise<FuzzReport> {
  const bytesNow = () => {
    const length = new Uint32Array(current, 0, 1)[0] ?? 0;
    return Uint8Array.from(new Uint8Array(current, 4, length));
  };
  const failed = (reason: string): FuzzReport => ({ kind: 'failure', bytes: bytesNow(), reason });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<FuzzReport>((resolve) => {
      worker.once('message', resolve);
      worker.once('error', (error) => resolve(failed(`The thread died: ${String(error)}`)));
      let last = -1;
      let since = performance.now();
      const look = () => {
        const tried = new Uint32Array(count)[0] ?? 0;
        // Nothing counts while the target is being loaded.
        if (tried !== last || tried === 0) since = performance.now();
        last = tried;
        if (performance.now() - since > HUNG_MS)
          resolve(failed(`It ran for more than ${HUNG_MS / 1_000} s.`));
        else timer = setTimeout(look, LOOK_EVERY_MS);
      };
      look();
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
