import { parentPort, workerData } from 'node:worker_threads';
import { createRandom, mutate, shrink } from './mutate.js';
import { keptSeeds, loadTarget, piecesOf, tryInput } from './target.js';

/** What the thread is told. */
export interface FuzzTask {
  readonly target: string;
  readonly folder: string;
  readonly seed: number;
  readonly forMs: number;
  /** The input that is being tried: its length, then its bytes. */
  readonly current: SharedArrayBuffer;
  /** How many were tried. */
  readonly count: SharedArrayBuffer;
}

export type FuzzReport =
  | { readonly kind: 'failure'; readonly bytes: Uint8Array; readonly reason: string }
  | { readonly kind: 'end' };

/** Longest time for making a failure small. */
const SHRINK_MS = 30_000;
export const MAX_INPUT_BYTES = 262_144;
const ANY_PIECES = piecesOf([
  '\u0000',
  '\ufeff',
  '�',
  '\ud800',
  ' ',
  '\n',
  '0',
  '9'.repeat(20),
  '-1',
  '"',
  '<',
  '&',
]);

/** Tries mutated inputs until its time is over or one fails, which is made small first. */
async function fuzz({ target: name, folder, seed, forMs, current, count }: FuzzTask): Promise<FuzzReport> {
  const target = await loadTarget(name);
  const seeds = [...target.seeds, ...(await keptSeeds(folder))];
  const material = {
    seeds,
    pieces: [...(target.pieces ?? []), ...ANY_PIECES],
    maxBytes: MAX_INPUT_BYTES,
  };
  const random = createRandom(seed);
  const length = new Uint32Array(current, 0, 1);
  const room = new Uint8Array(current, 4);
  const tried = new Uint32Array(count);
  const attempt = (bytes: Uint8Array) => {
    room.set(bytes);
    length[0] = bytes.length;
    Atomics.add(tried, 0, 1);
    return tryInput(target, bytes);
  };
  const end = performance.now() + forMs;
  for (let next = 0; performance.now() < end; next += 1) {
    const bytes = seeds[next] ?? mutate(material, random);
    const reason = await attempt(bytes);
    if (reason === null) continue;
    const until = performance.now() + SHRINK_MS;
    const fails = async (shorter: Uint8Array) => (await attempt(shorter)) !== null;
    const small = await shrink(bytes, fails, () => performance.now() < until);
    return { kind: 'failure', bytes: small, reason: (await tryInput(target, small)) ?? reason };
  }
  return { kind: 'end' };
}

if (parentPort !== null) parentPort.postMessage(await fuzz(workerData as FuzzTask));
