import { withoutCorrected, type Label, type LabelOrigin, type LabelValue } from '../core/label.js';
import type { DocumentView } from '../core/store.js';
import { QUOTED } from './erasure-rows.js';
import type { OpenWork } from './open-work.js';
import { presentMentions, timeParam } from './present.js';
import { queryVersions, type VersionKey } from './queries/stored-documents.js';
import type { SqlReader, SqlSession } from './sql-session.js';

/** Which documents may be asked about. */
export interface CandidateQuery {
  /** Publication in [from, to), milliseconds. */
  readonly from: number;
  readonly to: number;
  /** `en` or `zh`; null for any. */
  readonly language: string | null;
  /** How many by uncertainty, and how many by lot. */
  readonly uncertain: number;
  readonly random: number;
  readonly seed: number;
}

/** A document worth a look, with what the store knows of its worth. */
export interface CandidateRow extends VersionKey {
  /** By lot, and not for any worth. */
  readonly drawn: boolean;
  /** Alerts of the time that quote it. */
  readonly alerts: number;
}

/** What people said. Nothing that was said is changed; a repeat of a write changes nothing. */
export interface LabelStore {
  /** Appends those whose document is stored, and answers with the ids of documents that are not. */
  add(labels: readonly Label[]): Promise<readonly string[]>;
  /**
   * Of each item, person and kind of saying (decisions apart) the newest, oldest first, without verdicts that were corrected
   * under another heading; at most 200,000.
   */
  list(): Promise<readonly Label[]>;
  /** Documents that tell a story first, that a model has judged and nobody labelled; one scan of the range. */
  candidates(query: CandidateQuery): Promise<readonly CandidateRow[]>;
  /** Documents whose text only other people have labelled or judged, and only one of them; the longest waiting first. */
  secondLooks(
    query: { readonly language: string | null; readonly labeller: string },
    limit: number,
  ): Promise<readonly VersionKey[]>;
  /** The texts with their scores; what is not stored any more is left out. */
  read(keys: readonly VersionKey[]): Promise<readonly DocumentView[]>;
}

const MOST_LABELS = 200_000;
const IDS_A_QUESTION = 5_000;

export function createLabelStore(db: SqlSession, reader: SqlReader): LabelStore {
  return {
    add: (labels) => addLabels(db, labels),
    async list() {
      const rows = await reader.query<LabelRow>(
        `SELECT document_id, version, instrument, author, origin, value, guideline,
           toUnixTimestamp64Milli(labelled_at) AS at FROM (
             SELECT * FROM labels ORDER BY labelled_at DESC, value
             LIMIT 1 BY document_id, version, instrument, author, origin = 'adjudication')
         ORDER BY labelled_at, document_id, instrument, author LIMIT {limit:UInt32}`,
        { limit: MOST_LABELS },
      );
      return withoutCorrected(rows.map(toLabel));
    },
    candidates: (query) => queryCandidates(reader, query),
    secondLooks: ({ language, labeller }, limit) =>
      reader.query<VersionKey>(
        `SELECT document_id AS id, version FROM labels
         WHERE instrument = '' ${language === null ? '' : 'AND document_id IN (SELECT id FROM documents WHERE startsWith(language, {language:String}))'}
         GROUP BY document_id, version
         HAVING uniqExact(author) = 1 AND any(author) != {labeller:String} AND countIf(value = 'skip') = 0
         ORDER BY min(labelled_at), document_id LIMIT {limit:UInt32}`,
        { limit, labeller, ...(language === null ? {} : { language }) },
      ),
    async read(keys) {
      const views: DocumentView[] = [];
      for (let first = 0; first < keys.length; first += IDS_A_QUESTION)
        views.push(...(await queryVersions(reader, keys.slice(first, first + IDS_A_QUESTION))));
      return views;
    },
  };
}

