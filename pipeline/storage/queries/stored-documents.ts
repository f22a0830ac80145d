import type { RawDocument } from '../../core/document.js';
import type { DocumentMention, DocumentView } from '../../core/store.js';
import type { Certainty, Ruled, Sentiment, TopicScore } from '../../core/scored.js';
import { timeParam } from '../present.js';
import type { SqlReader } from '../sql-session.js';

interface DocumentRow {
  readonly id: string;
  readonly version: number;
  readonly action: RawDocument['action'];
  readonly source_id: string;
  readonly source_kind: string;
  readonly source_name: string;
  readonly url: string | null;
  readonly title: string | null;
  readonly text: string;
  readonly language: string;
  readonly author: string | null;
  readonly published: number;
  readonly precision: string;
  readonly received: number;
  readonly known: number;
  readonly scored: number;
  readonly negative: number;
  readonly neutral: number;
  readonly positive: number;
  readonly polarity: number;
  readonly confidence: number;
  readonly label: Sentiment['label'];
  readonly topics: readonly TopicScore[];
  readonly mentions: string;
  readonly story_id: string;
  readonly certainty: Certainty | '';
  readonly model_name: string;
  readonly model_version: string;
  readonly model_sha256: string;
  readonly foreignness: number | null;
  readonly flags: readonly string[];
  readonly ruled: string;
}

const SELECT_DOCUMENTS = `SELECT id, version, action, source_id, source_kind, source_name, url, title, text, language,
  author, toUnixTimestamp64Milli(published_at) AS published, precision, toUnixTimestamp64Milli(received_at) AS received,
  toUnixTimestamp64Milli(known_at) AS known, toUnixTimestamp64Milli(scored_at) AS scored, negative, neutral, positive, polarity, confidence, label, topics, mentions,
  story_id, certainty, model_name, model_version, model_sha256, foreignness, flags, ruled FROM documents`;

export interface VersionKey {
  readonly id: string;
  readonly version: number;
}

/** The given versions with the newest scores known at `asOf`, in the order of the keys; a version that is not stored is left out. */
export async function queryVersions(
  db: SqlReader,
  keys: readonly VersionKey[],
  asOf: number | null = null,
): Promise<readonly DocumentView[]> {
  if (keys.length === 0) return [];
  const rows = await db.query<DocumentRow>(
    `${SELECT_DOCUMENTS} WHERE id IN {ids:Array(String)} AND version IN {versions:Array(UInt32)} LIMIT 1 BY id, version`,
    {
      ids: [...new Set(keys.map(({ id }) => id))],
      versions: [...new Set(keys.map(({ version }) => version))],
    },
  );
  const newest = await withNewestScores(db, rows, asOf);
  const byKey = new Map(newest.map((row) => [`${row.id} ${row.version}`, row]));
  return keys.flatMap(({ id, version }) => {
    const row = byKey.get(`${id} ${version}`);
    return row === undefined ? [] : [toDocumentView(row)];
  });
}

/** The newest version of a document that was known at the time, or null. */
export async function queryDocument(
  db: SqlReader,
  id: string,
  asOf: number | null,
): Promise<DocumentView | null> {
  const known = asOf === null ? '' : `AND known_at <= ${timeParam('asOf')}`;
  const [row] = await db.query<DocumentRow>(
    `${SELECT_DOCUMENTS} WHERE id = {id:String} ${known} ORDER BY version DESC LIMIT 1`,
    asOf === null ? { id } : { id, asOf },
  );
  if (row === undefined) return null;
  const [newest] = await withNewestScores(db, [row], asOf);
  return newest === undefined ? null : toDocumentView(newest);
}

type ScoreRow = Omit<Partial<DocumentRow>, 'id' | 'version'> & VersionKey;

/** The rows with the scores of the last model that had read them at `asOf`. */
async function withNewestScores(
  db: SqlReader,
  rows: readonly DocumentRow[],
  asOf: number | null,
): Promise<readonly DocumentRow[]> {
  const known = asOf === null ? '' : `AND known_at <= ${timeParam('asOf')}`;
  const ids = [...new Set(rows.map(({ id }) => id))];
  const scores = await db.query<ScoreRow>(
    `SELECT id, version, negative, neutral, positive, polarity, confidence, label, topics, mentions, foreignness, flags, ruled,
       model_name, model_version, model_sha256, toUnixTimestamp64Milli(scored_at) AS scored
     FROM document_scores WHERE id IN {ids:Array(String)} ${known}
     ORDER BY id, version, known_at DESC LIMIT 1 BY id, version`,
    asOf === null ? { ids } : { ids, asOf },
  );
  const byKey = new Map(scores.map((row) => [`${row.id} ${row.version}`, row]));
  return rows.map((row) => ({ ...row, ...byKey.get(`${row.id} ${row.version}`) }));
}

function toDocumentView(row: DocumentRow): DocumentView {
  return {
    id: row.id,
    version: row.version,
    action: row.action,
    source: { id: row.source_id, kind: row.source_kind, name: row.source_name },
    url: row.url,
    title: row.title,
    text: row.text,
    language: row.language,
    author: row.author,
    publishedAt: toIso(row.published),
    precision: row.precision,
    receivedAt: toIso(row.received),
    knownAt: toIso(row.known),
    sentiment: {
      negative: row.negative,
      neutral: row.neutral,
      positive: row.positive,
      polarity: row.polarity,
      confidence: row.confidence,
      label: row.label,
    },
    topics: row.topics,
    // Written by us from checked mentions, in just this shape.
    mentions: JSON.parse(row.mentions) as readonly DocumentMention[],
    storyId: row.story_id,
    ...(row.certainty === '' ? {} : { certainty: row.certainty }),
    model: { name: row.model_name, version: row.model_version, sha256: row.model_sha256 },
    scoredAt: toIso(row.scored),
    ...(row.foreignness === null ? {} : { foreignness: Math.round(row.foreignness * 1_000) / 1_000 }),
    flags: row.flags,
    ...(row.ruled === '' ? {} : { ruled: JSON.parse(row.ruled) as Ruled }),
  };
}

export function toIso(ms: number): string {
  return new Date(ms).toISOString();
}

const PRESENT_DOCUMENTS = `(SELECT sum(newest) FROM (
  SELECT argMax(documents, generation) AS newest FROM roll_ups
  WHERE frequency = '1d' AND series = 'market' AND topic = '' GROUP BY window_start))`;

/** First and last event time of the stored documents and how many there are, each counted once; null when empty. */
export async function queryExtent(
  db: SqlReader,
  asOf: number | null = null,
): Promise<{ readonly from: number; readonly to: number; readonly documents: number } | null> {
  const params = asOf === null ? {} : { asOf };
  // Counting distinct ids would read them all at every call; the days of the market have the count already.
  const [row] = await db.query<{ from: number; to: number; versions: number; documents: number }>(
    `SELECT toUnixTimestamp64Milli(min(published_at)) AS from, toUnixTimestamp64Milli(max(published_at)) AS to,
       count() AS versions,
       ${asOf === null ? PRESENT_DOCUMENTS : 'uniqExact(id)'} AS documents
     FROM documents ${asOf === null ? '' : `WHERE known_at <= ${timeParam('asOf')}`}`,
    params,
  );
  if (row === undefined || row.versions === 0) return null;
  return { from: row.from, to: row.to, documents: row.documents };
}
