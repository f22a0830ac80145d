import type { FastifyPluginAsync } from 'fastify';

import type { Clock } from '../../pipeline/core/clock.js';
import type { World } from '../../pipeline/core/document.js';
import type { Reason } from '../../pipeline/core/errors.js';
import type { Label, LabelTask } from '../../pipeline/core/label.js';
import type { ModelVersion, Span } from '../../pipeline/core/scored.js';
import type { QueryStore } from '../../pipeline/core/store.js';
import type { StoryFacts, StoryMember } from '../../pipeline/core/story.js';
import type { SectorId } from '../../pipeline/core/taxonomy.js';
import type { Logger } from '../../pipeline/telemetry/logger.js';
import type { LiveHub } from './live-hub.js';
import type {
  RequestRefusal,
  UnansweredCounts,
  WireDispute,
  WireExplanation,
  WireLabelProgress,
} from './wire.js';

/** What people see of an instrument. */
export interface InstrumentInfo {
  readonly id: string;
  readonly name: string;
  readonly nameZh: string | null;
  readonly sector: SectorId | null;
}

/** `unknown` carries ids that are spelled alike, `ambiguous` the ids among which the caller must choose. */
export type Resolution =
  | { readonly kind: 'known'; readonly id: string }
  | { readonly kind: 'unknown'; readonly suggestions: readonly string[] }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly string[] };

export interface InstrumentDirectory {
  /** Takes `TICKER.MIC` or a bare ticker as it was listed at `at` (milliseconds). Never throws. */
  resolve(idOrTicker: string, at: number): Resolution;
  /** Null for an id that is not in the list (`?TICKER` among them). */
  describe(id: string): InstrumentInfo | null;
  /** Instruments whose id, ticker or any name holds the text, best first. */
  search(text: string, limit: number): readonly InstrumentInfo[];
}

export interface MailSummary {
  readonly id: string;
  readonly subject: string;
  readonly to: readonly string[];
  /** ISO 8601 UTC. */
  readonly date: string;
  readonly alertId: string | null;
}

export interface Mail extends MailSummary {
  readonly html: string;
  readonly text: string;
}

export interface MailReader {
  /** Newest first. */
  list(limit: number): Promise<readonly MailSummary[]>;
  read(id: string): Promise<Mail | null>;
}

/** Figures of ours alone, nothing of what was sent. */
export interface RefusedRequests {
  readonly counts: Readonly<Record<RequestRefusal, number>>;
  readonly last: RequestRefusal;
  /** Milliseconds. */
  readonly at: number;
}

export interface SourceStatus {
  readonly id: string;
  /** As people see it. */
  readonly name: string;
  /** Terms of use, where the configuration says them. */
  readonly licence: string | null;
  readonly state: 'starting' | 'ok' | 'degraded' | 'stopped' | 'finished';
  /** One sentence for people when something is wrong, else null. */
  readonly reason: string | null;
  /** The same for words in any language; null with `reason`. */
  readonly cause: Omit<Reason, 'message'> | null;
  /** Milliseconds; null before the first delivery. */
  readonly lastDeliveryAt: number | null;
  /** Milliseconds when it was heard of last, with documents or without; null before. */
  readonly lastContactAt: number | null;
  /** Milliseconds from which on the figures count; null where nobody says. */
  readonly countedSince: number | null;
  readonly delivered: number;
  readonly rejected: number;
  /** Requests of senders that were not signed as they should be; null when there were none. */
  readonly refused: RefusedRequests | null;
}

export interface ServiceStatus {
  readonly world: World;
  /** Milliseconds; the virtual time in a replay world. */
  readonly now: number;
  /** Event time up to which no more documents are expected; null before the first document. */
  readonly watermark: number | null;
  /**
   * Up to this time the history is final: an answer as of it or earlier never changes. Null while nothing can be said.
   * Absent in a replay world, where history was known in its own time.
   */
  readonly settledUntil?: number | null;
  /** Event time of the newest stored document; null before the first. */
  readonly newestDocumentAt: number | null;
  readonly model: ModelVersion | null;
  readonly sources: readonly SourceStatus[];
  readonly version: string;
  /** Accepted and not yet queryable. */
  readonly lagDocuments: number;
  /** Stored documents for which the model gave no answer; null in a process that does not know. Absent: nobody asked. */
  readonly unanswered?: UnansweredCounts | null;
}

