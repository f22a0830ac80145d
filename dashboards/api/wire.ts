import type { Alert, AlertEvent } from '../../pipeline/core/alert.js';
import type { LabelTask, LabelValue } from '../../pipeline/core/label.js';
import type { Explanation } from '../../pipeline/core/model.js';
import type { ModelVersion, Sentiment, Span } from '../../pipeline/core/scored.js';
import type { SeriesKey } from '../../pipeline/core/series.js';
import type { Diff, DocumentMention, DocumentView } from '../../pipeline/core/store.js';
import type { StoryFacts } from '../../pipeline/core/story.js';
import type { SectorId, TopicId } from '../../pipeline/core/taxonomy.js';

/*
 * What goes over the wire, for the server that answers and the page that asks. Times are ISO 8601 UTC.
 */

export interface SeriesInfo {
  /** Canonical: `market`, `instrument:AAPL.XNAS`, `sector:banks`, `topic:earnings`. */
  readonly series: string;
  readonly kind: 'market' | 'instrument' | 'sector' | 'topic';
  readonly id: string;
  readonly name: string;
  readonly nameZh: string | null;
  readonly sector: SectorId | null;
}

/** One window. Without documents that the model could judge every mean is null: unknown, which is not neutral. */
export interface SeriesRow {
  readonly series: string;
  readonly start: string;
  readonly end: string;
  readonly n: number;
  readonly stories: number;
  readonly negative: number | null;
  readonly neutral: number | null;
  readonly positive: number | null;
  readonly polarity: number | null;
  /** 1 where the installation stored any document of that window, else 0: then n = 0 says nothing about the series. */
  readonly coverage: 0 | 1;
  /** True until the watermark has passed the end of the window. */
  readonly provisional: boolean;
}

export interface SeriesAnswer {
  readonly data: readonly SeriesRow[];
  readonly asOf: string;
  readonly frequency: string;
  readonly from: string;
  readonly to: string;
  readonly topic: string | null;
  readonly minRelevance: number;
  readonly watermark: string | null;
  readonly series: readonly (SeriesInfo & { readonly requested: string })[];
}

export interface WireTopic {
  readonly topic: TopicId;
  readonly probability: number;
  readonly name: string;
  readonly nameZh: string;
}

export interface WireMention extends DocumentMention {
  readonly nameZh: string | null;
}

export interface WireDocument extends Omit<DocumentView, 'topics' | 'mentions'> {
  readonly topics: readonly WireTopic[];
  readonly mentions: readonly WireMention[];
}

export interface DocumentsAnswer {
  readonly data: readonly WireDocument[];
  readonly nextCursor: string | null;
  readonly asOf: string;
  readonly series: SeriesInfo;
}

/** What became known after `from` and until `to`. */
export interface DiffAnswer extends Omit<Diff, 'nextOffset'> {
  readonly nextCursor: string | null;
  readonly from: string;
  readonly to: string;
  readonly frequency: string;
  readonly series: SeriesInfo;
}

export interface WireStory extends Omit<StoryFacts, 'firstAt' | 'lastAt'> {
  readonly firstAt: string;
  readonly lastAt: string;
}

/** What carried a score: with `bias` the contributions of the words, or of the sentences, sum to `total`. */
export interface WireExplanation extends Explanation {
  readonly language: string;
  readonly model: ModelVersion;
  readonly sentiment: Sentiment;
  readonly sentences: readonly { readonly span: Span; readonly contribution: number }[];
  /** Which part of what was weighed belongs to no word, 0 … 1. */
  readonly unexplained: number;
  readonly flags: readonly string[];
}

export interface ExplainAnswer {
  readonly data: WireExplanation & {
    /** What spans point into: the title, a line feed and the text, or one of them. */
    readonly text: string;
  };
}

export interface DocumentAnswer {
  readonly data: WireDocument & {
    /** What spans and `sentence` point into. */
    readonly fullText: string;
    /** The sentence that carried the score. */
    readonly sentence: Span | null;
    /** What carried the score; null where the model that gave it is not the one at work, and for what has been withdrawn. */
    readonly explanation: WireExplanation | null;
    /** How the story of the document has spread; null for a document that tells none any more. */
    readonly story: WireStory | null;
  };
  readonly asOf: string;
}

export interface WireAlert extends Omit<Alert, 'series'> {
  readonly series: Alert['series'] & Pick<SeriesInfo, 'series' | 'nameZh' | 'sector'>;
}

export interface AlertsAnswer {
  readonly data: readonly WireAlert[];
  readonly asOf: string;
}

export interface AlertAnswer {
  readonly data: WireAlert & {
    readonly events: readonly Pick<AlertEvent, 'sequence' | 'type' | 'at' | 'messageId'>[];
  };
}

