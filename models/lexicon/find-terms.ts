import type { Dictionary, Entry } from './dictionary.js';
import type { FoundTerm } from './score-terms.js';
import type { Unit } from './split-units.js';

const BORDER: Entry = { kind: 'border', value: 0, alone: 0 };

/** At each unit the longest phrase of the dictionary wins and is skipped over; calls back with first unit and number of units. */
export function findPhrases<T>(
  units: readonly Unit[],
  dictionary: Dictionary<T>,
  onFound: (value: T, position: number, size: number) => void,
): void {
  for (let position = 0; position < units.length;) {
    const longest = dictionary.longest.get(units[position]?.text ?? '') ?? 0;
    let size = Math.min(longest, units.length - position);
    for (; size > 0; size -= 1) {
      const value = dictionary.entries.get(phrase(units, position, size, dictionary.joiner));
      if (value === undefined) continue;
      onFound(value, position, size);
      break;
    }
    position += Math.max(1, size);
  }
}

/** The terms of a text in order, with a border after each sentence. */
export function findTerms(units: readonly Unit[], dictionary: Dictionary<Entry>): FoundTerm[] {
  const found: FoundTerm[] = [];
  let scanned = 0;
  const addBorders = (until: number) => {
    for (; scanned < until; scanned += 1) {
      if (units[scanned]?.last === true) found.push(termAt(units, BORDER, scanned, 1));
    }
  };
  findPhrases(units, dictionary, (entry, position, size) => {
    addBorders(position);
    found.push(termAt(units, entry, position, size));
  });
  addBorders(units.length);
  return found;
}

function phrase(units: readonly Unit[], position: number, size: number, joiner: string): string {
  let text = units[position]?.text ?? '';
  for (let index = position + 1; index < position + size; index += 1)
    text += joiner + (units[index]?.text ?? '');
  return text;
}

function termAt(units: readonly Unit[], entry: Entry, position: number, size: number): FoundTerm {
  const last = units[position + size - 1];
  return {
    entry,
    position,
    start: units[position]?.start ?? 0,
    end: (last?.start ?? 0) + (last?.text.length ?? 0),
  };
}
