import type { DocumentView } from '../../core/store.js';
import type { SeriesKey } from '../../core/series.js';
import { presentMentions, timeParam } from '../present.js';
import type { SqlReader } from '../sql-session.js';
import { queryVersions, type VersionKey } from './stored-documents.js';

/** Where a page ended: publication, milliseconds, and id. */
export interface CountedPlace {
  readonly at: number;
  readonly id: string;
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

/** The documents that count in [from, to), oldest first, a page at a time; every one of them counts for the market. */
export async function queryCountedDocuments(db: SqlReader, query: CountedQuery): Promise<CountedPage> {
  const { from, to, after, limit } = query;
  const begin = after?.at ?? from;
  const keys = await db.query<KeyRow>(
    `SELECT doc_id AS id, version, toUnixTimestamp64Milli(event_time) AS at, opens_story AS opens
     FROM ${presentMentions(
       `series = 'market' AND event_time >= ${timeParam('begin')} AND event_time < ${timeParam('to')}`,
     )} WHERE (event_time, doc_id) > (${timeParam('begin')}, {after:String}) OR {first:UInt8} = 1
     ORDER BY event_time, doc_id LIMIT {limit:UInt32}`,
    { begin, to, after: after?.id ?? '', first: after === null ? 1 : 0, limit },
  );
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
  return { documents, next: keys.length < limit ? null : { at: last.at, id: last.id } };
}

async function placesOf(
  db: SqlReader,
  keys: readonly VersionKey[],
  range: { readonly begin: number; readonly end: number },
): Promise<ReadonlyMap<string, CountedDocument['places']>> {
  const rows = await db.query<PlaceRow>(
    `SELECT doc_id AS id, series, relevance, weight FROM ${presentMentions(
      `event_time >= ${timeParam('begin')} AND event_time <= ${timeParam('end')} AND doc_id IN {ids:Array(String)}`,
    )} ORDER BY doc_id, series`,
    { ...range, ids: keys.map(({ id }) => id) },
  );
  const places = new Map<string, { series: SeriesKey; relevance: number; weight: number }[]>();
  for (const { id, ...place } of rows) {
    const known = places.get(id);
    if (known === undefined) places.set(id, [place]);
    else known.push(place);
  }
  return places;
}