export interface OverviewRow extends SeriesInfo {
  readonly documents: number;
  readonly stories: number;
  /** Over the documents that the model could judge; null where it could judge none. */
  readonly negative: number | null;
  readonly polarity: number | null;
  readonly previousPolarity: number | null;
  /** Polarity less that of the same length of time before; null where one of them is. */
  readonly change: number | null;
  readonly lastDocumentAt: string;
}

export interface OverviewAnswer {
  readonly from: string;
  readonly to: string;
  readonly now: string;
  readonly market: OverviewRow | null;
  readonly instruments: readonly OverviewRow[];
  readonly extent: { readonly from: string; readonly to: string; readonly documents: number } | null;
}

export interface InstrumentsAnswer {
  readonly data: readonly Omit<SeriesInfo, 'series' | 'kind'>[];
}

export interface LabelQueueAnswer {
  readonly data: readonly LabelTask[];
}

/** How far the labelling has come, and how well people agree: Cohen's κ of two people, Krippendorff's α of more. */
export interface WireLabelProgress {
  /** Items (a text, or a company in one) that somebody labelled; by this person; by two people or more. */
  readonly items: number;
  readonly mine: number;
  readonly doublyLabelled: number;
  readonly disputed: number;
  /** Null without doubly labelled items, or where everybody always said the same one thing. */
  readonly figure: number | null;
  readonly pairs: readonly {
    readonly people: readonly [string, string];
    readonly items: number;
    readonly same: number;
    readonly kappa: number | null;
  }[];
  /** Whether labels may train, and if not, why. */
  readonly problem: string | null;
}

export interface LabelProgressAnswer {
  readonly data: WireLabelProgress;
}

/** An item about which people differ. */
export interface WireDispute {
  readonly task: LabelTask;
  /** Empty for the text as a whole. */
  readonly instrument: string;
  readonly said: readonly { readonly author: string; readonly value: LabelValue }[];
}

export interface DisputesAnswer {
  readonly data: readonly WireDispute[];
}

export interface KeptAnswer {
  /** Labels that were kept; none about a document that is gone meanwhile. */
  readonly data: { readonly kept: number };
}

/** What the reader of an alert says about a document in it. */
export const VERDICTS = ['right', 'wrong_model', 'wrong_company', 'not_news'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** The few fields of a new document that the page shows before anybody opens it. */
export interface LiveDocument {
  readonly id: string;
  readonly version: number;
  readonly action: string;
  readonly title: string;
  readonly source: string;
  readonly language: string;
  readonly publishedAt: string;
  readonly negative: number;
  readonly polarity: number;
  /** Its words are not those of finance. */
  readonly foreign?: true;
  readonly series: readonly SeriesKey[];
}

export interface WireMail {
  readonly id: string;
  readonly subject: string;
  readonly to: readonly string[];
  readonly date: string;
  readonly alertId: string | null;
}

export interface MailsAnswer {
  readonly data: readonly WireMail[];
}

export interface MailAnswer {
  /** `html` is the address of the mail as an inert page. */
  readonly data: WireMail & { readonly text: string; readonly html: string };
}

export type RequestRefusal = 'signature_missing' | 'signature_wrong' | 'timestamp_outside_window';

/** `waiting`: the model is asked again by itself. `givenUp`: it is not, only by a re-score. */
export interface UnansweredCounts {
  readonly waiting: number;
  readonly givenUp: number;
}

/** A stable code; `status` is the HTTP status that the other side answered with, `until` when it wants no request. */
export interface WireCause {
  readonly code: string;
  readonly status: number | null;
  readonly until: string | null;
}

export interface WireStatus {
  readonly world: 'demo' | 'live' | 'replay';
  readonly now: string;
  readonly watermark: string | null;
  /** The latest `asOf` that is answered; absent in a replay world. */
  readonly settledUntil?: string | null;
  readonly newestDocumentAt: string | null;
  readonly model: ModelVersion | null;
  readonly version: string;
  readonly lagDocuments: number;
  /** Stored documents without scores, because the model gave no answer; null in a process that does not know. */
  readonly unanswered: UnansweredCounts | null;
  readonly sources: readonly {
    readonly id: string;
    readonly name: string;
    readonly licence: string | null;
    readonly state: 'starting' | 'ok' | 'degraded' | 'stopped' | 'finished';
    /** In English, with names and figures; `cause` is for words in any language. */
    readonly reason: string | null;
    readonly cause: WireCause | null;
    readonly lastDeliveryAt: string | null;
    readonly lastContactAt: string | null;
    /** From when on the figures count: they begin anew with the process. */
    readonly countedSince: string | null;
    readonly delivered: number;
    readonly rejected: number;
    /** Requests that were not signed as they should be, with the fault and the time of the last; null when there were none. */
    readonly refused: {
      readonly requests: number;
      readonly last: RequestRefusal;
      readonly at: string;
    } | null;
  }[];
}

/** RFC 9457. */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable, for words in any language. */
  readonly code: string;
}

/** Answer of `/readyz`. */
export interface Readiness {
  readonly status: 'ready' | 'not ready';
  readonly reasons: readonly string[];
}
