/** A source of numbers that a seed decides; equal seeds give equal runs. */
export type Random = () => number;

/** Mulberry32: numbers in [0, 1). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Material {
  readonly seeds: readonly Uint8Array[];
  readonly pieces: readonly Uint8Array[];
  readonly maxBytes: number;
}

const MAX_CHANGES = 8;
const MAX_REPEATS = 300;

/** A new input: one of the seeds after one to eight changes, at most `maxBytes` long. */
export function mutate({ seeds, pieces, maxBytes }: Material, random: Random): Uint8Array {
  const upTo = (limit: number) => Math.floor(random() * limit);
  const pick = (list: readonly Uint8Array[]) => list[upTo(list.length)] ?? new Uint8Array();
  let bytes = pick(seeds);
  for (let changes = 1 + upTo(MAX_CHANGES); changes > 0; changes -= 1) {
    const from = upTo(bytes.length + 1);
    const to = Math.min(bytes.length, from + upTo(random() < 0.8 ? 16 : bytes.length + 1));
    bytes = change(bytes, { from, to, upTo, pick, seeds, pieces }).subarray(0, maxBytes);
  }
  return bytes;
}

interface Change extends Pick<Material, 'seeds' | 'pieces'> {
  readonly from: number;
  readonly to: number;
  readonly upTo: (limit: number) => number;
  readonly pick: (list: readonly Uint8Array[]) => Uint8Array;
}

function change(bytes: Uint8Array, { from, to, upTo, pick, seeds, pieces }: Change): Uint8Array {
  const before = bytes.subarray(0, from);
  const after = bytes.subarray(to);
  const between = bytes.subarray(from, to);
  switch (upTo(7)) {
    case 0:
      return join(before, after);
    case 1:
      return join(before, between, between, after);
    case 2:
      return join(before, ...repeated(between, upTo(MAX_REPEATS)), after);
    case 3:
      return join(
        before,
        between.map((byte) => byte ^ (1 << upTo(8))),
        after,
      );
    case 4:
      return join(
        before,
        between.map(() => upTo(256)),
        after,
      );
    case 5: {
      const other = pick(seeds);
      return join(before, other.subarray(upTo(other.length + 1)));
    }
    default: {
      const count = upTo(4) === 0 ? upTo(MAX_REPEATS) : 1;
      return join(before, ...repeated(pick(pieces), count), after);
    }
  }
}

function repeated(bytes: Uint8Array, count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, () => bytes);
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** The smallest input that can be made of a failing one by leaving out stretches while it goes on failing, as long as there is time. */
export async function shrink(
  bytes: Uint8Array,
  fails: (bytes: Uint8Array) => Promise<boolean>,
  hasTime: () => boolean = () => true,
): Promise<Uint8Array> {
  let smallest = bytes;
  for (let size = Math.ceil(bytes.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < smallest.length && hasTime();) {
      const shorter = join(smallest.subarray(0, at), smallest.subarray(at + size));
      if (await fails(shorter)) smallest = shorter;
      else at += size;
    }
  }
  return smallest;
}
