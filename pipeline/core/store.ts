import type { Alert, AlertEvent, AlertState } from './alert.js';
import type { LogPosition, RawDocument, World } from './document.js';
import type {
  AppliedRule,
  Certainty,
  DeadLetter,
  DropReason,
  LinkReason,
  MentionOrigin,
  Ruled,
  ScoredDocument,
  Sentiment,
  TopicScore,
  Span,
  ModelVersion,
} from './scored.js';
import type { Frequency, SeriesKey } from './series.js';
import type { StoredVersion } from './stored-version.js';
import type { AuthorVoice, StoryMember, StoryTurn } from './story.js';
import type { TopicId } from './taxonomy.js';

export type { StoredVersion } from './stored-version.js';

/** A document with the version the monitor gave it, ready to store. */
export interface DocumentVersion {
  readonly raw: LogPosition;
  /** Offset in `documents.scored` at which the version was first decided. */
  readonly sequence: number;
  readonly version: number;
  readonly scored: ScoredDocument;
  /** Milliseconds: when the log took this version (replay: its publication time). */
  readonly knownAt: number;
  /** No other document tells its story within the 72 hours around it: it is counted as a story, a copy is not. */
  readonly opensStory: boolean;
  /** Spam, debris or beyond what one account may say in a day: it neither opens a story nor makes others copies. */
  readonly silent: boolean;
  /** Account and day (`ACCOUNT YYYY-MM-DD`) against which its weights count; null for outlets and unknown authors. */
  readonly authorDay: string | null;
  /** The story that the version before told and this one does not: it was taken back, or tells another one now. */
  readonly leftStory: string | null;
  /** Equal for equal texts, 32 hex digits: copy and paste within a story. */
  readonly fingerprint: string;
  /** What near-duplicates are compared with, encoded; null for a text that brought its story nothing new. */
  readonly storySketch: string | null;
  /** The series it counts for, with the weight it has in detection. */
  readonly contributions: readonly SeriesContribution[];
  /** Series and times at which the version before counted and this one does not. */
  readonly withdrawn: readonly { readonly series: SeriesKey; readonly publishedAt: string }[];
  /** What this version does to other documents of the story that it leaves. */
  readonly turns: readonly StoryTurn[];
}

export interface SeriesContribution {
  readonly series: SeriesKey;
  readonly relevance: number;
  readonly via: readonly MentionOrigin[];
  readonly negative: number;
  readonly neutral: number;
  readonly positive: number;
  /** What it may move detection by, in [0, 1], while it opens its story. */
  readonly voice: number;
  /** What it does move it by: its voice, or 0 while it is a copy. */
  readonly weight: number;
}

/** `erased`: removed for a person or a licence; `expired`: older than its class is kept. */
export const OUTCOMES = ['stored', 'duplicate', 'drop', 'dead-letter', 'erased', 'expired'] as const;
export type OutcomeKind = (typeof OUTCOMES)[number];

/** What became of one accepted message; one row for each raw log position, whatever is repeated. */
export interface Receipt {
  readonly raw: LogPosition;
  readonly documentId: string;
  readonly version: number;
  readonly outcome: OutcomeKind;
  readonly reason: DropReason | null;
}

export interface StoreBatch {
  readonly versions: readonly DocumentVersion[];
  readonly deadLetters: readonly { readonly raw: LogPosition; readonly letter: DeadLetter }[];
  readonly receipts: readonly Receipt[];
}

export interface TouchedWindow {
  readonly series: SeriesKey;
  /** Any time inside the window, milliseconds. */
  readonly time: number;
}

/** One hour of a series as detection sees it. Hours without documents are absent. */
export interface HourBucket {
  readonly start: number;
  readonly documents: number;
  /** Those of them that the model could judge; only they stand in `polaritySum`, and only they have a weight. */
  readonly judged: number;
  /** Documents that opened a story; copies open none. */
  readonly stories: number;
  /** Σ weight and Σ weight · P(negative). */
  readonly weight: number;
  readonly negativeWeight: number;
  /** Σ polarity over the documents that were judged, unweighted. */
  readonly polaritySum: number;
}

/** A document that tells a story, with its newest version there. */
export interface StoryOccurrence {
  readonly storyId: string;
  readonly documentId: string;
  readonly version: number;
  readonly publishedAt: number;
  /** Place in `documents.scored` at which it first told the story: who came first. */
  readonly sequence: number;
}

/** A text with which later ones are compared: what `DocumentVersion.storySketch` says of a stored version. */
export interface StoryEntryRow {
  readonly storyId: string;
  readonly publishedAt: number;
  readonly sketch: string;
}

/** Published in [from, to), milliseconds, with a lower sequence than `before`, so that a repeat after a crash finds the same. */
export interface StoryStretch {
  readonly from: number;
  readonly to: number;
  readonly before: number;
}

