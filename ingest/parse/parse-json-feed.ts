import { cleanLine } from './clean-text.js';
import { NO_SCHEDULE, type FeedContext, type FeedItem, type ParsedFeed } from './feed.js';
import {
  actionOf,
  cutCategories,
  cutText,
  cutTitle,
  firstId,
  leftOut,
  pageText,
  readTime,
  resolveLink,
  timeWarnings,
} from './feed-values.js';
import { invalid, ownField, type Fields } from './fields.js';
import { salvageItems } from './salvage-json.js';

/** Reads JSON Feed 1.0 and 1.1; of broken JSON the items that are whole. Throws InvalidDocumentError when it is none. */
export function parseJsonFeed(text: string, context: FeedContext): ParsedFeed {
  const whole = parsed(text);
  const feed = whole ?? salvageItems(text);
  const rows = ownField(feed, 'items');
  const version = textOf(feed, 'version');
  if (!Array.isArray(rows) && !/jsonfeed/i.test(version)) {
    const what = whole === null ? 'broken JSON without items' : 'JSON, but no JSON Feed: it has no "items"';
    throw invalid('feed_unknown', undefined, `This is ${what}.`);
  }
  const found = (Array.isArray(rows) ? rows : []).filter(isFields);
  const { items, late } = itemsOf(found, feed, context);
  return {
    format: 'json',
    version: /version\/([\d.]{1,8})/.exec(version)?.[1] ?? null,
    title: cutTitle(textOf(feed, 'title')),
    language: cleanLine(textOf(feed, 'language')) || null,
    schedule: NO_SCHEDULE,
    items,
    withdrawn: [],
    truncated: whole === null && !text.trimEnd().endsWith('}'),
    late,
    warnings: [
      ...timeWarnings(items),
      ...(whole === null ? ['The JSON is broken or cut off; the items that are whole were read.'] : []),
      ...leftOut({ found: found.length, kept: items.length, late }),
    ],
  };
}

function itemsOf(
  rows: readonly Fields[],
  feed: Fields,
  context: FeedContext,
): { readonly items: readonly FeedItem[]; readonly late: boolean } {
  const items: FeedItem[] = [];
  for (const row of rows.slice(0, context.maxItems)) {
    if (context.outOfTime?.() === true) return { items, late: true };
    items.push(itemOf(row, feed, context));
  }
  return { items, late: false };
}

function itemOf(row: Fields, feed: Fields, context: FeedContext): FeedItem {
  const base =
    context.baseUrl ?? resolveLink(textOf(feed, 'feed_url') || textOf(feed, 'home_page_url'), null);
  const url = resolveLink(textOf(row, 'url') || textOf(row, 'external_url'), base);
  const published = readTime([textOf(row, 'date_published'), textOf(row, 'date_modified')], context.zone);
  const modified = readTime([textOf(row, 'date_modified')], context.zone).at;
  const later = modified !== null && published.at !== null && modified > published.at;
  const html = textOf(row, 'content_html');
  const tags = ownField(row, 'tags');
  return {
    nativeId: firstId(cleanLine(textOf(row, 'id')), url),
    url,
    title: cutTitle(textOf(row, 'title')),
    text: cutText(html === '' ? textOf(row, 'content_text') || textOf(row, 'summary') : pageText(html)),
    publishedAt: published.at,
    modifiedAt: later ? modified : null,
    rawTime: published.raw,
    author: authorOf(row) ?? authorOf(feed),
    categories: cutCategories(Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : []),
    action: actionOf(textOf(row, 'action')),
    partial: false,
  };
}

/** `authors` of 1.1, else `author` of 1.0. */
function authorOf(fields: Fields): string | null {
  const authors = ownField(fields, 'authors');
  const first: unknown = Array.isArray(authors) ? authors[0] : ownField(fields, 'author');
  return isFields(first) ? cleanLine(textOf(first, 'name')).slice(0, 200) || null : null;
}

function parsed(text: string): Fields | null {
  try {
    const value = JSON.parse(text) as unknown;
    return isFields(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Numbers count as ids; anything else that is no text is nothing. */
function textOf(fields: Fields, name: string): string {
  const value = ownField(fields, name);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
