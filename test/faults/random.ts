/** Seeded numbers in [0, 1): a run with the same seed makes the same choices. */
export type Random = () => number;

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of FAULT_SEED, or one by chance; printed, so that a failing run can be repeated. */
export function chooseSeed(name: string): number {
  const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 1e9));
  console.info(`${name}: FAULT_SEED=${seed}`);
  return seed;
}