/** What the monitor needs of the store. Every write is idempotent: repeating it changes nothing. */
export interface MonitorStore {
  findVersions(ids: readonly string[]): Promise<readonly StoredVersion[]>;
  /**
   * Documents that tell one of the stories at the stretch's place in the log (none that has left it or is silent) and lie
   * in the stretch; of each story and six hours of event time the four that came first.
   */
  findStories(storyIds: readonly string[], stretch: StoryStretch): Promise<readonly StoryOccurrence[]>;
  /** Voices of accounts on days, before a place in the log; of each day and series at most three. */
  findAuthorVoices(authorDays: readonly string[], before: number): Promise<readonly AuthorVoice[]>;
  /** The newest `limit` entries of versions with a lower sequence than `before`, in their order, oldest first. */
  findStoryEntries(before: number, limit: number): Promise<readonly StoryEntryRow[]>;
  /** Those of the raw positions that have a receipt which says something else than `dead-letter`. */
  findSettled(positions: readonly LogPosition[]): Promise<readonly LogPosition[]>;
  write(batch: StoreBatch): Promise<void>;
  /** Recomputes the 1 m, 1 h and 1 d windows around the given times from the mentions. */
  rollUp(touched: readonly TouchedWindow[]): Promise<void>;
}

/** A document that may stand as evidence, with the text from which the telling sentence is taken. */
export interface EvidenceRow {
  readonly id: string;
  readonly title: string | null;
  readonly text: string;
  readonly language: string;
  readonly url: string | null;
  readonly source: string;
  /** The pseudonym of who posted it; null for what an outlet says, and where nobody knows. */
  readonly account: string | null;
  readonly certainty?: Certainty;
  /** Expert rules that decided its scores; absent where none did. */
  readonly rules?: readonly AppliedRule[];
  readonly publishedAt: string;
  readonly negative: number;
  readonly weight: number;
  /** Where the series' instrument stands in the text; empty for market and sectors. */
  readonly spans: readonly Span[];
}

/** What detection needs. `to` is exclusive and falls on an hour, or is the present. Only rows with event time in [from, to) count. */
export interface HistoryReader {
  /** All instruments and the market with at least one document in [from, to). */
  activeSeries(from: number, to: number): Promise<readonly SeriesKey[]>;
  hours(
    series: readonly SeriesKey[],
    from: number,
    to: number,
  ): Promise<ReadonlyMap<SeriesKey, readonly HourBucket[]>>;
  /** Independent stories of the window by weight · P(negative), strongest first. */
  evidence(series: SeriesKey, from: number, to: number, limit: number): Promise<readonly EvidenceRow[]>;
  /** Time of the first stored document of the installation, or null. */
  firstDocumentAt(): Promise<number | null>;
}

export interface AlertStore {
  /** Idempotent by (alertId, sequence). Throws ConfigError `not_the_active_monitor` when another process has taken over. */
  appendEvents(events: readonly AlertEvent[]): Promise<void>;
  /** The newest event of every alert that is pending or firing, and of fired or resolved ones not yet mailed. */
  openEvents(): Promise<readonly AlertEvent[]>;
  /** How far the detector has come, milliseconds of event time, or null. */
  readEvaluatedUntil(): Promise<number | null>;
  writeEvaluatedUntil(time: number): Promise<void>;
}

export interface SeriesQuery {
  readonly series: readonly SeriesKey[];
  readonly topic: TopicId | null;
  readonly frequency: Frequency;
  readonly from: number;
  readonly to: number;
  /** Only what was known at this time counts; null for now. */
  readonly asOf: number | null;
  readonly minRelevance: number;
}

/** One window of one series. Without documents it is absent; the API fills nulls and coverage. */
export interface SeriesPoint {
  readonly series: SeriesKey;
  readonly start: number;
  readonly documents: number;
  readonly stories: number;
  /** Mean probabilities and polarity over the documents that the model could judge; null where it could judge none. */
  readonly negative: number | null;
  readonly neutral: number | null;
  readonly positive: number | null;
  readonly polarity: number | null;
}

/** One line of the page's instrument table. */
export interface SeriesSummary {
  readonly series: SeriesKey;
  readonly documents: number;
  readonly stories: number;
  /** Over the documents that the model could judge; null where it could judge none. */
  readonly negative: number | null;
  readonly polarity: number | null;
  /** Mean polarity of the same length of time just before; null without documents that it could judge. */
  readonly previousPolarity: number | null;
  readonly lastDocumentAt: number;
}

export interface DocumentQuery {
  readonly series: SeriesKey;
  readonly topic: TopicId | null;
  readonly from: number;
  readonly to: number;
  readonly asOf: number | null;
  readonly minRelevance: number;
  readonly order: 'newest' | 'most_negative';
  readonly limit: number;
  /** Opaque, from the page before; null for the first. */
  readonly cursor: string | null;
}

