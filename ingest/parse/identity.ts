import { createHash, createHmac } from 'node:crypto';
import { cleanLine } from './clean-text.js';

const SEPARATOR = '\u001f';

/** First 16 bytes of SHA-256 over the parts, as 32 hex digits. */
export function digest(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join(SEPARATOR)).digest('hex').slice(0, 32);
}

/** The document's id: the same for the same source and native id, whenever and however often it arrives. */
export function documentId(sourceId: string, nativeId: string): string {
  return digest([sourceId, nativeId]);
}

export interface HashedContent {
  readonly action: string;
  readonly title: string | null;
  readonly text: string;
  readonly tickers: readonly string[];
  readonly publishedAt: string;
  readonly modifiedAt: string | null;
}

/** Covers what a correction may change, so that a repeat can be told from a new version. */
export function contentHash(content: HashedContent): string {
  const { action, title, text, tickers, publishedAt, modifiedAt } = content;
  return digest([JSON.stringify([action, title, text, tickers, publishedAt, modifiedAt])]);
}

/** A native id for a document that has none: its address, with a digest of title and source time. */
export function derivedNativeId(url: string, title: string | null, publishedAt: string): string {
  const normalisedTitle = cleanLine((title ?? '').normalize('NFKC')).toLowerCase();
  return `${canonicalUrl(url)} ${digest([normalisedTitle, publishedAt]).slice(0, 16)}`;
}

const TRACKING_PARAMETER = /^(utm_\w+|fbclid|gclid|mc_cid|mc_eid|cmpid|ref_src|spm)$/i;

/** The address without fragment and tracking parameters, parameters in order, so that two links to one page are equal. */
export function canonicalUrl(url: string): string {
  const parsed = new URL(url);
  parsed.hash = '';
  for (const name of [...parsed.searchParams.keys()]) {
    if (TRACKING_PARAMETER.test(name)) parsed.searchParams.delete(name);
  }
  parsed.searchParams.sort();
  return parsed.href;
}

/** Returns an http(s) address without credentials, or null for anything else (`javascript:`, relative, not an address). */
export function webUrl(value: string): string | null {
  if (!URL.canParse(value.trim())) return null;
  const parsed = new URL(value.trim());
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') return null;
  if (parsed.username !== '' || parsed.password !== '' || parsed.href.length > 4_000) return null;
  return parsed.href;
}

const PSEUDONYM = /^u_[0-9a-f]{8,64}$/;

/**
 * A stable pseudonym of an author within a platform. One that is a pseudonym already is kept;
 * without a key nothing is kept, because an unkeyed hash of a name can be guessed back.
 */
export function pseudonym(sourceId: string, author: string, key: string | undefined): string | null {
  if (author === '') return null;
  if (isPseudonym(author)) return author;
  if (key === undefined) return null;
  const mac = createHmac('sha256', key).update(`${sourceId}${SEPARATOR}${author}`).digest('hex');
  return `u_${mac.slice(0, 20)}`;
}

/** Whether a name is one that was made here or by the sender in our form, `u_` and 8 to 64 hex digits. */
export function isPseudonym(name: string): boolean {
  return PSEUDONYM.test(name);
}

/** The pseudonym under which the documents of an author of a source are kept: of the id as the source gives it, cleaned as ingest does. */
export function authorPseudonym(sourceId: string, author: string, key: string | undefined): string | null {
  return pseudonym(sourceId, cleanLine(author), key);
}
