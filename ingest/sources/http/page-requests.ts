import { RejectedError } from '../../../pipeline/core/errors.js';
import type { FieldPath } from '../../../pipeline/core/mapping.js';
import type { FetchedPage, GuardedRequest } from '../../fetch/guarded-client.js';
import { requirePath } from '../../mapping/compile-field.js';
import { valueAt } from '../../mapping/values-at.js';

export interface Paging {
  readonly by: 'page' | 'offset' | 'cursor' | 'link';
  readonly parameter: string | null;
  readonly first: number;
  readonly size: number | null;
  readonly next: string | null;
  readonly maxPages: number;
}

export interface RequestOptions {
  readonly url: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly sendAs: 'query' | 'form' | 'json';
  readonly headers: Readonly<Record<string, string>>;
  /** Name and value, sent to the origin of `url` alone. */
  readonly secretHeaders: Readonly<Record<string, string>>;
  readonly paging: Paging | null;
}

export type PageRequest = Omit<GuardedRequest, 'maxBytes' | 'totalTimeoutMs'>;

export interface PageRequests {
  readonly first: PageRequest;
  /** What asks for the page after this one; null after the last. Throws RejectedError for an address at another host. */
  after(answer: {
    readonly page: FetchedPage;
    readonly body: unknown;
    readonly number: number;
  }): PageRequest | null;
}

const MAX_CURSOR_CHARS = 4_000;

/** Makes the requests for the pages of one reading. Throws ConfigError for a place that is none. */
export function createPageRequests(options: RequestOptions): PageRequests {
  const { paging, url } = options;
  const next = paging?.next == null ? null : requirePath(paging.next);
  const start: Readonly<Record<string, string>> =
    paging?.by === 'page' && paging.parameter !== null ? { [paging.parameter]: String(paging.first) } : {};
  return {
    first: requestOf(options, url, start),
    after: ({ page, body, number }) => {
      if (paging === null || number >= paging.maxPages) return null;
      if (paging.by === 'link') return atAddress(options, linkedNext(page));
      if (paging.by === 'cursor') return atCursor(options, cursorIn(body, next), paging.parameter);
      const at = paging.by === 'page' ? paging.first + number : number * (paging.size ?? 0);
      return requestOf(options, url, { [paging.parameter ?? 'page']: String(at) });
    },
  };
}

function cursorIn(body: unknown, next: FieldPath | null): string | null {
  const value = next === null ? undefined : valueAt(next, { message: body, item: body });
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value);
  return text === '' || text.length > MAX_CURSOR_CHARS ? null : text;
}

function atCursor(
  options: RequestOptions,
  cursor: string | null,
  parameter: string | null,
): PageRequest | null {
  if (cursor === null) return null;
  if (parameter === null || /^https?:\/\//i.test(cursor)) return atAddress(options, cursor);
  return requestOf(options, options.url, { [parameter]: cursor });
}

function atAddress(options: RequestOptions, address: string | null): PageRequest | null {
  if (address === null) return null;
  const url = URL.canParse(address, options.url) ? new URL(address, options.url) : null;
  if (url?.origin !== new URL(options.url).origin) {
    throw new RejectedError(
      'next_page_elsewhere',
      `The next page is said to be at another host (${(url?.host ?? address).slice(0, 100)}), where the key must not be sent.`,
    );
  }
  const { headers, secretHeaders } = options;
  return { method: 'GET', url: url.href, headers, secretHeaders };
}

/** The address with `rel="next"` of the header Link (RFC 8288). */
function linkedNext({ headers }: FetchedPage): string | null {
  for (const part of (headers['link'] ?? '').slice(0, MAX_CURSOR_CHARS).split(/,\s*(?=<)/)) {
    const end = part.indexOf('>');
    if (part.startsWith('<') && end > 0 && /;\s*rel="?[^";]{0,100}\bnext\b/i.test(part.slice(end)))
      return part.slice(1, end);
  }
  return null;
}

function requestOf(
  { parameters, sendAs, headers, secretHeaders }: RequestOptions,
  address: string,
  more: Readonly<Record<string, string>>,
): PageRequest {
  const all = { ...parameters, ...more };
  const shared = { headers, secretHeaders };
  if (sendAs === 'json') {
    const typed = { ...headers, 'content-type': 'application/json' };
    return { ...shared, method: 'POST', url: address, headers: typed, body: JSON.stringify(all) };
  }
  if (sendAs === 'form') {
    const typed = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
    return {
      ...shared,
      method: 'POST',
      url: address,
      headers: typed,
      body: new URLSearchParams(all).toString(),
    };
  }
  const url = new URL(address);
  for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
  return { ...shared, method: 'GET', url: url.href };
}
