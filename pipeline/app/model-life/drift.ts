import {
  DRIFT_MEASURES,
  judgeDay,
  referenceDays,
  type DriftCount,
  type DriftFinding,
} from '../../../models/drift/judge-day.js';
import type { Clock } from '../../core/clock.js';
import { BellwetherError } from '../../core/errors.js';
import type { ModelVersion } from '../../core/scored.js';
import type { Store } from '../../storage/open-store.js';
import type { DriftRow } from '../../storage/queries/drift-counts.js';
import type { Logger } from '../../telemetry/logger.js';
import type { Metrics } from '../../telemetry/metrics.js';
import { createRepeatingFailure, type RepeatingFailure } from '../../telemetry/repeating-failure.js';

export type DriftStore = Pick<Store, 'driftCounts' | 'unknownWords'>;

/** What a day looked like beside the first days of the model. */
export interface DriftReport {
  readonly model: Pick<ModelVersion, 'name' | 'version'>;
  readonly day: string;
  readonly findings: readonly DriftFinding[];
}

const DAY_MS = 86_400_000;
/** The reference is the first days of the model within these: what is read does not grow with the history. */
const LOOK_BACK_DAYS = 90;
/** Groups whose words are read: those with most documents. */
const MOST_GROUPS = 6;

export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Compares a day (its midnight in UTC, milliseconds) with the first two weeks of the model in the ninety days before. */
export async function measureDrift(
  store: DriftStore,
  model: ModelVersion,
  midnight: number,
): Promise<DriftReport> {
  const day = dayOf(midnight);
  const range = { model, from: midnight - LOOK_BACK_DAYS * DAY_MS, to: midnight + DAY_MS };
  const answered = (await store.driftCounts(range)).flatMap(toCount);
  const words: DriftCount[] = [];
  for (const { language, kind, days } of largestGroups(answered, day)) {
    // Words are learnt on the first half of the reference, so that the second half knows what it is not to know some.
    const half = Math.ceil(days.length / 2);
    const [known, rest] = [days.slice(0, half), days.slice(half)];
    if (rest.length === 0) continue;
    const rows = await store.unknownWords({ ...range, language, kind, known, counted: [...rest, day] });
    words.push(...rows.flatMap(toCount));
  }
  const { name, version } = model;
  return { model: { name, version }, day, findings: judgeDay([...answered, ...words], day) };
}

/** The store knows the measures by name only. */
function toCount({ measure, ...count }: DriftRow): readonly DriftCount[] {
  const known = DRIFT_MEASURES.find((name) => name === measure);
  return known === undefined ? [] : [{ ...count, measure: known }];
}

function largestGroups(counts: readonly DriftCount[], day: string) {
  const groups = new Map<string, { language: string; kind: string; days: string[]; today: number }>();
  for (const { language, kind, measure, day: of, documents } of counts) {
    if (measure !== 'label' || language === 'other') continue;
    const key = `${language} ${kind}`;
    const group = groups.get(key) ?? { language, kind, days: [], today: 0 };
    groups.set(key, group);
    group.days.push(of);
    if (of === day) group.today += documents;
  }
  return [...groups.values()]
    .filter(({ today }) => today > 0)
    .sort((a, b) => b.today - a.today)
    .slice(0, MOST_GROUPS)
    .map(({ language, kind, days }) => ({ language, kind, days: referenceDays(days, day) }));
}

export interface DriftWatchOptions {
  readonly store: DriftStore;
  readonly model: () => ModelVersion;
  /** Whether this process looks now: of several monitors one does. */
  readonly active: () => boolean;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'drift'>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** After the start, so that it does not compete with it; then every hour, because yesterday still gets late documents. */
const FIRST_LOOK_MS = 60_000;
const EVERY_MS = 3_600_000;
/** News makes single days differ; what differs so many days in a row is another world. */
const LASTING_DAYS = 3;

/**
 * Looks at the last whole days every hour and shows them as metrics; what drifts three days in a row is an alarm, and logged
 * once a day. A process that is no longer active forgets what it had shown. Ends with the signal.
 */
export async function watchDrift(options: DriftWatchOptions): Promise<void> {
  const { active, clock, metrics, logger, signal } = options;
  const failure = createRepeatingFailure({ sentence: 'Drift cannot be measured for now.', logger, clock });
  let told = '';
  await clock.sleep(FIRST_LOOK_MS, signal);
  while (!signal.aborted) {
    if (active()) told = await lookForDrift(options, failure, told);
    else metrics.drift([]);
    await clock.sleep(EVERY_MS, signal);
  }
}

/** Answers with what is told now, so that it is logged once. */
async function lookForDrift(
  { store, model, clock, metrics, logger }: DriftWatchOptions,
  failure: RepeatingFailure,
  told: string,
): Promise<string> {
  const yesterday = Math.floor(clock.now() / DAY_MS) * DAY_MS - DAY_MS;
  const report = await lastingDrift(store, model(), yesterday).catch((error: unknown) => {
    // A store that is away, or too slow for it, is asked at the next look: nothing else depends on it.
    if (!(error instanceof BellwetherError)) throw error;
    failure.failed(error);
    return null;
  });
  if (report === null) return told;
  failure.succeeded();
  metrics.drift(toSamples(report));
  const drifted = driftedIn(report);
  const news = JSON.stringify([report.day, drifted]);
  if (drifted.length > 0 && news !== told)
    logger.warn('Documents are not what they were when the model began; its figures may not hold.', {
      day: report.day,
      model: report.model,
      drifted,
    });
  return news;
}

/** The findings of a day; what did not drift on the days before as well counts as steady. */
async function lastingDrift(store: DriftStore, model: ModelVersion, day: number): Promise<DriftReport> {
  const report = await measureDrift(store, model, day);
  let lasting = driftedIn(report);
  for (let ago = 1; ago < LASTING_DAYS && lasting.length > 0; ago += 1) {
    const before = driftedIn(await measureDrift(store, model, day - ago * DAY_MS));
    lasting = lasting.filter((name) => before.includes(name));
  }
  const findings = report.findings.map((finding): DriftFinding =>
    finding.state === 'drifted' && !lasting.includes(nameOf(finding))
      ? { ...finding, state: 'steady' }
      : finding,
  );
  return { ...report, findings };
}

function driftedIn({ findings }: DriftReport): readonly string[] {
  return findings.filter(({ state }) => state === 'drifted').map(nameOf);
}

function toSamples({ findings }: DriftReport) {
  return findings.flatMap(({ language, kind, measure, psi, state }) =>
    psi === null ? [] : [{ language, kind, measure, psi, drifted: state === 'drifted' }],
  );
}

function nameOf({ language, kind, measure }: DriftFinding): string {
  return `${language} ${kind} ${measure}`;
}
