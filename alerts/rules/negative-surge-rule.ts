/** Watches for a surge of negative documents of one series against its own earlier history. All of it is data. */
export interface NegativeSurgeRule {
  readonly id: string;
  /** Part of every alert id: change it with any number below. */
  readonly version: string;
  /** Which series it watches: the market, or every known instrument (never `?TICKER`). */
  readonly series: 'market' | 'instruments';
  /** Trailing window, hours. */
  readonly windowHours: number;
  /** How far back the baseline reads, days before the window, and how fast a day fades (e-folding, days). */
  readonly baselineDays: number;
  readonly fadeDays: number;
  /** Days of the installation's own history before anything is evaluated. */
  readonly minHistoryDays: number;
  /** Documents that were judged, and weighted negative mass, that the window must hold before an alert may begin. */
  readonly minDocuments: number;
  readonly minNegative: number;
  /** What a name without history is expected to bring in a window, and how many days of history that belief is worth. */
  readonly priorNegative: number;
  readonly priorDays: number;
  /** Variance = mean + dispersion · mean². */
  readonly dispersion: number;
  /** How much the negative share counts beside the negative mass (k of the formula). */
  readonly shareWeight: number;
  /** Negative mass above the expected that doubles as one unit of the excess term. */
  readonly excessUnit: number;
  /** Score at which an alert becomes pending, fires, and below which it clears or resolves. */
  readonly pendingAt: number;
  readonly fireAt: number;
  readonly clearAt: number;
  /** Minutes an alert has to be pending before it fires. */
  readonly pendingMinutes: number;
  /** Cool-down: hours a firing alert stays open at least; what surges meanwhile belongs to it. */
  readonly holdHours: number;
  /** Scores from which a firing alert is high or critical; warning below. */
  readonly severity: { readonly high: number; readonly critical: number };
}
