import { createHash } from 'node:crypto';
import type { Alert, AlertEvent, EvidenceDocument, Evaluation } from '../pipeline/core/alert.js';
import type { ModelVersion } from '../pipeline/core/scored.js';
import { MARKET_SERIES, seriesKind, type SeriesKey } from '../pipeline/core/series.js';
import type { AlertStore, EvidenceRow, HistoryReader } from '../pipeline/core/store.js';
import { decideTransitions, severityOf, type Transition } from './rule-state.js';
import { sumHours } from './rules/baseline.js';
import { baselineStartAt, evaluateNegativeSurge, windowStartAt } from './rules/evaluate-negative-surge.js';
import type { NegativeSurgeRule } from './rules/negative-surge-rule.js';

const HOUR_MS = 3_600_000;
/** The installation counts as silent when nothing at all was published for this long. */
const SILENCE_MS = 6 * HOUR_MS;
const EVIDENCE_DOCUMENTS = 5;
const MAX_SENTENCE_CHARS = 400;

export interface AlertEngineDeps {
  readonly rules: readonly NegativeSurgeRule[];
  readonly history: HistoryReader;
  readonly store: AlertStore;
  readonly describeSeries: (key: SeriesKey) => Omit<Alert['series'], 'key'>;
  /** The sentence of the row that tells the bad news. */
  readonly pickSentence: (row: EvidenceRow) => string;
  readonly model: () => ModelVersion;
}

export interface AlertEngine {
  /**
   * Evaluates every rule as of `now` (milliseconds of event time) and records what changed; resolves with the new events,
   * already stored. A time at or before the last evaluation changes nothing.
   */
  evaluateAt(now: number): Promise<readonly AlertEvent[]>;
}

/** What one tick knows beside the stored rows. */
interface Tick {
  readonly now: number;
  readonly firstDocumentAt: number;
  readonly open: readonly AlertEvent[];
}

/**
 * Creates the detector: history in, alert events out.
 *
 * It keeps nothing between two calls: what it answers depends on the stored rows, the rules and `now` alone, so a restart
 * at any moment continues as if nothing had happened, and repeating a call yields the same alert ids. Calls, and the
 * delivery of mails, must follow one another: both append to the same events.
 * Cost of a call: two reads of the trailing window, and of the 28 days before only for series whose window could begin an
 * alert or that have one open.
 */
export function createAlertEngine(deps: AlertEngineDeps): AlertEngine {
  return {
    async evaluateAt(now) {
      const until = await deps.store.readEvaluatedUntil();
      const firstDocumentAt = await deps.history.firstDocumentAt();
      if (firstDocumentAt === null || (until !== null && now <= until)) return [];
      const tick: Tick = { now, firstDocumentAt, open: await deps.store.openEvents() };
      const events: AlertEvent[] = [];
      for (const rule of deps.rules) events.push(...(await evaluateRule(deps, rule, tick)));
      if (events.length > 0) await deps.store.appendEvents(events);
      await deps.store.writeEvaluatedUntil(now);
      return events;
    },
  };
}

async function evaluateRule(
  deps: AlertEngineDeps,
  rule: NegativeSurgeRule,
  tick: Tick,
): Promise<readonly AlertEvent[]> {
  const open = new Map<SeriesKey, AlertEvent>();
  for (const event of tick.open) {
    const { alert } = event;
    const same = alert.rule.id === rule.id && alert.rule.version === rule.version;
    if (same && alert.state !== 'resolved') open.set(alert.series.key, event);
  }
  const candidates = await findCandidates(deps.history, rule, tick.now, open);
  if (candidates.length === 0) return [];
  const from = baselineStartAt(rule, tick.now);
  const hours = await deps.history.hours([...new Set([MARKET_SERIES, ...candidates])], from, tick.now);
  const market = hours.get(MARKET_SERIES) ?? [];
  const silent = sumHours(market, tick.now - SILENCE_MS, tick.now).documents === 0;
  const events: AlertEvent[] = [];
  for (const series of candidates) {
    const evaluation = evaluateNegativeSurge({
      hours: hours.get(series) ?? [],
      market,
      rule,
      now: tick.now,
      firstDocumentAt: tick.firstDocumentAt,
    });
    if (evaluation === null) continue;
    const last = open.get(series) ?? null;
    const transitions = decideTransitions({
      open: last?.alert ?? null,
      evaluation,
      rule,
      now: tick.now,
      silent,
    });
    events.push(...(await recordTransitions(deps, { rule, series, evaluation, last, transitions })));
  }
  return events;
}

