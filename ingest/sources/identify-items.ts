import type { FeedItem } from '../parse/feed.js';
import { canonicalUrl, digest } from '../parse/identity.js';
import type { FeedMemory, IdHabit } from './feed-cursor.js';

/** Of fewer items nothing is concluded about all. */
const LEAST_ITEMS = 3;
const MOST = 0.8;
/** Of an address in an id. */
const MAX_URL = 1_900;

/** An item under the id that tells it from the others of its feed. */
export interface IdentifiedItem {
  readonly item: FeedItem;
  readonly nativeId: string;
  /** Under which it is remembered. */
  readonly key: string;
  /** Link and title, by which it is known again under another id. */
  readonly place: string;
  /** Of text and time. */
  readonly face: string;
}

/** The items by their own ids; one without any by its link, else by title and time. */
export function identifyByOwnId(items: readonly FeedItem[]): readonly IdentifiedItem[] {
  return items.map((item) => {
    const { title, text, publishedAt, rawTime } = item;
    const nativeId = item.nativeId ?? `title:${digest([title ?? text, publishedAt ?? rawTime ?? ''])}`;
    return { item, nativeId, key: keyOf(nativeId), place: placeOf(item), face: faceOf(item) };
  });
}

/** The items by link and title, for feeds whose ids tell nothing. A time that changes with each reading makes no new face. */
export function identifyByPlace(items: readonly FeedItem[]): readonly IdentifiedItem[] {
  return items.map((item) => {
    const place = placeOf(item);
    const nativeId = `${item.url === null ? '' : canonicalUrl(item.url).slice(0, MAX_URL)} ${place}`.trim();
    return { item, nativeId, key: `~${place}`, place, face: faceOf(item) };
  });
}

/** Under which an item with this id is remembered. */
export function keyOf(nativeId: string): string {
  return digest([nativeId]).slice(0, 16);
}

/** The half of a face that is the text alone. */
export function textOfFace(face: string): string {
  return face.slice(0, 8);
}

/** What a reading shows of the ids of its feed. */
export function idHabitOf(items: readonly IdentifiedItem[], memory: FeedMemory): IdHabit {
  if (memory.ids === 'changing' || memory.ids === 'shared') return memory.ids;
  const places = new Set(items.map(({ place }) => place)).size;
  // Where link and title do not tell the items apart either, nothing is gained by them.
  if (items.length < LEAST_ITEMS || places < items.length * MOST) return 'stable';
  if (new Set(items.map(({ key }) => key)).size * 2 <= items.length) return 'shared';
  const renamed = items.filter(({ key, place }) => !memory.recent.has(key) && memory.places.has(place));
  if (renamed.length < items.length * MOST) return 'stable';
  return memory.ids === 'changed' ? 'changing' : 'changed';
}

function placeOf({ url, title, text }: FeedItem): string {
  return digest([url === null ? '' : canonicalUrl(url), title ?? text]).slice(0, 16);
}

function faceOf({ title, text, publishedAt, rawTime }: FeedItem): string {
  const words = digest([title ?? '', text]).slice(0, 8);
  return words + digest([publishedAt ?? rawTime ?? '']).slice(0, 8);
}
