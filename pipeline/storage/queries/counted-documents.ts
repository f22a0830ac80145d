import type { DocumentView } from '../../core/store.js';
import { FREQUENCY_MS, type SeriesKey } from '../../core/series.js';
import { presentMentions, timeParam } from '../present.js';
import type { SqlReader } from '../sql-session.js';
import { queryVersions, type VersionKey } from './stored-documents.js';

/** Where a page ended: publication, milliseconds, and id; and how long a time the next page looks at first, twice what this one took. */
export interface CountedPlace {
  readonly at: number;
  readonly id: string;
  readonly stretchMs: number;
}

export interface CountedQuery {
  /** Publication in [from, to), milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly after: CountedPlace | null;
  readonly limit: number;
}

/** A document as it counts now, with what it may move detection by in each series. */
export interface CountedDocument {
  readonly view: DocumentView;
  readonly opensStory: boolean;
  readonly places: readonly {
    readonly series: SeriesKey;
    readonly relevance: number;
    readonly weight: number;
  }[];
}

export interface CountedPage {
  readonly documents: readonly CountedDocument[];
  /** Null behind the last page. */
  readonly next: CountedPlace | null;
}

interface KeyRow extends VersionKey {
  readonly at: number;
  readonly opens: number;
}

interface PlaceRow {
  readonly id: string;
  readonly series: SeriesKey;
  readonly relevance: number;
  readonly weight: number;
}

/** Where the first page begins to look, and the least that a page is taken to span. */
const FIRST_STRETCH_MS = FREQUENCY_MS['1h'];
const LEAST_STRETCH_MS = 1_000;

/**
 * The documents that count in [from, to), oldest first, a page at a time; every one of them counts for the market.
 *
 * A page looks at about as much as it gives, never at all that is left, so that all pages together cost in proportion to the
 * documents of the range.
 */
export async function queryCountedDocuments(db: SqlReader, query: CountedQuery): Promise<CountedPage> {
  const { from, after, limit } = query;
  const begin = after?.at ?? from;
  const keys = await nextKeys(db, query, begin);
  const last = keys.at(-1);
  if (last === undefined) return { documents: [], next: null };
  const places = await placesOf(db, keys, { begin: keys[0]?.at ?? begin, end: last.at });
  const byId = new Map(keys.map((key) => [key.id, key]));
  const views = await queryVersions(db, keys);
  const documents = views.map((view) => ({
    view,
    opensStory: byId.get(view.id)?.opens === 1,
    places: places.get(view.id) ?? [],
  }));
  const stretchMs = Math.max(LEAST_STRETCH_MS, 2 * (last.at - begin));
  return { documents, next: keys.length < limit ? null : { at: last.at, id: last.id, stretchMs } };
}

/** Stretches of time, each twice as long as the one before, until there are enough; the rows of one are of no other. */
async function nextKeys(
  db: SqlReader,
  { to, after, limit }: CountedQuery,
  begin: number,
): Promise<readonly KeyRow[]> {
  const keys: KeyRow[] = [];
  let stretchMs = after?.stretchMs ?? FIRST_STRETCH_MS;
  for (let from = begin; from < to && keys.length < limit; stretchMs *= 2) {
    const end = Math.min(to, from + stretchMs);
    const isFirst = after === null || from > begin;
    const behind = isFirst ? '' : `AND (event_time, doc_id) > (${timeParam('from')}, {after:String})`;
    const rows = await db.query<KeyRow>(
      `SELECT doc_id AS id, version, toUnixTimestamp64Milli(event_time) AS at, opens_story AS opens
       FROM ${presentMentions(
         `series = 'market' AND event_time >= ${timeParam('from')} AND event_time < ${timeParam('end')} ${behind}`,
       )} ORDER BY event_time, doc_id LIMIT {limit:UInt32}`,
      { from, end, after: after?.id ?? '', limit: limit - keys.length },
    );
    keys.push(...rows);
    from = end;
  }
  return keys;
}

async function placesOf(
  db: SqlReader,
  keys: readonly VersionKey[],
  range: { readonly begin: number; readonly end: number },
): Promise<ReadonlyMap<string, CountedDocument['places']>> {
  const ids = keys.map(({ id }) => id);
  // The table is in the order of series: without their names all of it would be looked at for each page.
  const rows = await db.query<PlaceRow>(
    `SELECT doc_id AS id, series, relevance, weight FROM ${presentMentions(
      `series IN (SELECT arrayJoin(series) FROM documents WHERE id IN {ids:Array(String)})
       AND event_time >= ${timeParam('begin')} AND event_time <= ${timeParam('end')} AND doc_id IN {ids:Array(String)}`,
    )} ORDER BY doc_id, series`,
    { ...range, ids },
  );
  const places = new Map<string, { series: SeriesKey; relevance: number; weight: number }[]>();
  for (const { id, ...place } of rows) {
    const known = places.get(id);
    if (known === undefined) places.set(id, [place]);
    else known.push(place);
  }
  return places;
}