/** Series that may begin an alert now, judged by the window alone, and those that have one open. In a fixed order. */
async function findCandidates(
  history: HistoryReader,
  rule: NegativeSurgeRule,
  now: number,
  open: ReadonlyMap<SeriesKey, AlertEvent>,
): Promise<readonly SeriesKey[]> {
  const from = windowStartAt(rule, now);
  const active = (await history.activeSeries(from, now)).filter((series) => isWatched(series, rule));
  const windows = await history.hours(active, from, now);
  const loud = active.filter((series) => {
    const sums = sumHours(windows.get(series) ?? [], from, now);
    return sums.documents >= rule.minDocuments && sums.negativeWeight >= rule.minNegative;
  });
  return [...new Set([...loud, ...open.keys()])].sort();
}

function isWatched(series: SeriesKey, rule: NegativeSurgeRule): boolean {
  if (rule.series === 'market') return series === MARKET_SERIES;
  // A ticker nobody knows is counted and shown, but never alerted on alone.
  return seriesKind(series) === 'instrument' && !series.startsWith('?');
}

async function recordTransitions(
  deps: AlertEngineDeps,
  input: {
    readonly rule: NegativeSurgeRule;
    readonly series: SeriesKey;
    readonly evaluation: Evaluation;
    readonly last: AlertEvent | null;
    readonly transitions: readonly Transition[];
  },
): Promise<readonly AlertEvent[]> {
  const { rule, series, evaluation, last, transitions } = input;
  let alert = last?.alert ?? beginAlert(deps, rule, series, evaluation);
  let sequence = last?.sequence ?? -1;
  const events: AlertEvent[] = [];
  for (const type of transitions) {
    const documents = type === 'firing' ? await collectEvidence(deps, rule, series, evaluation) : [];
    alert = applyTransition(alert, type, { rule, evaluation, documents });
    sequence += 1;
    events.push({ alertId: alert.id, sequence, type, at: evaluation.at, alert, messageId: null });
  }
  return events;
}

function beginAlert(
  deps: AlertEngineDeps,
  rule: NegativeSurgeRule,
  series: SeriesKey,
  evaluation: Evaluation,
): Alert {
  const identity = [rule.id, rule.version, series, evaluation.at].join('\n');
  return {
    id: createHash('sha256').update(identity).digest('hex').slice(0, 32),
    rule: { id: rule.id, version: rule.version },
    series: { key: series, ...deps.describeSeries(series) },
    state: 'pending',
    severity: severityOf(evaluation.score, rule),
    startedAt: evaluation.at,
    firedAt: null,
    resolvedAt: null,
    evaluation,
    documents: [],
    model: deps.model(),
  };
}

function applyTransition(
  alert: Alert,
  type: Transition,
  fired: {
    readonly rule: NegativeSurgeRule;
    readonly evaluation: Evaluation;
    readonly documents: readonly EvidenceDocument[];
  },
): Alert {
  const { rule, evaluation, documents } = fired;
  switch (type) {
    case 'pending':
      return alert;
    case 'cleared':
      return { ...alert, evaluation };
    case 'firing':
      return {
        ...alert,
        state: 'firing',
        severity: severityOf(evaluation.score, rule),
        firedAt: evaluation.at,
        evaluation,
        documents,
      };
    case 'resolved':
      // The evaluation and the documents stay those that fired it: they are what the alert is about.
      return { ...alert, state: 'resolved', resolvedAt: evaluation.at };
  }
}

async function collectEvidence(
  deps: AlertEngineDeps,
  rule: NegativeSurgeRule,
  series: SeriesKey,
  evaluation: Evaluation,
): Promise<readonly EvidenceDocument[]> {
  const now = Date.parse(evaluation.at);
  const rows = await deps.history.evidence(series, windowStartAt(rule, now), now, EVIDENCE_DOCUMENTS);
  return rows.map((row) => {
    const sentence = cutText(deps.pickSentence(row), MAX_SENTENCE_CHARS);
    return {
      id: row.id,
      title: row.title ?? sentence,
      sentence,
      url: row.url,
      source: row.source,
      publishedAt: row.publishedAt,
      negative: row.negative,
      weight: row.weight * row.negative,
    };
  });
}

function cutText(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1).toWellFormed()}…`;
}
