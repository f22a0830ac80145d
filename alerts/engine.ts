import { createHash } from 'node:crypto';
import type { Alert, AlertEvent, EvidenceDocument, Evaluation } from '../pipeline/core/alert.js';
import type { ModelVersion } from '../pipeline/core/scored.js';
import { MARKET_SERIES, seriesKind, type SeriesKey } from '../pipeline/core/series.js';
import type { AlertStore, EvidenceRow, HistoryReader } from '../pipeline/core/store.js';
import { isDrivenByFew } from './driven-by-few.js';
import { decideTransitions, severityOf, type Transition } from './rule-state.js';
import { sumHours } from './rules/baseline.js';
import {
  baselineStartAt,
  evaluateNegativeSurge,
  marketSideOf,
  windowStartAt,
} from './rules/evaluate-negative-surge.js';
import type { NegativeSurgeRule } from './rules/negative-surge-rule.js';

const HOUR_MS = 3_600_000;
/** The installation counts as silent when nothing that could be judged was published for this long. */
const SILENCE_MS = 6 * HOUR_MS;
const EVIDENCE_DOCUMENTS = 5;
/** So many documents decide whether two names share one story. */
const COMPARED_DOCUMENTS = 40;
const MAX_SENTENCE_CHARS = 400;

/** What of a row tells the bad news: its sentence, and the words that carried the score, the strongest first. */
export type TellEvidence = (
  row: EvidenceRow,
) => Promise<{ readonly sentence: string; readonly words: readonly string[] }>;

export interface AlertEngineDeps {
  readonly rules: readonly NegativeSurgeRule[];
  readonly history: HistoryReader;
  readonly store: AlertStore;
  readonly describeSeries: (key: SeriesKey) => Omit<Alert['series'], 'key'>;
  readonly tellEvidence: TellEvidence;
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
    // Whatever the version: with other numbers the same rule ends what it began, and does not begin it a second time.
    if (alert.rule.id === rule.id && alert.state !== 'resolved') open.set(alert.series.key, event);
  }
  const candidates = await findCandidates(deps.history, rule, tick.now, open);
  if (candidates.length === 0) return [];
  const from = baselineStartAt(rule, tick.now);
  const windowFrom = windowStartAt(rule, tick.now);
  const hours = await deps.history.hours([...new Set([MARKET_SERIES, ...candidates])], from, tick.now);
  const market = hours.get(MARKET_SERIES) ?? [];
  const silent = sumHours(market, tick.now - SILENCE_MS, tick.now).judged === 0;
  const { now, firstDocumentAt } = tick;
  const side = marketSideOf({ market, rule, now, firstDocumentAt });
  const evaluated = candidates.flatMap((series) => {
    const input = { hours: hours.get(series) ?? [], market, rule, now, firstDocumentAt };
    const evaluation = evaluateNegativeSurge(input, side);
    return evaluation === null ? [] : [{ series, evaluation }];
  });
  // The strongest first: it is the one that is told when several rest on the same documents.
  evaluated.sort((a, b) => b.evaluation.score - a.evaluation.score || (a.series < b.series ? -1 : 1));
  const told = new Set([...open.values()].filter((event) => firedSince(event, windowFrom)).map(seriesOf));
  const evidence = createEvidence(deps.history, rule, tick.now);
  const events: AlertEvent[] = [];
  for (const { series, evaluation } of evaluated) {
    const last = open.get(series) ?? null;
    const transitions = decideTransitions({ open: last?.alert ?? null, evaluation, rule, now, silent });
    events.push(
      ...(await recordTransitions(deps, { rule, series, evaluation, last, transitions, told, evidence })),
    );
  }
  return events;
}

function firedSince(event: AlertEvent, time: number): boolean {
  return event.alert.firedAt !== null && Date.parse(event.alert.firedAt) >= time;
}

function seriesOf(event: AlertEvent): SeriesKey {
  return event.alert.series.key;
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
    return sums.judged >= rule.minDocuments && sums.negativeWeight >= rule.minNegative;
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
    readonly told: Set<SeriesKey>;
    readonly evidence: Evidence;
  },
): Promise<readonly AlertEvent[]> {
  const { rule, series, evaluation, last, transitions, told, evidence } = input;
  let alert = last?.alert ?? beginAlert(deps, rule, series, evaluation);
  let sequence = last?.sequence ?? -1;
  const events: AlertEvent[] = [];
  for (const type of transitions) {
    const rows = type === 'firing' ? await evidence(series) : [];
    if (
      type === 'firing' &&
      (isDrivenByFew(rows, rule.minNegative) || (await isToldAlready(evidence, series, told)))
    )
      break;
    const documents = await toEvidenceDocuments(rows, deps.tellEvidence);
    alert = applyTransition(alert, type, { rule, evaluation, documents });
    if (type === 'firing') told.add(series);
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

/** The strongest documents of each series in the window of this tick; each series is read once. */
type Evidence = (series: SeriesKey) => Promise<readonly EvidenceRow[]>;

function createEvidence(history: HistoryReader, rule: NegativeSurgeRule, now: number): Evidence {
  const read = new Map<SeriesKey, Promise<readonly EvidenceRow[]>>();
  return (series) => {
    const known =
      read.get(series) ?? history.evidence(series, windowStartAt(rule, now), now, COMPARED_DOCUMENTS);
    read.set(series, known);
    return known;
  };
}

/**
 * Whether half of what speaks for the series is what speaks for another that was just told: one story about several names is
 * one mail. Its alert then stays pending until it has grounds of its own.
 */
async function isToldAlready(
  evidence: Evidence,
  series: SeriesKey,
  told: ReadonlySet<SeriesKey>,
): Promise<boolean> {
  const own = await evidence(series);
  for (const other of told) {
    const ids = new Set((await evidence(other)).map((row) => row.id));
    const shared = own.filter((row) => ids.has(row.id)).length;
    if (own.length > 0 && shared * 2 >= own.length) return true;
  }
  return false;
}

async function toEvidenceDocuments(
  rows: readonly EvidenceRow[],
  tellEvidence: TellEvidence,
): Promise<readonly EvidenceDocument[]> {
  const strongest = rows.slice(0, EVIDENCE_DOCUMENTS);
  const told = await Promise.all(strongest.map(tellEvidence));
  return strongest.map((row, index) => {
    const { sentence: whole, words } = told[index] ?? { sentence: row.text, words: [] };
    const sentence = cutText(whole, MAX_SENTENCE_CHARS);
    return {
      id: row.id,
      title: row.title ?? sentence,
      sentence,
      ...(words.length === 0 ? {} : { words }),
      url: row.url,
      source: row.source,
      ...(row.certainty === undefined ? {} : { certainty: row.certainty }),
      ...(row.rules === undefined ? {} : { rules: row.rules }),
      publishedAt: row.publishedAt,
      negative: row.negative,
      weight: row.weight * row.negative,
    };
  });
}

function cutText(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1).toWellFormed()}…`;
}
