/** What a source delivers and what the log carries: one version of one document. */

export const SOURCE_KINDS = ['news', 'social', 'filing', 'research', 'feedback'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

export const DOCUMENT_ACTIONS = ['add', 'replace', 'retract'] as const;
export type DocumentAction = (typeof DOCUMENT_ACTIONS)[number];

/** How exactly the publication time is known; a `day` document cannot be placed within its day. */
export const TIME_PRECISIONS = ['ms', 'minute', 'day'] as const;
export type TimePrecision = (typeof TIME_PRECISIONS)[number];

/** A data folder holds exactly one of these, fixed when it is created. */
export const WORLDS = ['demo', 'live', 'replay'] as const;
export type World = (typeof WORLDS)[number];

/** How far a source of a kind is believed when nobody says: 0 (worthless) … 1 (authoritative). */
export const USUAL_CREDIBILITY: Readonly<Record<SourceKind, number>> = {
  news: 0.7,
  social: 0.3,
  filing: 0.95,
  research: 0.7,
  feedback: 0.5,
};

export interface SourceInfo {
  readonly id: string;
  readonly kind: SourceKind;
  readonly name: string;
  readonly licence: string | null;
  /** 0 (worthless) … 1 (authoritative). */
  readonly credibility: number;
}

/**
 * A validated document as appended to `documents.raw`.
 *
 * `id` is the first 16 bytes of SHA-256 over source id and native id, as 32 hex digits: the same
 * document always has the same id, whenever and however often it arrives. `contentHash` covers what a
 * correction may change (action, title, text, tickers, published and modified time), so that a repeat can be told from
 * a new version. All times are ISO 8601 UTC with milliseconds. Every string is well-formed Unicode.
 */
export interface RawDocument {
  readonly id: string;
  readonly contentHash: string;
  readonly action: DocumentAction;
  readonly source: SourceInfo;
  readonly nativeId: string;
  readonly url: string | null;
  readonly title: string | null;
  /** The body as it came, never cleaned; may be empty when there is a title. */
  readonly text: string;
  /** The sender's claim (`en`, `zh-CN`, …); a hint only. */
  readonly language: string | null;
  /** A keyed or provider-made pseudonym, never a person's name. */
  readonly author: string | null;
  readonly publishedAt: string;
  readonly precision: TimePrecision;
  readonly modifiedAt: string | null;
  /** When our edge took it in; in a replay world the virtual time: `publishedAt`, or a later `modifiedAt`. */
  readonly receivedAt: string;
  /** Tickers as the provider gave them, upper case, without `$`. */
  readonly tickers: readonly string[];
  /** Small provider extras, kept with the document; understanding takes `topicHint` and, of filings, `ciks` as hints, nothing else. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Loaded later as history: it builds baselines and never raises an alert. */
  readonly backfill?: true;
  /** What it said was erased, or must not be kept: only its place remains. */
  readonly erased?: true;
}

/** The pseudonym of who posted it; null for what an outlet says, whoever wrote it there, and where nobody knows. */
export function accountOf(document: {
  readonly author: string | null;
  readonly source: { readonly kind: string };
}): string | null {
  const { kind } = document.source;
  return kind === 'social' || kind === 'feedback' ? document.author : null;
}

/** When its sender last changed it, milliseconds: its publication, or a later modification. */
export function changedAtOf({
  publishedAt,
  modifiedAt,
}: Pick<RawDocument, 'publishedAt' | 'modifiedAt'>): number {
  const published = Date.parse(publishedAt);
  return modifiedAt === null ? published : Math.max(published, Date.parse(modifiedAt));
}

/** Where a message stands in the log. `partition` is 0 in the embedded log. */
export interface LogPosition {
  readonly partition: number;
  readonly offset: number;
}
