import type { Instrument } from '../../core/instrument.js';
import type { DeskRow } from './desk-row.js';
import { nameKey } from './name-index.js';

/** Names that share less than this part of their letter pairs are not worth showing. */
const LEAST_LIKENESS = 0.45;

/** Finds the known companies whose names look most like a row's; Dice's measure over pairs of letters. */
export function createSuggester(
  known: readonly Instrument[],
): (row: DeskRow, limit: number) => readonly string[] {
  const entries = known.flatMap(({ id, name, nameZh, names }) =>
    [...new Set([name, nameZh ?? '', ...names.map(({ text }) => text)])]
      .filter((text) => text !== '')
      .map((text) => ({ id, pairs: pairsOf(nameKey(text)) })),
  );
  return (row, limit) => {
    const best = new Map<string, number>();
    for (const name of [row.name, row.nameZh]) {
      if (name === null) continue;
      const wanted = pairsOf(nameKey(name));
      for (const { id, pairs } of entries) {
        const likeness = dice(wanted, pairs);
        if (likeness >= LEAST_LIKENESS) best.set(id, Math.max(likeness, best.get(id) ?? 0));
      }
    }
    return [...best]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, limit)
      .map(([id]) => id);
  };
}

function pairsOf(key: string): ReadonlySet<string> {
  const padded = ` ${key} `;
  return new Set(Array.from({ length: padded.length - 1 }, (_, index) => padded.slice(index, index + 2)));
}

function dice(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const pair of a) if (b.has(pair)) shared += 1;
  return (2 * shared) / (a.size + b.size);
}
