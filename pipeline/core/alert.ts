import type { AppliedRule, Certainty, ModelVersion } from './scored.js';
import type { SeriesKey, SeriesKind } from './series.js';

export const ALERT_STATES = ['pending', 'firing', 'resolved'] as const;
export type AlertState = (typeof ALERT_STATES)[number];
export const SEVERITIES = ['warning', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One document behind an alert, strongest contribution first. */
export interface EvidenceDocument {
  readonly id: string;
  readonly title: string;
  /** The sentence that carried the score, cut at 400 characters. */
  readonly sentence: string;
  /** What spoke most for bad news in its text, the strongest first, five at most; absent where nothing did. */
  readonly words?: readonly string[];
  readonly url: string | null;
  readonly source: string;
  /** Absent in alerts of release 0.1. */
  readonly certainty?: Certainty;
  /** Expert rules that decided its scores; absent where none did. */
  readonly rules?: readonly AppliedRule[];
  readonly publishedAt: string;
  readonly negative: number;
  /** How much of `count` this document makes up. */
  readonly weight: number;
}

/** The arithmetic of one evaluation, kept with the alert so that it can be checked by hand. */
export interface Evaluation {
  readonly at: string;
  /** Length of the trailing window, hours. */
  readonly windowHours: number;
  /** Documents in the window and independent stories among them. */
  readonly documents: number;
  /** Documents that the model could judge: thresholds and means are over these. Absent in alerts of release 0.1, which counted all. */
  readonly judged?: number;
  readonly stories: number;
  /** Weighted negative mass in the window, and what the series' own earlier history made us expect. */
  readonly count: number;
  readonly expected: number;
  /** Standard deviations above the expected, on the rule's scale. */
  readonly score: number;
  readonly threshold: number;
  /** Mean polarity of the window; null where no document was judged. */
  readonly polarity: number | null;
  readonly historyDays: number;
}

/**
 * A condition of one series under one rule; its life is pending → firing → resolved (or pending → gone).
 * `id` is derived from rule, rule version, series and the time it began, so that a re-evaluation yields the same alert.
 */
export interface Alert {
  readonly id: string;
  readonly rule: { readonly id: string; readonly version: string };
  readonly series: {
    readonly key: SeriesKey;
    readonly kind: SeriesKind;
    readonly id: string;
    readonly name: string;
  };
  readonly state: AlertState;
  readonly severity: Severity;
  readonly startedAt: string;
  readonly firedAt: string | null;
  readonly resolvedAt: string | null;
  /** The evaluation that fired it, or the newest one while pending. */
  readonly evaluation: Evaluation;
  /** The strongest five when it fired. */
  readonly documents: readonly EvidenceDocument[];
  readonly model: ModelVersion;
}

export const ALERT_EVENT_TYPES = ['pending', 'cleared', 'firing', 'resolved', 'mailed'] as const;
export type AlertEventType = (typeof ALERT_EVENT_TYPES)[number];

/** Append-only: the current alert is its event with the highest `sequence`. Equal (alertId, sequence) means the same event. */
export interface AlertEvent {
  readonly alertId: string;
  readonly sequence: number;
  readonly type: AlertEventType;
  readonly at: string;
  readonly alert: Alert;
  /** For `mailed`: the Message-ID; otherwise null. */
  readonly messageId: string | null;
}