export interface Health {
  readonly ready: boolean;
  /** Why not ready, one sentence each. */
  readonly reasons: readonly string[];
  /** Of several monitors one is active; null in a process without that role. Absent: nobody asked. */
  readonly monitor?: 'active' | 'standby' | null;
  /** What the log lost before it was read; nothing makes it good, so it takes no readiness away. */
  readonly gaps?: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly from: number;
    readonly to: number;
    readonly messages: number;
    readonly at: string;
  }[];
}

/**
 * Picks the sentence of a text that carries its score, near the spans when there are any.
 * Spans and answer count UTF-16 units of `documentText(document)`.
 */
export type FindTellingSentence = (input: {
  readonly text: string;
  readonly language: string;
  readonly spans: readonly Span[];
}) => Promise<Span | null>;

/** What carried the score of a text; spans count UTF-16 units of the text as given. Null when the model gives no answer. */
export type ExplainText = (input: {
  readonly text: string;
  /** Null to detect it. */
  readonly language: string | null;
}) => Promise<WireExplanation | null>;

/** How a story spread, as said beside one of its documents; null without members. */
export type DescribeStory = (
  document: { readonly id: string; readonly publishedAt: number },
  members: readonly StoryMember[],
) => StoryFacts | null;

/** One thing that somebody says on the page; a null version is the newest. */
export interface SaidLabel extends Pick<Label, 'documentId' | 'instrument' | 'value' | 'author'> {
  readonly version: number | null;
  readonly origin: 'label' | 'verdict' | 'adjudication';
}

/** Where labels are kept. Every call rejects with a BellwetherError where this process is not the one that stores. */
export interface LabelDesk {
  /** Texts for this person, most worth first, second looks among them; `onlySeconds`: only those. */
  queue(request: {
    readonly labeller: string;
    readonly language: 'en' | 'zh' | null;
    readonly size: number;
    readonly onlySeconds: boolean;
  }): Promise<readonly LabelTask[]>;
  /** Durable when it resolves, with how many were kept. */
  add(labels: readonly SaidLabel[]): Promise<number>;
  progress(labeller: string): Promise<WireLabelProgress>;
  /** The oldest first. */
  disputes(limit: number): Promise<readonly WireDispute[]>;
}

/** What every HTTP server of ours needs. */
export interface HealthServerDeps {
  readonly health: () => Health;
  readonly status: () => ServiceStatus;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** The address the server will listen on; on loopback only loopback names are accepted as Host. */
  readonly host: string;
  /** Host names accepted besides, lower case, without port. */
  readonly allowedHosts?: readonly string[];
  /** Mounted as it is, outside the read limits of the API. */
  readonly ingestRoutes?: FastifyPluginAsync;
}

/** What page and API need besides; built once in `pipeline/app`. */
export interface ServerDeps extends HealthServerDeps {
  readonly queries: QueryStore;
  readonly instruments: InstrumentDirectory;
  readonly mails: MailReader;
  readonly live: LiveHub;
  readonly findTellingSentence: FindTellingSentence;
  readonly explain: ExplainText;
  readonly describeStory: DescribeStory;
  readonly labels: LabelDesk;
  /** Whether a caller with this `Authorization` header may write; what the webhook asks for, too. */
  readonly mayWrite: (authorization: string | undefined) => boolean;
  readonly clock: Clock;
  /** Folder of the built page (`dist/web`). */
  readonly webRoot: string;
  /** Milliseconds between two status events on the stream; default 5,000. */
  readonly heartbeatMs?: number;
}
