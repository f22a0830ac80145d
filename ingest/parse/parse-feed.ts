import { cleanLine, cleanText } from './clean-text.js';
import { invalid } from './fields.js';
import { htmlToText } from './html-to-text.js';
import { webUrl } from './identity.js';
import { DOCUMENT_LIMITS } from './parse-document.js';
import { parseFeedTime } from './parse-feed-time.js';
import { childrenNamed, parseXml, textOf, type XmlNode } from './parse-xml.js';

const MAX_ITEMS = 500;

export type FeedFormat = 'rss2' | 'rss1' | 'atom';

export interface FeedItem {
  /** guid, rdf:about or Atom id; the link without one; null when there is neither. */
  readonly nativeId: string | null;
  readonly url: string | null;
  readonly title: string | null;
  readonly text: string;
  /** ISO 8601 UTC (a date alone when only the day is given), or null when it is missing or cannot be read. */
  readonly publishedAt: string | null;
  readonly modifiedAt: string | null;
  /** The time as the feed wrote it, for the words of a rejection. */
  readonly rawTime: string | null;
}

export interface ParsedFeed {
  readonly format: FeedFormat;
  readonly title: string | null;
  readonly language: string | null;
  readonly items: readonly FeedItem[];
  /** Sentences about items that lack something, and about what was left out. */
  readonly warnings: readonly string[];
}

export interface FeedContext {
  /** Where the feed was found; relative links start there. */
  readonly baseUrl: string | null;
  /** The zone of times that name none, such as `+08:00`; null refuses them. */
  readonly zone: string | null;
}

/**
 * Reads an RSS 2.0, RSS 1.0 or Atom feed: at most the first 500 items, text without markup, links absolute, times in UTC.
 *
 * An item without a readable time keeps null: nothing is made up. Throws InvalidDocumentError when it is no such feed, is
 * cut off, is not XML or declares entities.
 */
export function parseFeed(text: string, context: FeedContext): ParsedFeed {
  const root = parseXml(text).find((node) => node.name !== '');
  const format = root === undefined ? null : formatOf(root);
  if (root === undefined || format === null) {
    throw invalid('feed_unknown', undefined, 'This is neither RSS 2.0, RSS 1.0 nor Atom.');
  }
  if (!text.includes(`</${root.name}`)) {
    throw invalid('feed_truncated', undefined, `The feed ends before </${root.name}>: it was cut off.`);
  }
  const channel = format === 'atom' ? root : (childrenNamed(root, 'channel')[0] ?? root);
  const found = childrenNamed(format === 'rss2' ? channel : root, format === 'atom' ? 'entry' : 'item');
  const base = resolveLink(root.attributes['xml:base'] ?? '', context.baseUrl) ?? context.baseUrl;
  const items = found
    .slice(0, MAX_ITEMS)
    .map((node) =>
      format === 'atom'
        ? atomItem(node, { ...context, baseUrl: base })
        : rssItem(node, { ...context, baseUrl: base }),
    );
  return {
    format,
    title: lineOf(channel, ['title']),
    language: lineOf(channel, ['language', 'dc:language']) ?? root.attributes['xml:lang'] ?? null,
    items,
    warnings: warningsOf(items, found.length),
  };
}

function formatOf(root: XmlNode): FeedFormat | null {
  if (root.name === 'rss') return 'rss2';
  if (root.name === 'rdf:RDF') return 'rss1';
  return root.name === 'feed' ? 'atom' : null;
}

function rssItem(node: XmlNode, context: FeedContext): FeedItem {
  const guid = childrenNamed(node, 'guid')[0];
  const guidText = guid === undefined ? '' : cleanLine(textOf(guid));
  const permalink = guid?.attributes['isPermaLink']?.toLowerCase() !== 'false';
  const url =
    resolveLink(lineOf(node, ['link']) ?? '', context.baseUrl) ?? (permalink ? webUrl(guidText) : null);
  const about = cleanLine(node.attributes['rdf:about'] ?? '');
  return {
    nativeId: firstWord(guidText, about, url),
    url,
    title: cutTitle(htmlToText(rawOf(node, ['title']) ?? '')),
    text: cutText(htmlToText(rawOf(node, ['content:encoded', 'description']) ?? '')),
    modifiedAt: null,
    ...timeOf(node, ['pubDate', 'dc:date', 'published', 'atom:published', 'atom:updated'], context.zone),
  };
}

