import type { SentimentLabel } from '../core/taxonomy.js';
import type { OpenWork } from './open-work.js';
import { timeParam } from './present.js';
import type { SqlReader, SqlSession } from './sql-session.js';

/** What two models said of a stored version; `before` is the champion. Models are `NAME VERSION`. */
export interface ShadowScore {
  readonly challenger: string;
  readonly champion: string;
  readonly documentId: string;
  readonly version: number;
  /** Milliseconds. */
  readonly readAt: number;
  readonly language: string;
  readonly kind: string;
  readonly topic: string;
  readonly before: ShadowAnswer;
  readonly after: ShadowAnswer;
}

export interface ShadowAnswer {
  readonly label: SentimentLabel;
  readonly negative: number;
  readonly confidence: number;
}

/** Two models that have read documents in common; times in milliseconds. */
export interface ShadowPair {
  readonly challenger: string;
  readonly champion: string;
  readonly documents: number;
  readonly from: number;
  readonly to: number;
  /** Mean confidence over all of them, and over those with another label. */
  readonly confidence: { readonly before: number; readonly after: number };
  readonly differing: { readonly before: number; readonly after: number };
}

/** How many documents of a kind got a pair of labels. */
export interface ShadowCount {
  readonly language: string;
  readonly kind: string;
  readonly topic: string;
  readonly before: SentimentLabel;
  readonly after: SentimentLabel;
  readonly documents: number;
}

export interface ShadowDifference {
  readonly documentId: string;
  readonly language: string;
  readonly before: SentimentLabel;
  readonly after: SentimentLabel;
  readonly beforeNegative: number;
  readonly afterNegative: number;
}

type Models = Pick<ShadowPair, 'challenger' | 'champion'>;

/** What a challenger says. A write may be repeated; what is not stored any more is not kept. */
export interface ShadowStore {
  add(scores: readonly ShadowScore[]): Promise<void>;
  /** Read since the time, the newest pair first. */
  pairs(since: number): Promise<readonly ShadowPair[]>;
  counts(models: Models, since: number): Promise<readonly ShadowCount[]>;
  /** Documents with another label, those whose P(negative) differs most first. */
  differences(models: Models, since: number, limit: number): Promise<readonly ShadowDifference[]>;
}

/** Of repeated writes the newest row counts. */
const ROWS = `(SELECT * FROM shadow_scores WHERE read_at >= ${timeParam('since')}
  ORDER BY read_at DESC LIMIT 1 BY challenger, champion, document_id, version)`;
const OF_PAIR = 'challenger = {challenger:String} AND champion = {champion:String}';

export function createShadowStore(db: SqlSession, reader: SqlReader): ShadowStore {
  return {
    add: (scores) => addScores(db, scores),
    async pairs(since) {
      const rows = await reader.query<PairRow>(
        `SELECT challenger, champion, count() AS documents,
           toUnixTimestamp64Milli(min(read_at)) AS from, toUnixTimestamp64Milli(max(read_at)) AS to,
           avg(before_confidence) AS all_before, avg(after_confidence) AS all_after,
           avgOrDefaultIf(before_confidence, before != after) AS other_before,
           avgOrDefaultIf(after_confidence, before != after) AS other_after
         FROM ${ROWS} GROUP BY challenger, champion ORDER BY max(read_at) DESC, challenger, champion LIMIT 100`,
        { since },
      );
      return rows.map(({ all_before, all_after, other_before, other_after, ...pair }) => ({
        ...pair,
        confidence: { before: all_before, after: all_after },
        differing: { before: other_before, after: other_after },
      }));
    },
    counts: (models, since) =>
      reader.query<ShadowCount>(
        `SELECT language, source_kind AS kind, topic, before, after, count() AS documents
         FROM ${ROWS} WHERE ${OF_PAIR} GROUP BY ALL ORDER BY ALL`,
        { ...models, since },
      ),
    differences: (models, since, limit) =>
      reader.query<ShadowDifference>(
        `SELECT document_id AS documentId, language, before, after, before_negative AS beforeNegative,
           after_negative AS afterNegative
         FROM ${ROWS} WHERE ${OF_PAIR} AND before != after
         ORDER BY abs(after_negative - before_negative) DESC, document_id LIMIT {limit:UInt32}`,
        { ...models, since, limit },
      ),
  };
}

/** Looks do not wait for what is written. */
export function shadowInOrder(
  shadow: ShadowStore,
  work: OpenWork,
  requireTerm: () => Promise<void>,
): ShadowStore {
  return {
    add: (scores) => work.inOrder(() => requireTerm().then(() => shadow.add(scores))),
    pairs: (since) => work.anytime(() => shadow.pairs(since)),
    counts: (models, since) => work.anytime(() => shadow.counts(models, since)),
    differences: (models, since, limit) => work.anytime(() => shadow.differences(models, since, limit)),
  };
}

interface PairRow extends Models {
  readonly documents: number;
  readonly from: number;
  readonly to: number;
  readonly all_before: number;
  readonly all_after: number;
  readonly other_before: number;
  readonly other_after: number;
}

async function addScores(db: SqlSession, scores: readonly ShadowScore[]): Promise<void> {
  if (scores.length === 0) return;
  const stored = await db.query<{ id: string }>(
    'SELECT DISTINCT id FROM documents WHERE id IN {ids:Array(String)}',
    { ids: scores.map(({ documentId }) => documentId) },
  );
  const there = new Set(stored.map(({ id }) => id));
  await db.insert('shadow_scores', scores.filter(({ documentId }) => there.has(documentId)).map(toRow));
}

function toRow(score: ShadowScore) {
  const { challenger, champion, documentId, version, readAt, language, kind, topic, before, after } = score;
  return {
    challenger,
    champion,
    document_id: documentId,
    version,
    read_at: readAt,
    language,
    source_kind: kind,
    topic,
    before: before.label,
    after: after.label,
    before_negative: before.negative,
    after_negative: after.negative,
    before_confidence: before.confidence,
    after_confidence: after.confidence,
  };
}
