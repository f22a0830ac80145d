import { parseCik } from '../core/cik.js';
import type { RawDocument } from '../core/document.js';
import type { Instrument } from '../core/instrument.js';
import type { NameHit } from './find-names.js';

/** A known company that takes part in a filing, and where its number stands in the text. */
export interface FilerHit {
  readonly instrument: Instrument;
  readonly spans: readonly (readonly [start: number, end: number])[];
}

/** Nobody's filing has more companies among its parties. */
const MAX_FILERS = 20;
const WRITTEN_NUMBER = /\bCIK[ :#]{0,3}0*(\d{1,10})\b/g;

/** Numbers at the SEC (CIK) of the parties to a filing, as its source tells them in `extra.ciks`; of anything else none. */
export function filersOf({ source, extra }: Pick<RawDocument, 'source' | 'extra'>): readonly string[] {
  const { ciks } = extra;
  if (source.kind !== 'filing' || !Array.isArray(ciks)) return [];
  const numbers = ciks.flatMap((cik: unknown) => (typeof cik === 'string' ? (parseCik(cik) ?? []) : []));
  return [...new Set(numbers)].slice(0, MAX_FILERS);
}

/** The parties that are known companies, in their order; most people and funds who file are none. Linear in the text. */
export function findFilers(
  text: string,
  filers: readonly string[],
  byCik: ReadonlyMap<string, Instrument>,
): readonly FilerHit[] {
  const hits = new Map(
    filers.flatMap((cik): [string, { instrument: Instrument; spans: [number, number][] }][] => {
      const instrument = byCik.get(cik);
      return instrument === undefined ? [] : [[cik, { instrument, spans: [] }]];
    }),
  );
  if (hits.size === 0) return [];
  for (const match of text.matchAll(WRITTEN_NUMBER)) {
    hits.get(match[1] ?? '')?.spans.push([match.index, match.index + match[0].length]);
  }
  return [...hits.values()];
}

/**
 * Companies whose name is only a part of the name of a party with a number of its own ("Coca-Cola" in COCA COLA FEMSA), by id: the number
 * behind the name says who is meant. Companies whose number nobody knows are not among them.
 */
export function findNamesakes(
  text: string,
  filers: readonly string[],
  hits: readonly NameHit[],
): ReadonlySet<string> {
  const found = new Set<string>();
  if (filers.length === 0) return found;
  for (const { index, start } of partyNames(text)) {
    for (const hit of hits) {
      if (hit.start < start || hit.end > index) continue;
      const others = hit.entries.filter(({ instrument: { cik } }) => cik !== null && !filers.includes(cik));
      for (const { instrument } of others) found.add(instrument.id);
    }
  }
  return found;
}

/** From the start of a line to the number in it. */
function partyNames(text: string): readonly { readonly start: number; readonly index: number }[] {
  const found: { start: number; index: number }[] = [];
  for (const { index } of text.matchAll(WRITTEN_NUMBER)) {
    if (found.length === MAX_FILERS) break;
    found.push({ start: text.lastIndexOf('\n', index) + 1, index });
  }
  return found;
}
