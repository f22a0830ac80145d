import type { LogPosition, RawDocument } from './document.js';
import type { SentimentLabel, TopicId } from './taxonomy.js';

/** Calibrated class probabilities (they sum to 1) and what follows from them. */
export interface Sentiment {
  readonly negative: number;
  readonly neutral: number;
  readonly positive: number;
  /** positive − negative, in −1 … 1. */
  readonly polarity: number;
  /** The largest of the three probabilities. */
  readonly confidence: number;
  readonly label: SentimentLabel;
}

export interface TopicScore {
  readonly topic: TopicId;
  readonly probability: number;
}

export interface ModelVersion {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

/** Version of no model: of a document about which the model was asked and gave no answer. It is asked about another time. */
export const UNANSWERED = 'unanswered';

/** How a mention came about: words in the text, a `$TICKER` in it, or the provider's tag. */
export const MENTION_ORIGINS = ['name', 'cashtag', 'provider'] as const;
export type MentionOrigin = (typeof MENTION_ORIGINS)[number];

/**
 * Why a mention was linked, strongest first: `cashtag`, `exchange_code` (a code in brackets), `filer` (its number at the SEC is that of a party to the filing), `distinct_name` (the name
 * can mean nothing else), `legal_suffix` (Inc, 股份有限公司), `company_words` (what companies have or do, right beside the
 * name), `beside_company` (named in one breath with a company), `hashtag` (#Apple), `finance_words` (near by), `supported` (a tag, a code or
 * a surer name of the same company in the document), `provider_tag` (a hint only).
 */
export const LINK_REASONS = [
  'cashtag',
  'exchange_code',
  'filer',
  'distinct_name',
  'legal_suffix',
  'company_words',
  'beside_company',
  'hashtag',
  'finance_words',
  'supported',
  'provider_tag',
] as const;
export type LinkReason = (typeof LINK_REASONS)[number];

/** Start (inclusive) and end (exclusive) in UTF-16 units of `documentText(document)`. */
export type Span = readonly [start: number, end: number];

/** One instrument found in a document; `instrument` is `?TICKER` when nobody of that ticker is known at that date. */
export interface LinkedMention {
  readonly instrument: string;
  readonly name: string;
  /** 0 … 1: how much the document is about this instrument; 0 when only the provider says so. */
  readonly relevance: number;
  readonly via: readonly MentionOrigin[];
  /** Each once, strongest first; absent in messages of release 0.1. */
  readonly reasons?: readonly LinkReason[];
  readonly spans: readonly Span[];
}

/** A linked mention with the sentiment of the text around it. */
export interface Mention extends LinkedMention {
  readonly negative: number;
  readonly neutral: number;
  readonly positive: number;
  readonly polarity: number;
  readonly confidence: number;
}

/** What a text claims to be: a report, what somebody thinks, or what nobody stands for. */
export const CERTAINTIES = ['fact', 'opinion', 'rumour'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

/** A rule that has decided something, as the row keeps it. */
export interface AppliedRule {
  readonly id: string;
  readonly version: number;
  readonly reason: string;
}

/** What expert rules changed of a model's answer, with what the model had said. */
export interface Ruled {
  readonly rules: readonly AppliedRule[];
  readonly model: {
    readonly negative: number;
    readonly neutral: number;
    readonly positive: number;
    readonly topics: readonly TopicScore[];
    /** The mentions whose scores were changed. */
    readonly mentions: readonly {
      readonly instrument: string;
      readonly negative: number;
      readonly neutral: number;
      readonly positive: number;
    }[];
  };
}

/** A document that went through UNDERSTAND. */
export interface ScoredDocument {
  readonly document: RawDocument;
  /** `en`, `zh`, another ISO 639-1 code, or `und`. */
  readonly language: string;
  readonly sentiment: Sentiment;
  readonly topics: readonly TopicScore[];
  readonly mentions: readonly Mention[];
  /** Absent in messages of release 0.1. */
  readonly certainty?: Certainty;
  /**
   * 32 hex digits. From UNDERSTAND: the fingerprint, equal for copies of one text (case, links, punctuation and `RT @x:` do not
   * count, numbers and signs do). From the monitor on: the fingerprint of the text that opened the story.
   */
  readonly storyId: string;
  readonly model: ModelVersion;
  readonly scoredAt: string;
  /** How foreign its words are to finance texts, 0 … 1; absent in messages of release 0.1. */
  readonly foreignness?: number;
  /** Remarks of reading (`DOCUMENT_FLAGS` of `flag-document.ts`: `spam`, `debris`, `language_unsupported`, …), of the model (`unclassified`, `read_in_part`), of words that are not of finance (`foreign`), of expert rules (`rule:ID`) and of time (`late`). */
  readonly flags: readonly string[];
  /** Absent where the scores are the model's own. */
  readonly ruled?: Ruled;
}

/** Flag of a score for which the model read the beginning of the text alone. */
export const READ_IN_PART = 'read_in_part';

/** With one of these flags a score is a guess: it stands in no mean and moves no alert. */
const UNREAD_FLAGS: readonly string[] = ['unclassified', 'language_unsupported'];

/** Whether the model could judge the document; what it says of others is no score. */
export function isJudged({ flags }: Pick<ScoredDocument, 'flags'>): boolean {
  return !flags.some((flag) => UNREAD_FLAGS.includes(flag));
}

/** What UNDERSTAND appends to `documents.scored`: exactly one per raw message, so that nothing is lost in between. */
export type ScoredMessage =
  | {
      readonly kind: 'scored';
      readonly raw: LogPosition;
      /** When the raw log took the document, milliseconds; absent in messages of release 0.1. */
      readonly appendedAt?: number;
      readonly scored: ScoredDocument;
    }
  | { readonly kind: 'drop'; readonly raw: LogPosition; readonly id: string; readonly reason: DropReason }
  | { readonly kind: 'dead-letter'; readonly raw: LogPosition; readonly letter: DeadLetter };

/** Unwanted by configuration, erased for good, or given up by the operator. */
export const DROP_REASONS = ['language_filtered', 'source_filtered', 'erased', 'operator'] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** Cannot be handled; the original bytes are kept, see `keptOriginal`. */
export const DEAD_LETTER_REASONS = ['undecodable', 'invalid', 'unstorable', 'internal_error'] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

export interface DeadLetter {
  readonly reason: DeadLetterReason;
  /** One sentence, cut at 500 characters. */
  readonly detail: string;
  readonly stage: 'understand' | 'monitor';
  readonly originalBase64: string;
  readonly attempts: number;
  readonly at: string;
}

/** The text that models read and that spans point into: the title, a line feed, the body; one of them alone when the other is empty or repeats it. */
export function documentText(document: Pick<RawDocument, 'title' | 'text'>): string {
  const title = document.title ?? '';
  if (title === '') return document.text;
  if (document.text === '' || document.text === title) return title;
  if (document.text.startsWith(title)) return document.text;
  return `${title}\n${document.text}`;
}