/** A document as people see it: the newest version known at the time asked for. */
export interface DocumentView {
  readonly id: string;
  readonly version: number;
  readonly action: RawDocument['action'];
  readonly source: { readonly id: string; readonly kind: string; readonly name: string };
  readonly url: string | null;
  readonly title: string | null;
  readonly text: string;
  readonly language: string;
  readonly author: string | null;
  readonly publishedAt: string;
  readonly precision: string;
  readonly receivedAt: string;
  readonly knownAt: string;
  readonly sentiment: Sentiment;
  readonly topics: readonly TopicScore[];
  readonly mentions: readonly DocumentMention[];
  readonly storyId: string;
  readonly model: ModelVersion;
  /** When that model read it: later than `knownAt` where the document was scored again. */
  readonly scoredAt?: string;
  /** Absent in what release 0.1 stored. */
  readonly certainty?: Certainty;
  /** See `ScoredDocument`; absent in what release 0.1 stored. */
  readonly foreignness?: number;
  readonly flags: readonly string[];
  /** What expert rules changed; absent where the scores are the model's own. */
  readonly ruled?: Ruled;
}

export interface DocumentMention {
  readonly instrument: string;
  readonly name: string;
  readonly relevance: number;
  readonly via: readonly MentionOrigin[];
  /** Why it was linked; absent in what release 0.1 stored. */
  readonly reasons?: readonly LinkReason[];
  readonly negative: number;
  readonly neutral: number;
  readonly positive: number;
  readonly polarity: number;
  readonly confidence: number;
  readonly spans: readonly Span[];
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export const CHANGE_KINDS = ['new', 'late', 'correction', 'retraction', 'rescore'] as const;
/** `late`: published before the first of the two times, known after it. */
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** What became known after `from` and until `to`, both milliseconds. */
export interface DiffQuery {
  readonly series: SeriesKey;
  readonly frequency: Frequency;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly offset: number;
}

interface KnownScore {
  readonly version: number;
  /** Null for a retracted document, and for one that the model could not judge. */
  readonly polarity: number | null;
  readonly model: string;
}

/** One thing that became known, with the document as it was known at both times. */
export interface DocumentChange {
  readonly id: string;
  readonly version: number;
  readonly kind: ChangeKind;
  readonly knownAt: string;
  readonly publishedAt: string | null;
  readonly source: string | null;
  readonly title: string | null;
  readonly before: KnownScore | null;
  readonly after: KnownScore | null;
}

/** A window whose numbers differ; polarity is null without documents. */
export interface DiffWindow {
  readonly start: string;
  readonly end: string;
  readonly documentsBefore: number;
  readonly documentsAfter: number;
  readonly polarityBefore: number | null;
  readonly polarityAfter: number | null;
}

export interface Diff {
  readonly counts: Readonly<Partial<Record<ChangeKind, number>>>;
  /** Oldest first. */
  readonly changes: readonly DocumentChange[];
  readonly nextOffset: number | null;
  /** The first 1,000 of `windowsChanged`. */
  readonly windows: readonly DiffWindow[];
  readonly windowsChanged: number;
}

/** Reads for the API and the page. Every answer holds only what was known at `asOf`. */
export interface QueryStore {
  series(query: SeriesQuery): Promise<readonly SeriesPoint[]>;
  /** Market and instruments with documents in [from, to), most documents first. */
  summaries(from: number, to: number, limit: number): Promise<readonly SeriesSummary[]>;
  documents(query: DocumentQuery): Promise<Page<DocumentView>>;
  document(id: string, asOf: number | null): Promise<DocumentView | null>;
  /** The documents that told a story at the time, earliest first, at most 1,000. */
  storyMembers(storyId: string, asOf: number | null): Promise<readonly StoryMember[]>;
  diff(query: DiffQuery): Promise<Diff>;
  alerts(options: {
    readonly from: number;
    readonly to: number;
    readonly series: SeriesKey | null;
    readonly limit: number;
    /** Absent or null: alerts in any state. */
    readonly state?: AlertState | null;
    /** Only what had happened by this time; absent or null for now. */
    readonly asOf?: number | null;
  }): Promise<readonly Alert[]>;
  alert(
    id: string,
    asOf?: number | null,
  ): Promise<{ readonly alert: Alert; readonly events: readonly AlertEvent[] } | null>;
  /** First and last event time of the documents that were stored and known at `asOf` (now without), and how many there are. */
  extent(
    asOf?: number | null,
  ): Promise<{ readonly from: number; readonly to: number; readonly documents: number } | null>;
}

/** Counts for `reconcile`, all from the store. */
export interface StoreCounts {
  /** Distinct (id, version) in `documents`. */
  readonly stored: number;
  readonly deadLettered: number;
  /** From receipts. */
  readonly duplicates: number;
  readonly dropped: number;
  /** Removed for a person or a licence, or expired; `expired` is the latter alone. */
  readonly erased: number;
  readonly expired: number;
  /** Receipts that say `stored`; equals `stored` when nothing is lost. */
  readonly storedReceipts: number;
  /** Roll-up rows that differ from a recomputation out of mentions; 0 when all is well. */
  readonly rollUpDifferences: number;
}

export interface StoreIdentity {
  readonly world: World;
  readonly schemaVersion: number;
}
