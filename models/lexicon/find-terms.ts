import type { Dictionary, Entry } from './dictionary.js';
import type { FoundTerm } from './score-terms.js';
import type { Units } from './split-units.js';

const BORDER: Entry = { kind: 'border', value: 0, alone: 0 };

/** At each unit the longest phrase of the dictionary wins and is skipped over; calls back with first unit and number of units. */
export function findPhrases<T>(
  { keys }: Units,
  { root }: Dictionary<T>,
  onFound: (value: T, position: number, size: number) => void,
): void {
  for (let position = 0; position < keys.length;) {
    let found: T | undefined;
    let size = 0;
    let node = root.next.get(keys[position] ?? '');
    for (let end = position + 1; node !== undefined; end += 1) {
      if (node.value !== undefined) {
        found = node.value;
        size = end - position;
      }
      node = end < keys.length ? node.next.get(keys[end] ?? '') : undefined;
    }
    if (found !== undefined) onFound(found, position, size);
    position += Math.max(1, size);
  }
}

/** The terms of a text in order, with a border after each sentence. */
export function findTerms(units: Units, dictionary: Dictionary<Entry>): FoundTerm[] {
  const found: FoundTerm[] = [];
  let scanned = 0;
  const addBorders = (until: number) => {
    for (; scanned < until; scanned += 1) {
      if (units.lasts[scanned] === true) found.push(termAt(units, BORDER, scanned, 1));
    }
  };
  findPhrases(units, dictionary, (entry, position, size) => {
    addBorders(position);
    found.push(termAt(units, entry, position, size));
  });
  addBorders(units.keys.length);
  return found;
}

function termAt({ starts, ends }: Units, entry: Entry, position: number, size: number): FoundTerm {
  return { entry, position, start: starts[position] ?? 0, end: ends[position + size - 1] ?? 0 };
}
