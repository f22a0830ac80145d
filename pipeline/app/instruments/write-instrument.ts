import type { Instrument, InstrumentName, Listing } from '../../core/instrument.js';

/** One line of an instrument list, without what may be left out (`config/reference/README.md`). */
export function writeInstrument(instrument: Instrument): string {
  const { id, name, nameZh, sector, country, listings, names, isin, cik, parent, peers } = instrument;
  return JSON.stringify({
    id,
    name,
    ...(nameZh === null ? {} : { nameZh }),
    ...(sector === null ? {} : { sector }),
    country,
    ...(isin === null ? {} : { isin }),
    ...(cik === null ? {} : { cik }),
    listings: listings.map(writeListing),
    names: names.map(writeName),
    ...(parent === null ? {} : { parent }),
    ...(peers.length === 0 ? {} : { peers }),
  });
}

function writeListing({ ticker, mic, from, to }: Listing) {
  return { ticker, mic, ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) };
}

function writeName({ text, from, to, ambiguous }: InstrumentName) {
  if (from === null && to === null && !ambiguous) return text;
  return {
    text,
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(ambiguous ? { ambiguous } : {}),
  };
}
