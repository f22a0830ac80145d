import { constants, gunzipSync } from 'node:zlib';
import { decodeFeed } from './decode-feed.js';
import type { FeedContext, ParsedFeed } from './feed.js';
import { invalid } from './fields.js';
import { parseFeed } from './parse-feed.js';

/** Beyond this no feed is read; the largest real ones have a tenth of it. */
export const MAX_FEED_BYTES = 10 * 1024 * 1024;

export interface ReadFeed {
  readonly feed: ParsedFeed;
  /** As `decodeFeed` names it. */
  readonly encoding: string;
  /** Those of the bytes and of the feed. */
  readonly warnings: readonly string[];
}

/**
 * Reads a feed from its bytes, at most 10 MiB: unpacks gzip, decodes, parses. `contentType` is the header that came with them.
 * Throws InvalidDocumentError, and nothing else.
 */
export function readFeedBytes(bytes: Uint8Array, contentType: string | null, context: FeedContext): ReadFeed {
  const { text, encoding, warnings } = decodeFeed(unpacked(bytes), contentType);
  const feed = parseFeed(text, context);
  return { feed, encoding, warnings: [...warnings, ...feed.warnings] };
}

/** Sitemaps are often kept as gzip files. One that is cut off gives what it has. */
function unpacked(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_FEED_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.slice(0, 120) : String(cause);
    throw invalid(
      'feed_packed',
      undefined,
      `The gzip file cannot be unpacked to at most 10 MiB (${detail}).`,
    );
  }
}
