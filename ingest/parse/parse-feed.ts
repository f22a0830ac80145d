import type { FeedContext, ParsedFeed } from './feed.js';
import { invalid } from './fields.js';
import { parseJsonFeed } from './parse-json-feed.js';
import { parseXmlFeed } from './parse-xml-feed.js';

/**
 * Reads a feed of any format, told by what stands in it: text without markup, links absolute, times in UTC.
 *
 * What is not well-formed is read as far as a careful reader could; `warnings` and `truncated` say what was wrong. An item without a readable time
 * keeps null: nothing is made up. Throws InvalidDocumentError, with the reason, when it is no feed, and nothing else.
 */
export function parseFeed(text: string, context: FeedContext): ParsedFeed {
  const start = /^[\s\ufeff]*/.exec(text)?.[0].length ?? 0;
  if (start === text.length) throw invalid('feed_empty', undefined, 'There is nothing in it.');
  return text.charAt(start) === '{' ? parseJsonFeed(text.slice(start), context) : parseXmlFeed(text, context);
}
