import { cleanLine } from './clean-text.js';
import {
  NO_SCHEDULE,
  type FeedContext,
  type FeedFormat,
  type FeedItem,
  type FeedSchedule,
  type ParsedFeed,
  type Withdrawal,
} from './feed.js';
import { cutTitle, firstId, leftOut, meansChina, readTime, timeWarnings } from './feed-values.js';
import { invalid } from './fields.js';
import { parseXml, type XmlElement, type XmlReport } from './parse-xml.js';
import { childrenAt, languageOf, lineAt, readXmlItem, textAt } from './read-xml-item.js';

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const NEWS = 'news:news/news:publication';

/** Reads any feed in XML; throws InvalidDocumentError when there is neither the start of a feed nor an item. */
export function parseXmlFeed(text: string, context: FeedContext): ParsedFeed {
  const items: FeedItem[] = [];
  let found = 0;
  let late = false;
  let firstName: string | null = null;
  let firstItem: XmlElement | null = null;
  const report = parseXml(text, (item) => {
    found += 1;
    firstName ??= item.element.name;
    firstItem ??= item.element;
    late ||= context.outOfTime?.() === true;
    if (!late && items.length < context.maxItems) items.push(readXmlItem(item, context));
    return !late;
  });
  const counts = { found: found + report.unread, kept: items.length, late };
  if (context.hostile === 'refuse') refuseAttacks(report);
  const format = isPage(report.root, text) ? null : formatOf(report.root, firstName);
  if (format === null) throw unknownFeed(report.root, text);
  const head = report.head ?? report.root;
  return {
    format,
    version: versionOf(report.root, format),
    title: head === null ? null : cutTitle(textAt(head, ['title', 'dc:title'])),
    language: languageIn(head, report.root) ?? (format === 'sitemap' ? newsLanguage(firstItem) : null),
    schedule: head === null ? NO_SCHEDULE : scheduleOf(head),
    items,
    withdrawn: head === null ? [] : withdrawalsOf(head, context),
    truncated: report.truncated,
    late,
    warnings: [
      ...timeWarnings(items),
      ...zoneWarnings(items, context.zone, head),
      ...leftOut(counts),
      ...warningsOf(report),
    ],
  };
}

function refuseAttacks({ hostileDoctype, tooDeep }: XmlReport): void {
  if (hostileDoctype !== null) {
    throw invalid(
      'feed_doctype',
      undefined,
      `The feed declares ${hostileDoctype} in a DOCTYPE, which is refused.`,
    );
  }
  if (tooDeep)
    throw invalid('feed_nesting', undefined, 'The feed nests deeper than 128 elements, which is refused.');
}

function formatOf(root: XmlElement | null, firstItem: string | null): FeedFormat | null {
  const known = root === null ? null : formatOfRoot(root);
  if (known !== null || firstItem === null) return known;
  return firstItem === 'entry' ? 'atom' : 'rss2';
}

function formatOfRoot(root: XmlElement): FeedFormat | null {
  switch (root.name) {
    case 'rss':
      return root.attributes.get('version')?.trim().startsWith('0.9') === true ? 'rss0' : 'rss2';
    case 'rdf:rdf':
    case 'rdf':
      return 'rss1';
    case 'feed':
      return 'atom';
    case 'urlset':
      return 'sitemap';
    case 'channel':
      return isCdf(root) ? 'cdf' : 'rss2';
    default:
      return null;
  }
}

function isCdf(channel: XmlElement): boolean {
  return ['href', 'base', 'lastmod', 'self'].some((name) => channel.attributes.has(name));
}

/** A page whose elements are called as those of feeds is none; one in which a feed begins has the root of the feed. */
function isPage(root: XmlElement | null, text: string): boolean {
  return root?.name === 'html' || (root === null && /<!doctype html/i.test(text.slice(0, 1_000)));
}

function unknownFeed(root: XmlElement | null, text: string) {
  if (root?.name === 'sitemapindex') {
    return invalid(
      'feed_index',
      undefined,
      'This is an index of sitemaps. Read one of the sitemaps that it names.',
    );
  }
  if (isPage(root, text)) {
    return invalid(
      'feed_html',
      undefined,
      'This is an HTML page, not a feed. Find the address of the feed in the page.',
    );
  }
  if (text.trim() === '') return invalid('feed_empty', undefined, 'There is nothing in it.');
  return invalid('feed_unknown', undefined, 'This is neither RSS, Atom, CDF, JSON Feed nor a sitemap.');
}

function versionOf(root: XmlElement | null, format: FeedFormat): string | null {
  const written = cleanLine(root?.attributes.get('version') ?? '').slice(0, 20);
  if (written !== '') return written;
  return format === 'rss1' || format === 'atom' ? '1.0' : null;
}

function languageIn(head: XmlElement | null, root: XmlElement | null): string | null {
  return (head === null ? null : languageOf(head)) ?? root?.attributes.get('xml:lang') ?? null;
}

/** Where the operator named the zone there is nothing to guess. */
function zoneWarnings(items: readonly FeedItem[], zone: string | null, head: XmlElement | null): string[] {
  const guessed = zone === null && head !== null && meansChina(null, languageOf(head));
  return guessed && items.some(({ rawTime }) => /\bCST\b/.test(rawTime ?? ''))
    ? [
        '"CST" was read as the time of China (+08:00), as the feed is in Chinese; set its zone if that is wrong.',
      ]
    : [];
}

function newsLanguage(item: XmlElement | null): string | null {
  return item === null ? null : lineAt(item, [`${NEWS}/news:language`]);
}

function scheduleOf(head: XmlElement): FeedSchedule {
  return {
    ttlMinutes: wholeNumber(lineAt(head, ['ttl'])),
    skipHours: [
      ...new Set(
        childrenAt(head, 'skiphours/hour')
          .map(({ text }) => wholeNumber(text))
          .filter((hour) => hour !== null && hour <= 24)
          // Some count from 1 to 24.
          .map((hour) => (hour ?? 0) % 24),
      ),
    ],
    skipDays: DAYS.filter((day) =>
      childrenAt(head, 'skipdays/day').some(({ text }) => text.trim().toLowerCase() === day),
    ),
    updatePeriod: lineAt(head, ['sy:updateperiod'])?.toLowerCase().slice(0, 20) ?? null,
    updateFrequency: wholeNumber(lineAt(head, ['sy:updatefrequency'])),
  };
}

function withdrawalsOf(head: XmlElement, { zone, maxItems }: FeedContext): readonly Withdrawal[] {
  return childrenAt(head, 'at:deleted-entry')
    .slice(0, maxItems)
    .flatMap(({ attributes }) => {
      const nativeId = firstId(cleanLine(attributes.get('ref') ?? ''));
      const { at, raw } = readTime([attributes.get('when') ?? ''], zone);
      return nativeId === null ? [] : [{ nativeId, at, rawTime: raw }];
    });
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\s*\d{1,7}\s*$/.test(text) ? Number(text) : null;
}

function warningsOf(report: XmlReport): readonly string[] {
  const { root, truncated, hostileDoctype, tooDeep } = report;
  return [
    ...(root === null ? ['The feed has no root element.'] : []),
    ...(truncated && root !== null ? [`The feed ends before </${root.name}>: it was cut off.`] : []),
    ...(hostileDoctype === null ? [] : [`The DOCTYPE declares ${hostileDoctype}, which are never expanded.`]),
    ...(tooDeep ? ['What is nested deeper than 128 elements was left out.'] : []),
  ];
}
