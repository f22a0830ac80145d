import { InvalidDocumentError } from '../core/errors.js';
import type { LogPosition } from '../core/document.js';
import { isJudged, type DeadLetter, type ScoredDocument } from '../core/scored.js';
import type { DocumentVersion, Receipt, SeriesContribution } from '../core/store.js';
import type { SqlRow } from './sql-session.js';

/** The rows that one version of a document makes. */
export interface VersionRows {
  readonly document: SqlRow;
  readonly mentions: readonly SqlRow[];
}

/**
 * Encodes a version as rows; times are milliseconds.
 *
 * Throws InvalidDocumentError `unstorable` for what the engine would refuse or silently bend: broken Unicode,
 * numbers that are not finite, times outside 1970 … 2099.
 */
export function toVersionRows(version: DocumentVersion): VersionRows {
  const rows = { document: toDocumentRow(version), mentions: toMentionRows(version) };
  assertStorable(rows.document, 'document');
  for (const mention of rows.mentions) assertStorable(mention, 'mention');
  return rows;
}

function toDocumentRow(whole: DocumentVersion): SqlRow {
  const { raw, sequence, version, scored, knownAt, contributions } = whole;
  const { document, sentiment, model } = scored;
  return {
    id: document.id,
    version,
    action: document.action,
    content_hash: document.contentHash,
    source_id: document.source.id,
    source_kind: document.source.kind,
    source_name: document.source.name,
    source_licence: document.source.licence,
    source_credibility: document.source.credibility,
    native_id: document.nativeId,
    url: document.url,
    title: document.title,
    text: document.text,
    claimed_language: document.language,
    language: scored.language,
    author: document.author,
    published_at: toMs(document.publishedAt, 'publishedAt'),
    precision: document.precision,
    modified_at: document.modifiedAt === null ? null : toMs(document.modifiedAt, 'modifiedAt'),
    received_at: toMs(document.receivedAt, 'receivedAt'),
    scored_at: toMs(scored.scoredAt, 'scoredAt'),
    known_at: inRange(knownAt, 'knownAt'),
    tickers: document.tickers,
    extra: JSON.stringify(document.extra),
    negative: sentiment.negative,
    neutral: sentiment.neutral,
    positive: sentiment.positive,
    polarity: sentiment.polarity,
    confidence: sentiment.confidence,
    label: sentiment.label,
    topics: scored.topics.map(({ topic, probability }) => ({ topic, probability })),
    mentions: JSON.stringify(scored.mentions),
    certainty: scored.certainty ?? '',
    story_id: scored.storyId,
    ...toStoryColumns(whole),
    model_name: model.name,
    model_version: model.version,
    model_sha256: model.sha256,
    foreignness: scored.foreignness ?? null,
    flags: scored.flags,
    ruled: toRuledColumn(scored),
    series: contributions.map(({ series }) => series),
    raw_partition: raw.partition,
    raw_offset: raw.offset,
    sequence,
  };
}

/** Empty where the scores are the model's own. */
export function toRuledColumn({ ruled }: ScoredDocument): string {
  return ruled === undefined ? '' : JSON.stringify(ruled);
}

/** What later documents of the story, and of the account, are held against. */
function toStoryColumns(version: DocumentVersion): SqlRow {
  const { storySketch, fingerprint, leftStory, silent, authorDay, contributions } = version;
  const voices = contributions.filter(({ weight }) => authorDay !== null && weight > 0);
  return {
    story_sketch: storySketch ?? '',
    fingerprint,
    left_story: leftStory ?? '',
    silent: silent ? 1 : 0,
    // What has no weight uses none up: a row less to look at for each later post of a busy account.
    author_day: voices.length === 0 ? '' : authorDay,
    voices: voices.map(({ series }) => series),
  };
}

/**
 * One row for each series the version counts for, and one marked invalid for each place where the version before
 * counted and this one does not. A retraction counts nowhere, so all its rows are invalid.
 */
function toMentionRows(version: DocumentVersion): readonly SqlRow[] {
  const { scored, contributions, withdrawn } = version;
  const time = toMs(scored.document.publishedAt, 'publishedAt');
  const counts = scored.document.action !== 'retract';
  const rows = contributions.map((contribution) => toMentionRow(version, contribution, time, counts));
  const taken = new Set(contributions.map(({ series }) => `${time} ${series}`));
  for (const { series, publishedAt } of withdrawn) {
    const at = toMs(publishedAt, 'withdrawn.publishedAt');
    const key = `${at} ${series}`;
    if (taken.has(key)) continue;
    taken.add(key);
    rows.push(toMentionRow(version, withdrawal(series), at, false));
  }
  return rows;
}

function toMentionRow(
  { scored, version, knownAt, opensStory }: DocumentVersion,
  contribution: SeriesContribution,
  time: number,
  valid: boolean,
): SqlRow {
  return {
    series: contribution.series,
    event_time: time,
    doc_id: scored.document.id,
    version,
    model_version: `${scored.model.name} ${scored.model.version}`,
    known_at: knownAt,
    scored_at: toMs(scored.scoredAt, 'scoredAt'),
    valid: valid ? 1 : 0,
    relevance: contribution.relevance,
    via: contribution.via,
    negative: contribution.negative,
    neutral: contribution.neutral,
    positive: contribution.positive,
    voice: contribution.voice,
    weight: contribution.weight,
    decided_by: 0,
    classified: isJudged(scored) ? 1 : 0,
    story_id: scored.storyId,
    opens_story: valid && opensStory ? 1 : 0,
    topics: [...new Set(scored.topics.map(({ topic }) => topic))],
  };
}

function withdrawal(series: string): SeriesContribution {
  return { series, relevance: 0, via: [], negative: 0, neutral: 0, positive: 0, voice: 0, weight: 0 };
}

export function toReceiptRow({ raw, documentId, version, outcome, reason }: Receipt): SqlRow {
  return {
    raw_partition: raw.partition,
    raw_offset: raw.offset,
    document_id: documentId,
    version,
    outcome,
    reason,
  };
}

export function toDeadLetterRow(raw: LogPosition, letter: DeadLetter): SqlRow {
  return {
    raw_partition: raw.partition,
    raw_offset: raw.offset,
    reason: letter.reason,
    detail: wellFormed(letter.detail.slice(0, 500)),
    stage: letter.stage,
    original_base64: letter.originalBase64,
    attempts: letter.attempts,
    at: Date.parse(letter.at),
  };
}

/** The text with every half of a broken surrogate pair replaced by U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

// In Node 20 and not yet in the ES2023 types; many times faster than a pattern.
interface Text {
  isWellFormed(): boolean;
}

function assertStorable(value: unknown, path: string): void {
  if (typeof value === 'string' && !(value as unknown as Text).isWellFormed()) {
    throw new InvalidDocumentError('unstorable', `${path} is not well-formed Unicode.`);
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new InvalidDocumentError('unstorable', `${path} is not a finite number.`);
  }
  if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) assertStorable(item, key);
  }
}

const LATEST_MS = Date.UTC(2100, 0, 1);

function toMs(iso: string, field: string): number {
  return inRange(Date.parse(iso), field);
}

function inRange(ms: number, field: string): number {
  if (ms >= 0 && ms < LATEST_MS) return ms;
  throw new InvalidDocumentError('unstorable', `${field} must be a time between 1970 and 2099.`);
}
