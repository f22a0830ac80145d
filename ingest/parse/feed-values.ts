import { cleanLine, cleanText } from './clean-text.js';
import type { FeedItem } from './feed.js';
import { htmlToText } from './html-to-text.js';
import { webUrl } from './identity.js';
import { DOCUMENT_LIMITS } from './parse-document.js';
import { parseFeedTime } from './parse-feed-time.js';
import { readableText } from './readable-text.js';

const MAX_CATEGORIES = 20;
const MAX_CATEGORY_CHARS = 200;
const MAX_TIME_CHARS = 200;

export interface ReadTime {
  readonly at: string | null;
  /** The first time as it was written, for words about it. */
  readonly raw: string | null;
}

/** Whether CST is China's time, not America's: by the zone that the operator named, else by the language of the feed. */
export function meansChina(zone: string | null, language: string | null): boolean {
  return zone === null ? /^\s*(zh|chinese)\b/i.test(language ?? '') : zone === '+08:00';
}

/** The first of the values that is a time, in ISO 8601 UTC; a date alone when only the day is given. `china` as `meansChina` says. */
export function readTime(values: readonly string[], zone: string | null, china = false): ReadTime {
  const written = values
    .map((value) => cleanLine(value.slice(0, MAX_TIME_CHARS)))
    .filter((value) => value !== '');
  const raw = written[0] ?? null;
  for (const value of written) {
    const time = parseFeedTime(china ? value.replace(/\bCST\b/, '+0800') : value, zone);
    if (time === null) continue;
    const iso = new Date(time.ms).toISOString();
    return { at: time.precision === 'day' ? iso.slice(0, 10) : iso, raw };
  }
  return { at: null, raw };
}

/** The http(s) address that a link means, seen from `base`; null for every other. */
export function resolveLink(link: string, base: string | null): string | null {
  const trimmed = link.replace(/\s+/g, '');
  if (trimmed === '' || trimmed.length > 10_000) return null;
  if (base === null) return webUrl(trimmed);
  return URL.canParse(trimmed, base) ? webUrl(new URL(trimmed, base).href) : null;
}

export function firstId(...values: (string | null)[]): string | null {
  const found = values.find((value) => value !== null && value !== '');
  return found?.slice(0, DOCUMENT_LIMITS.nativeIdChars) ?? null;
}

export function cutTitle(text: string): string | null {
  const title = cleanLine(text).slice(0, DOCUMENT_LIMITS.titleChars);
  return title === '' ? null : title;
}

export function cutText(text: string): string {
  return cleanText(text).slice(0, DOCUMENT_LIMITS.textChars);
}

export function cutCategories(values: readonly string[]): readonly string[] {
  const cleaned = values.map((value) => cleanLine(value.slice(0, MAX_CATEGORY_CHARS)));
  return [...new Set(cleaned.filter((value) => value !== ''))].slice(0, MAX_CATEGORIES);
}

/** Marks that stand in pages, not in a text of a few paragraphs. */
const PAGE_MARK = /<(?:html|body|main|nav|header|footer|aside|form|script|style|iframe|button|article)\b/i;

/** The text of the HTML of an item; of what looks like a page, only what a person would read of it. */
export function pageText(html: string): string {
  return PAGE_MARK.test(html) ? readableText(html) : htmlToText(html);
}

/** What an item says of itself. */
export function actionOf(written: string): 'add' | 'retract' {
  return /^\s*(?:retract(?:ed)?|deleted?)\s*$/i.test(written) ? 'retract' : 'add';
}

const MAX_TIME_WARNINGS = 20;

/** A sentence for each of the first items without a time. */
export function timeWarnings(items: readonly FeedItem[]): readonly string[] {
  const sentences: string[] = [];
  let more = 0;
  for (const [index, { publishedAt, rawTime, title, nativeId }] of items.entries()) {
    if (publishedAt !== null) continue;
    if (sentences.length >= MAX_TIME_WARNINGS) more += 1;
    else {
      const name = cleanLine((title ?? nativeId ?? '').slice(0, 80));
      const why =
        rawTime === null ? 'has no time' : `has a time that cannot be read ("${rawTime.slice(0, 60)}")`;
      sentences.push(`Item ${index + 1} (${name}) ${why}.`);
    }
  }
  return more === 0 ? sentences : [...sentences, `${more} more items have no time that can be read.`];
}

/** How many items were not read, and why, as a warning; none when all were. */
export function leftOut(counts: {
  readonly found: number;
  readonly kept: number;
  readonly late: boolean;
}): readonly string[] {
  const { found, kept, late } = counts;
  if (late) {
    return [
      `The feed has about ${found} items; the first ${kept} were read in the processor time that one feed may take, the others were left out.`,
    ];
  }
  return found > kept ? [`The feed has ${found} items; the first ${kept} were read.`] : [];
}
