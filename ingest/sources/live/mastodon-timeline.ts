import type { Clock } from '../../../pipeline/core/clock.js';
import type { SourceCursor } from '../../source.js';
import { fieldsOf, parseJson } from './json-fields.js';
import type { LiveItem, LiveStep } from './live-stream.js';
import { encodeMastodonCursor, newerId, remember, type MastodonCursor } from './mastodon-cursor.js';
import type { MissedPage } from './mastodon-pages.js';
import { parseMastodonStatus, type MastodonStatus } from './parse-mastodon.js';
import type { PostFilter } from './post-filter.js';
import type { StreamEvent } from './read-event-stream.js';
import type { TakenMemory } from './taken-memory.js';

const STORE_EVERY_MS = 10_000;

export interface TimelineParts {
  readonly wanted: PostFilter;
  readonly cursorName: string;
  readonly cursor: MastodonCursor | null;
  /** Null when every post is taken. */
  readonly taken: TakenMemory | null;
  readonly clock: Pick<Clock, 'now'>;
}

/** Turns events and pages into steps, and leaves out what was taken before. */
export class Timeline {
  private newestId: string;
  private readonly recent: Map<string, string>;
  private storedAt: number;

  constructor(private readonly parts: TimelineParts) {
    this.storedAt = parts.clock.now();
    this.newestId = parts.cursor?.newestId ?? '0';
    this.recent = new Map(parts.cursor?.recent);
  }

  stepOf(events: readonly StreamEvent[]): LiveStep {
    const items = events.flatMap(({ type, data }) => this.itemsOf(type, data));
    return { items, cursors: items.length > 0 || this.isDue() ? this.cursors() : [] };
  }

  pageStep({ statuses, gap }: MissedPage): LiveStep {
    // Pages come newest first.
    const items = [...statuses].reverse().flatMap((status) => this.take(fieldsOf(status) ?? {}));
    return { items, cursors: this.cursors(), ...(gap === null ? {} : { gap }) };
  }

  private itemsOf(type: string, data: string): readonly LiveItem[] {
    switch (type) {
      case 'update':
      case 'status.update':
        return this.take(fieldsOf(parseJson(data)) ?? {});
      case 'delete':
        return this.withdraw(data.trim());
      default:
        return [];
    }
  }

  private take(fields: Parameters<typeof parseMastodonStatus>[0]): readonly LiveItem[] {
    const status = parseMastodonStatus(fields);
    if (status === null) return [];
    this.newestId = newerId(status.id, this.newestId);
    const editedAt = status.editedAt ?? '';
    if (this.recent.get(status.id) === editedAt || !this.isWanted(status)) return [];
    remember(this.recent, status.id, editedAt);
    this.parts.taken?.add(status.id);
    const action = status.editedAt === null ? 'add' : 'replace';
    return [{ document: { ...status.document, action }, place: `post ${status.id}` }];
  }

  private isWanted({ id, text, language, editedAt }: MastodonStatus): boolean {
    const known = this.recent.has(id) || this.parts.taken?.has(id) === true;
    // An edit of a post that was taken counts whatever it says now.
    return (editedAt !== null && known) || this.parts.wanted(text, language === null ? [] : [language]);
  }

  private withdraw(id: string): readonly LiveItem[] {
    if (id === '' || id.length > 100 || this.parts.taken?.has(id) === false) return [];
    // A deletion carries no time of its own: it is as old as its event.
    const publishedAt = new Date(this.parts.clock.now()).toISOString();
    return [{ document: { action: 'retract', nativeId: id, publishedAt }, place: `post ${id}` }];
  }

  /** Without documents the position is stored every 10 s, so that little is read again. */
  private isDue(): boolean {
    return this.newestId !== '0' && this.parts.clock.now() - this.storedAt >= STORE_EVERY_MS;
  }

  private cursors(): readonly SourceCursor[] {
    this.storedAt = this.parts.clock.now();
    const value = encodeMastodonCursor({ newestId: this.newestId, recent: [...this.recent] });
    return [{ name: this.parts.cursorName, value }, ...(this.parts.taken?.changes() ?? [])];
  }
}
