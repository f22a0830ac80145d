export const FEED_FORMATS = ['rss0', 'rss1', 'rss2', 'atom', 'cdf', 'json', 'sitemap'] as const;
/** `rss0` is RSS 0.9x, `rss1` RDF (RSS 0.90 and 1.0), `sitemap` also the one of news. */
export type FeedFormat = (typeof FEED_FORMATS)[number];

export interface FeedItem {
  /** guid, Atom id or rdf:about; the link without one; null when there is neither. */
  readonly nativeId: string | null;
  readonly url: string | null;
  readonly title: string | null;
  readonly text: string;
  /** ISO 8601 UTC (a date alone when only the day is given), or null when it is missing or cannot be read. */
  readonly publishedAt: string | null;
  /** When it was last changed, if that is later than its publication. */
  readonly modifiedAt: string | null;
  /** The time as the feed wrote it, for the words of a rejection. */
  readonly rawTime: string | null;
  readonly author: string | null;
  /** At most 20, as the feed words them. */
  readonly categories: readonly string[];
  /** `retract` where the item says of itself that it is withdrawn. */
  readonly action: 'add' | 'retract';
  /** The text of the feed ended inside this item. */
  readonly partial: boolean;
}

/** An item that a feed says it no longer stands by: a tombstone of Atom (RFC 6721). */
export interface Withdrawal {
  /** As the item had it. */
  readonly nativeId: string;
  /** ISO 8601 UTC, or null when it cannot be read. */
  readonly at: string | null;
  /** The time as the feed wrote it, for the words of a rejection. */
  readonly rawTime: string | null;
}

/** When the publisher wants to be asked; null or empty where the feed does not say. */
export interface FeedSchedule {
  readonly ttlMinutes: number | null;
  /** Hours of the day in GMT, 0 … 23. */
  readonly skipHours: readonly number[];
  /** `monday` … `sunday`. */
  readonly skipDays: readonly string[];
  /** `hourly` … `yearly`, and how often in that time. */
  readonly updatePeriod: string | null;
  readonly updateFrequency: number | null;
}

export interface ParsedFeed {
  readonly format: FeedFormat;
  /** As the feed states it (`0.91`, `2.0`, `1.1`), or null. */
  readonly version: string | null;
  readonly title: string | null;
  readonly language: string | null;
  readonly schedule: FeedSchedule;
  readonly items: readonly FeedItem[];
  readonly withdrawn: readonly Withdrawal[];
  /** The feed ends before its end; only its last item may lack something. */
  readonly truncated: boolean;
  /** The time was up before all items were read; the rest of the text was not looked at. */
  readonly late: boolean;
  /** Sentences about items that lack something, and about what was mended or left out. */
  readonly warnings: readonly string[];
}

export interface FeedContext {
  /** Where the feed was found; relative links start there. */
  readonly baseUrl: string | null;
  /** The zone of times that name none, such as `+08:00`; null refuses them. */
  readonly zone: string | null;
  /** The items beyond are counted and left out. */
  readonly maxItems: number;
  /**
   * `refuse` makes a DOCTYPE with external, parameter or nested entities, or nesting deeper than 128, an error, because a feed that
   * is polled should hold no attack; `ignore` warns and reads what is left. Nothing of it is ever expanded or fetched.
   */
  readonly hostile: 'refuse' | 'ignore';
  /** Once it says true the items that follow are left out; how many there are about is told. */
  readonly outOfTime?: () => boolean;
}

export const NO_SCHEDULE: FeedSchedule = {
  ttlMinutes: null,
  skipHours: [],
  skipDays: [],
  updatePeriod: null,
  updateFrequency: null,
};
