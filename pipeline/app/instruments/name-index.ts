import type { Instrument } from '../../core/instrument.js';
import { foldWord } from '../../operators/fold-text.js';

/** Words that end a company's full name and say nothing about which one it is. */
const LEGAL_ENDING =
  /[ ,.]+(?:inc|incorporated|corp|corporation|co|company|cos|companies|ltd|limited|plc|llc|lp|ag|se|sa|nv|ab|asa|oyj|spa|kgaa|s\.a|n\.v|holdings?|group|the|old|class [abc])\.?$|(?:股份有限公司|有限责任公司|有限公司|集团公司)$/;

/**
 * A name as names are compared: folded, without stars, dots and commas at its end and without legal endings
 * ("Infosys Ltd." and "Infosys" are one). Never empty for a name that has a letter.
 */
export function nameKey(name: string): string {
  let key = foldWord(name.normalize('NFKC').toWellFormed())
    .replace(/\([^()]{0,40}\)/g, ' ')
    .replace(/[\s-]+/g, ' ')
    .replace(/^[\s*]+|[\s*.,;:!?-]+$/g, '');
  for (;;) {
    const shorter = key.replace(LEGAL_ENDING, '').replace(/[\s*.,&-]+$/, '');
    if (shorter === key || shorter === '') return key;
    key = shorter;
  }
}

/** Which instruments carry a name at any time. */
export type NameIndex = ReadonlyMap<string, ReadonlySet<string>>;

export function indexNames(instruments: Iterable<Instrument>): NameIndex {
  const index = new Map<string, Set<string>>();
  for (const instrument of instruments) {
    const { id, name, nameZh, names } = instrument;
    for (const text of [name, ...(nameZh === null ? [] : [nameZh]), ...names.map((entry) => entry.text)]) {
      const key = nameKey(text);
      const ids = index.get(key) ?? new Set<string>();
      ids.add(id);
      index.set(key, ids);
    }
  }
  return index;
}
