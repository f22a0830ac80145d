import { cleanLine } from './clean-text.js';
import type { FeedContext, FeedItem } from './feed.js';
import {
  actionOf,
  cutCategories,
  cutText,
  cutTitle,
  firstId,
  meansChina,
  pageText,
  readTime,
  resolveLink,
} from './feed-values.js';
import { webUrl } from './identity.js';
import type { FoundItem, XmlElement } from './parse-xml.js';

const PUBLISHED = [
  'pubdate',
  'published',
  'news:news/news:publication_date',
  'dc:date',
  'dcterms:issued',
  'issued',
  'dcterms:created',
  'created',
  'updated',
  'modified',
  'dcterms:modified',
  'lastmod',
  'date',
];
const MODIFIED = ['updated', 'modified', 'dcterms:modified'];
const TEXTS = [
  'content:encoded',
  'content',
  'xhtml:body',
  'body',
  'description',
  'summary',
  'abstract',
  'itunes:summary',
  'media:description',
  'dc:description',
];
const TITLES = ['title', 'news:news/news:title', 'dc:title', 'media:title'];
const ALWAYS_HTML = new Set(['content:encoded', 'xhtml:body', 'body']);

/** The item of any XML feed; what it does not say stays null or empty. */
export function readXmlItem({ element, head, partial }: FoundItem, context: FeedContext): FeedItem {
  const base = baseOf(element, head, context);
  const guid = childrenAt(element, 'guid')[0];
  const guidText = guid === undefined ? '' : cleanLine(guid.text);
  const permalink = guid?.attributes.get('ispermalink')?.trim().toLowerCase() !== 'false';
  const id = lineAt(element, ['id', 'dc:identifier']);
  const url = linkOf(element, base) ?? (permalink ? webUrl(guidText || (id ?? '')) : null);
  const about = cleanLine(element.attributes.get('rdf:about') ?? '');
  const china = meansChina(context.zone, head === null ? null : languageOf(head));
  const published = readTime(timesOf(element), context.zone, china);
  const modified = readTime(linesAt(element, MODIFIED), context.zone, china).at;
  const later = modified !== null && published.at !== null && modified > published.at;
  return {
    nativeId: firstId(guidText, id, about, url),
    url: url ?? resolveLink(about, base),
    title: cutTitle(textAt(element, TITLES)),
    text: cutText(textAt(element, TEXTS)),
    publishedAt: published.at,
    modifiedAt: later ? modified : null,
    rawTime: published.raw,
    author: authorOf(element),
    categories: cutCategories(
      [...childrenAt(element, 'category'), ...childrenAt(element, 'dc:subject')].map(
        (category) => category.attributes.get('term') ?? category.text,
      ),
    ),
    action: actionOf(lineAt(element, ['action', 'bellwether:action']) ?? ''),
    partial,
  };
}

/** The `xml:base` values on the way to the item, seen from the feed; without any the address of the feed, or the page it speaks of. */
function baseOf(element: XmlElement, head: XmlElement | null, context: FeedContext): string | null {
  let base = context.baseUrl ?? (head === null ? null : linkOf(head, null));
  for (const next of element.bases) base = resolveLink(next, base) ?? base;
  return base;
}

/** What a channel or feed says of its own language, as it words it. */
export function languageOf(head: XmlElement): string | null {
  return lineAt(head, ['language', 'dc:language']) ?? head.attributes.get('xml:lang') ?? null;
}

function linkOf(element: XmlElement, base: string | null): string | null {
  const links = childrenAt(element, 'link').filter((link) => {
    const rel = link.attributes.get('rel')?.trim().toLowerCase() ?? 'alternate';
    return rel === 'alternate' || rel.endsWith('/alternate');
  });
  // A page before a PDF or a feed of comments, where an entry has several.
  const page = links.filter((link) => /html/i.test(link.attributes.get('type') ?? 'html'));
  const written = [...page, ...links].flatMap((link) => [
    cleanLine(link.text),
    link.attributes.get('href') ?? '',
  ]);
  const own = [element.attributes.get('href') ?? '', lineAt(element, ['loc', 'url']) ?? ''];
  for (const link of [...written, ...own]) {
    const url = resolveLink(link, base);
    if (url !== null) return url;
  }
  return null;
}

function authorOf(element: XmlElement): string | null {
  for (const name of ['author/name', 'author', 'dc:creator', 'dc:author', 'itunes:author', 'author/email']) {
    const author = lineAt(element, [name]);
    if (author !== null) return author.slice(0, 200);
  }
  return null;
}

/** CDF keeps its time in an attribute. */
function timesOf(element: XmlElement): readonly string[] {
  return [...linesAt(element, PUBLISHED), element.attributes.get('lastmod') ?? ''];
}

/** The children at a place such as `ttl` or `author/name`. */
export function childrenAt(element: XmlElement, place: string): readonly XmlElement[] {
  const slash = place.indexOf('/');
  if (slash === -1) return element.children.get(place) ?? [];
  const first = element.children.get(place.slice(0, slash)) ?? [];
  return first.flatMap((child) => childrenAt(child, place.slice(slash + 1)));
}

/** At most `most`, in the order of the places. */
function linesAt(element: XmlElement, places: readonly string[], most = Infinity): string[] {
  const lines: string[] = [];
  if (element.children.size === 0) return lines;
  for (const place of places) {
    for (const { text } of childrenAt(element, place)) {
      const line = cleanLine(text);
      if (line !== '') lines.push(line);
      if (lines.length >= most) return lines;
    }
  }
  return lines;
}

/** The first text on one line at the first of the places that has any. */
export function lineAt(element: XmlElement, places: readonly string[]): string | null {
  return linesAt(element, places, 1)[0] ?? null;
}

/** The first readable text at the first of the places that has any, without markup. */
export function textAt(element: XmlElement, places: readonly string[]): string {
  for (const place of places) {
    for (const child of childrenAt(element, place)) {
      const text = readableText(child, element.name === 'entry' || element.name === 'feed');
      if (text !== '') return text;
    }
  }
  return '';
}

/**
 * Atom says what its text is: `text` is taken as it stands, all else loses its markup. Everywhere else a text is HTML.
 * Elements inside count as markup whatever is said.
 */
function readableText(element: XmlElement, atom: boolean): string {
  if (element.children.size > 0) return pageText(element.markup);
  const type = element.attributes.get('type')?.trim().toLowerCase() ?? (atom ? 'text' : 'html');
  if (/^(image|audio|video|application\/(?!xhtml|xml))/.test(type)) return '';
  const encoded = element.attributes.get('mode')?.toLowerCase() === 'base64';
  const text = encoded ? Buffer.from(element.text, 'base64').toString('utf8') : element.text;
  const plain = type === 'text' || type === 'text/plain';
  return plain && !ALWAYS_HTML.has(element.name) ? text.trim() : pageText(text);
}