/** What is written goes in order; looks do not wait. */
export function labelsInOrder(
  labels: LabelStore,
  work: OpenWork,
  requireTerm: () => Promise<void>,
): LabelStore {
  return {
    add: (added) => work.inOrder(() => requireTerm().then(() => labels.add(added))),
    list: () => work.anytime(() => labels.list()),
    candidates: (query) => work.anytime(() => labels.candidates(query)),
    secondLooks: (query, limit) => work.anytime(() => labels.secondLooks(query, limit)),
    read: (keys) => work.anytime(() => labels.read(keys)),
  };
}

interface LabelRow {
  readonly document_id: string;
  readonly version: number;
  readonly instrument: string;
  readonly author: string;
  readonly origin: LabelOrigin;
  readonly value: LabelValue;
  readonly guideline: string;
  readonly at: number;
}

function toLabel({ document_id, ...row }: LabelRow): Label {
  return { documentId: document_id, ...row };
}

async function addLabels(db: SqlSession, labels: readonly Label[]): Promise<readonly string[]> {
  const keyOf = (id: string, version: number) => `${id} ${version}`;
  const there = new Set<string>();
  for (let first = 0; first < labels.length; first += IDS_A_QUESTION) {
    const ids = [...new Set(labels.slice(first, first + IDS_A_QUESTION).map(({ documentId }) => documentId))];
    const rows = await db.query<VersionKey>(
      'SELECT DISTINCT id, version FROM documents WHERE id IN {ids:Array(String)}',
      { ids },
    );
    for (const { id, version } of rows) there.add(keyOf(id, version));
  }
  const known = labels.filter(({ documentId, version }) => there.has(keyOf(documentId, version)));
  await db.insert('labels', known.map(toRow));
  const unknown = labels.filter(({ documentId, version }) => !there.has(keyOf(documentId, version)));
  return [...new Set(unknown.map(({ documentId }) => documentId))];
}

function toRow({ documentId, at, ...label }: Label) {
  return { document_id: documentId, labelled_at: at, ...label };
}

const LARGEST = 'arraySort(p -> -p, [negative, neutral, positive])';
/** 1 where the two likeliest classes are equally likely, 0 where one is certain. */
const UNCERTAINTY = `1 - (${LARGEST}[1] - ${LARGEST}[2])`;

async function queryCandidates(db: SqlReader, query: CandidateQuery): Promise<readonly CandidateRow[]> {
  const { from, to, language, uncertain, random, seed } = query;
  const within = `event_time >= ${timeParam('from')} AND event_time < ${timeParam('to')}`;
  const spoken =
    language === null
      ? ''
      : `AND doc_id IN (SELECT id FROM documents WHERE startsWith(language, {language:String})
           AND published_at >= ${timeParam('from')} AND published_at < ${timeParam('to')})`;
  const rows = await db.query<Omit<CandidateRow, 'drawn'> & { drawn: number }>(
    `WITH told AS (
       SELECT doc_id AS id, version, story_id, ${UNCERTAINTY} AS uncertainty, quoted.times AS alerts
       FROM ${presentMentions(`series = 'market' AND ${within}`)} AS m
       LEFT JOIN (
         SELECT quoted_id, uniqExact(alert_id) AS times FROM alert_events ARRAY JOIN ${QUOTED} AS quoted_id
         WHERE at >= ${timeParam('from')} GROUP BY quoted_id
       ) AS quoted ON quoted.quoted_id = m.doc_id
       WHERE opens_story = 1 AND classified = 1 ${spoken}
         AND doc_id NOT IN (SELECT document_id FROM labels)
     )
     SELECT id, version, 0 AS drawn, alerts FROM (
       SELECT * FROM told ORDER BY uncertainty + least(alerts, 1) DESC, id LIMIT {uncertain:UInt32})
     UNION ALL
     SELECT id, version, 1 AS drawn, alerts FROM (
       SELECT * FROM told ORDER BY cityHash64(id, {seed:UInt32}), id LIMIT {random:UInt32})`,
    {
      from,
      to,
      uncertain,
      random,
      seed,
      ...(language === null ? {} : { language }),
    },
  );
  return rows.map((row) => ({ ...row, drawn: row.drawn === 1 }));
}
