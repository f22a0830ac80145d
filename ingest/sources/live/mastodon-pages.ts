import { refusal } from './refusals.js';
import { fieldsOf, idIn, parseJson } from './json-fields.js';
import { MASTODON_ADVICE, scopeOf, type MastodonOptions } from './mastodon-api.js';
import { idBefore, newerId, type MastodonCursor } from './mastodon-cursor.js';

const PAGE_POSTS = 40;
/** The usual limit is 300 requests in 5 minutes. */
const MAX_PAGES = 100;

export interface MissedPage {
  readonly statuses: readonly unknown[];
  readonly gap: string | null;
}

/** What came while there was no connection, oldest first. */
export class MissedPages {
  private after: string;
  private pages = 0;
  private over = false;

  constructor(
    private readonly options: MastodonOptions,
    private readonly parts: {
      readonly name: string;
      readonly cursor: MastodonCursor;
      readonly signal: AbortSignal;
    },
  ) {
    this.after = idBefore(parts.cursor.newestId);
  }

  /** Null when everything was read. */
  async next(): Promise<MissedPage | null> {
    if (this.over) return null;
    const statuses = await this.read();
    this.pages += 1;
    const ids = statuses.flatMap((status) => idIn(fieldsOf(status) ?? {}, 'id') ?? []);
    const newest = ids.reduce(newerId, this.after);
    this.over = statuses.length < PAGE_POSTS || newest === this.after || this.pages === MAX_PAGES;
    this.after = newest;
    const cut = statuses.length >= PAGE_POSTS && this.over;
    return { statuses, gap: cut ? this.gapSentence() : null };
  }

  private gapSentence(): string {
    const now = new Date(this.options.clock.now()).toISOString();
    return `More than ${MAX_PAGES * PAGE_POSTS} posts came while ${this.parts.name} was not read: those between post ${this.after} and ${now} are missing. Narrow the timeline, or load them from another source if they matter.`;
  }

  private async read(): Promise<readonly unknown[]> {
    const { client, token, clock } = this.options;
    const { name, signal } = this.parts;
    const answer = await client.request(
      {
        method: 'GET',
        url: this.address(),
        headers: { accept: 'application/json' },
        secretHeaders: { authorization: `Bearer ${token}` },
      },
      signal,
    );
    if (answer.status !== 200) {
      const { status, headers } = answer;
      const reset = Date.parse(headers['x-ratelimit-reset'] ?? '');
      const limitEndsAt = status === 429 && !Number.isNaN(reset) ? reset : null;
      throw refusal(
        { name, status, retryAfter: headers['retry-after'], limitEndsAt },
        MASTODON_ADVICE,
        clock.now(),
      );
    }
    const page = parseJson(answer.body.toString('utf8'));
    return Array.isArray(page) ? (page as readonly unknown[]) : [];
  }

  private address(): string {
    const { url, timeline, hashtag } = this.options;
    const path = hashtag === undefined ? 'public' : `tag/${encodeURIComponent(hashtag)}`;
    const address = new URL(`${url.replace(/\/+$/, '')}/api/v1/timelines/${path}`);
    const scope = scopeOf({ timeline, hashtag });
    if (scope !== null) address.searchParams.set(scope, 'true');
    address.searchParams.set('limit', String(PAGE_POSTS));
    address.searchParams.set('min_id', this.after);
    return address.href;
  }
}
