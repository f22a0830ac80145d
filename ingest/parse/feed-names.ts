/** Addresses of namespaces that feeds use, in lower case as feeds misspell it, and the prefix that stands for each here. */
const PREFIX_OF: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '': [
      'http://backend.userland.com/rss',
      'http://backend.userland.com/rss2',
      'http://backend.userland.com/rss091',
      'http://blogs.law.harvard.edu/tech/rss',
      'http://cyber.law.harvard.edu/rss/rss.html',
      'http://purl.org/rss/1.0',
      'http://purl.org/rss/1.0/modules/rss091#',
      'http://my.netscape.com/rdf/simple/0.9',
      'http://channel.netscape.com/rdf/simple/0.9',
      'http://my.netscape.com/publish/formats/rss-0.91.dtd',
      'http://purl.org/net/rss1.1#',
      'http://example.com/newformat#',
      'http://example.com/necho',
      'http://purl.org/echo',
      'uri/of/echo/namespace#',
      'http://purl.org/pie',
      'http://purl.org/atom/ns#',
      'http://www.w3.org/2005/atom',
      'http://www.sitemaps.org/schemas/sitemap/0.9',
      'http://www.google.com/schemas/sitemap/0.84',
      'http://www.google.com/schemas/sitemap/0.9',
    ],
    at: ['http://purl.org/atompub/tombstones/1.0'],
    content: ['http://purl.org/rss/1.0/modules/content'],
    dc: ['http://purl.org/dc/elements/1.1', 'http://purl.org/dc/elements/1.0'],
    dcterms: ['http://purl.org/dc/terms'],
    itunes: ['http://www.itunes.com/dtds/podcast-1.0.dtd'],
    media: ['http://search.yahoo.com/mrss'],
    news: ['http://www.google.com/schemas/sitemap-news/0.9'],
    rdf: ['http://www.w3.org/1999/02/22-rdf-syntax-ns#'],
    sy: ['http://purl.org/rss/1.0/modules/syndication'],
    xhtml: ['http://www.w3.org/1999/xhtml'],
  }).flatMap(([prefix, addresses]) => addresses.map((address) => [address, prefix] as const)),
);

/** Prefixes that mean the feed itself even when nobody declares them, or for a namespace that nobody knows. */
const FEED_PREFIXES = new Set(['rss', 'rss1', 'rss2', 'atom', 'atom03', 'atom10']);

/** The declarations in force at an element; one link for each element that has any. */
export interface NamespaceScope {
  readonly outer: NamespaceScope | null;
  readonly declared: ReadonlyMap<string, string>;
}

/** The scope inside a tag with these attributes. */
export function scopeWith(
  outer: NamespaceScope | null,
  attributes: ReadonlyMap<string, string>,
): NamespaceScope | null {
  let declared: Map<string, string> | null = null;
  for (const [key, value] of attributes) {
    const match = /^xmlns(?::(.*))?$/i.exec(key);
    if (match === null) continue;
    declared ??= new Map();
    declared.set((match[1] ?? '').toLowerCase(), value.trim().toLowerCase().replace(/\/$/, ''));
  }
  return declared === null ? outer : { outer, declared };
}

export interface FeedName {
  /** In lower case with the usual prefix: `item`, `dc:date`, `content:encoded`. */
  readonly name: string;
  /** What marks the vocabulary that it was taken from: the address, else the prefix as it was written. */
  readonly vocabulary: string;
}

/**
 * The usual name of an element or attribute, whatever prefix the feed chose for it.
 *
 * `own` is the vocabulary of the root of the feed: it stands for the feed's own words even when its address is wrong.
 */
export function feedName(written: string, scope: NamespaceScope | null, own: string | null): FeedName {
  const lower = written.toLowerCase();
  const colon = lower.indexOf(':');
  const prefix = colon === -1 ? '' : lower.slice(0, colon);
  const local = lower.slice(colon + 1);
  const address = addressOf(prefix, scope);
  const vocabulary = address ?? prefix;
  if (vocabulary === own || (address === undefined && prefix === '')) return { name: local, vocabulary };
  const known = address === undefined ? undefined : PREFIX_OF.get(address);
  const usual = known ?? (FEED_PREFIXES.has(prefix) ? '' : prefix);
  return { name: usual === '' ? local : `${usual}:${local}`, vocabulary };
}

function addressOf(prefix: string, scope: NamespaceScope | null): string | undefined {
  for (let link = scope; link !== null; link = link.outer) {
    const address = link.declared.get(prefix);
    if (address !== undefined) return address;
  }
  return undefined;
}