function atomItem(node: XmlNode, context: FeedContext): FeedItem {
  const base = resolveLink(node.attributes['xml:base'] ?? '', context.baseUrl) ?? context.baseUrl;
  const links = childrenNamed(node, 'link');
  const link = links.find((item) => (item.attributes['rel'] ?? 'alternate') === 'alternate');
  const url = resolveLink(link?.attributes['href'] ?? '', base);
  const time = timeOf(node, ['published', 'updated', 'issued', 'modified'], context.zone);
  const updated = timeOf(node, ['updated', 'modified'], context.zone).publishedAt;
  const later = updated !== null && time.publishedAt !== null && updated > time.publishedAt;
  return {
    nativeId: firstWord(lineOf(node, ['id']) ?? '', url),
    url,
    title: cutTitle(atomText(node, ['title'])),
    text: cutText(atomText(node, ['content', 'summary'])),
    modifiedAt: later ? updated : null,
    ...time,
  };
}

/** Atom says what its text is: `text` is taken as it stands, `html` and `xhtml` lose their markup. */
function atomText(node: XmlNode, names: readonly string[]): string {
  for (const name of names) {
    const found = childrenNamed(node, name)[0];
    const type = found?.attributes['type'] ?? 'text';
    if (found === undefined) continue;
    const text = /html/i.test(type) && type !== 'xhtml' ? htmlToText(textOf(found)) : textOf(found).trim();
    if (text !== '') return text;
  }
  return '';
}

function timeOf(node: XmlNode, names: readonly string[], zone: string | null) {
  const raw = lineOf(node, names);
  const time = raw === null ? null : parseFeedTime(raw, zone);
  if (time === null) return { publishedAt: null, rawTime: raw };
  const iso = new Date(time.ms).toISOString();
  return { publishedAt: time.precision === 'day' ? iso.slice(0, 10) : iso, rawTime: raw };
}

/** The first of the named children that has text, as it came. */
function rawOf(node: XmlNode, names: readonly string[]): string | null {
  for (const name of names) {
    for (const child of childrenNamed(node, name)) {
      const text = textOf(child);
      if (text.trim() !== '') return text;
    }
  }
  return null;
}

function lineOf(node: XmlNode, names: readonly string[]): string | null {
  const raw = rawOf(node, names);
  return raw === null ? null : cleanLine(raw);
}

function resolveLink(link: string, base: string | null): string | null {
  if (link === '') return null;
  if (base === null) return webUrl(link);
  return URL.canParse(link, base) ? webUrl(new URL(link, base).href) : null;
}

function firstWord(...values: (string | null)[]): string | null {
  return (
    values.find((value) => value !== null && value !== '')?.slice(0, DOCUMENT_LIMITS.nativeIdChars) ?? null
  );
}

function cutTitle(text: string): string | null {
  const title = cleanLine(text).slice(0, DOCUMENT_LIMITS.titleChars);
  return title === '' ? null : title;
}

function cutText(text: string): string {
  return cleanText(text).slice(0, DOCUMENT_LIMITS.textChars);
}

function warningsOf(items: readonly FeedItem[], found: number): readonly string[] {
  const warnings = items.flatMap(({ publishedAt, rawTime, title, nativeId }, index) => {
    if (publishedAt !== null) return [];
    const name = cleanLine((title ?? nativeId ?? '').slice(0, 80));
    const why =
      rawTime === null ? 'has no time' : `has a time that cannot be read ("${rawTime.slice(0, 60)}")`;
    return [`Item ${index + 1} (${name}) ${why}.`];
  });
  if (found > MAX_ITEMS) warnings.push(`The feed has ${found} items; the first ${MAX_ITEMS} were read.`);
  return warnings;
}
