import type { SectorId } from './taxonomy.js';

/** A ticker on an exchange; `from` is inclusive, `to` exclusive, both `YYYY-MM-DD`, null for open. */
export interface Listing {
  readonly ticker: string;
  /** ISO 10383 market identifier: XNAS, XNYS, XLON, XSHG, XSHE, XHKG, … */
  readonly mic: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** A name under which text speaks of the instrument, valid between two dates. */
export interface InstrumentName {
  readonly text: string;
  readonly from: string | null;
  readonly to: string | null;
  /** True when the words also mean something else (Apple, Target, 平安): then context must support the link. */
  readonly ambiguous: boolean;
}

/** A listed company or share class. `id` is `TICKER.MIC` of the main listing and never changes. */
export interface Instrument {
  readonly id: string;
  readonly name: string;
  readonly nameZh: string | null;
  /** Null where a desk's own list does not say. */
  readonly sector: SectorId | null;
  /** ISO 3166 alpha-2. */
  readonly country: string;
  readonly listings: readonly Listing[];
  /** Names, former names, short names and 简称, the full name included. */
  readonly names: readonly InstrumentName[];
  /** ISIN of the main share, check digit right; null where it is not known. */
  readonly isin: string | null;
  /** Its number as a filer at the SEC, without leading zeros (`320193`); null where it has none or nobody knows it. */
  readonly cik: string | null;
  /** Id of the listed company that controls this one; null without one, or where it is not in the list. */
  readonly parent: string | null;
  /** Ids of the companies it is compared with, most alike first. */
  readonly peers: readonly string[];
}
