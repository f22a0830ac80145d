import { compareCounts } from './compare-counts.js';

/**
 * What is watched of the documents: what a model is given (`words`: the share of words that the reference did not hold;
 * `domain`: how little of finance it finds in them), and what it answers (`topic`, `label`, `confidence`).
 */
export const DRIFT_MEASURES = ['topic', 'label', 'confidence', 'domain', 'words'] as const;
export type DriftMeasure = (typeof DRIFT_MEASURES)[number];

/** Documents of a day in a bin of a measure. */
export interface DriftCount {
  readonly language: string;
  /** Kind of source. */
  readonly kind: string;
  readonly measure: DriftMeasure;
  /** `2026-03-02`. */
  readonly day: string;
  /** A topic, a label, or the number of a tenth. */
  readonly bin: string;
  readonly documents: number;
}

/** `learning`: the reference is not complete; `few`: the day has too few documents to be judged. */
export type DriftState = 'steady' | 'drifted' | 'learning' | 'few';

export interface DriftFinding {
  readonly language: string;
  readonly kind: string;
  readonly measure: DriftMeasure;
  readonly state: DriftState;
  /** Of the day. */
  readonly documents: number;
  readonly referenceDays: number;
  readonly referenceDocuments: number;
  /** Null where nothing could be compared. */
  readonly psi: number | null;
  readonly pValue: number | null;
  /** The bins whose share has moved most. */
  readonly moved: readonly { readonly bin: string; readonly before: number; readonly after: number }[];
}

/** Days of documents that make a reference, and how few it may have. */
export const REFERENCE_DAYS = 14;
const MIN_REFERENCE_DAYS = 7;
const MIN_REFERENCE_DOCUMENTS = 500;
const MIN_DOCUMENTS = 100;
/** Chance that a day of an installation that has not changed raises an alarm, over all groups and measures together. */
export const FALSE_ALARMS_A_DAY = 0.01;
/** A difference that is sure and smaller than this is told and is no alarm: customary for the index. */
const MIN_PSI = 0.1;
const MOST_MOVED = 3;

/** The days against which a day is held: the first ones that hold documents, before it. */
export function referenceDays(days: readonly string[], day: string): readonly string[] {
  return [...new Set(days)]
    .filter((other) => other < day)
    .sort()
    .slice(0, REFERENCE_DAYS);
}

/**
 * Judges a day in each language, kind of source and measure: an alarm where the difference from the reference is large (0.1) and
 * so unlikely by chance that all looks of the day together raise a false one once in a hundred days.
 */
export function judgeDay(counts: readonly DriftCount[], day: string): readonly DriftFinding[] {
  const groups = new Map<string, DriftCount[]>();
  for (const count of counts) {
    const key = `${count.language} ${count.kind} ${count.measure}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [count]);
    else group.push(count);
  }
  const findings = [...groups.values()].flatMap((group) => compareGroup(group, day) ?? []);
  const judged = findings.filter(({ pValue }) => pValue !== null).length;
  return findings.map((finding) => {
    const { psi, pValue } = finding;
    const drifted = psi !== null && pValue !== null && psi >= MIN_PSI && pValue < FALSE_ALARMS_A_DAY / judged;
    return drifted ? { ...finding, state: 'drifted' } : finding;
  });
}

/** Null for a group that the day does not hold. */
function compareGroup(group: readonly DriftCount[], day: string): DriftFinding | null {
  const [first] = group;
  const today = group.filter((count) => count.day === day);
  const documents = total(today);
  if (first === undefined || documents === 0) return null;
  const days = referenceDays(
    group.map((count) => count.day),
    day,
  );
  const before = group.filter((count) => days.includes(count.day));
  const bins = [...new Set([...before, ...today].map(({ bin }) => bin))].sort();
  const vector = (of: readonly DriftCount[]) =>
    bins.map((bin) => total(of.filter((count) => count.bin === bin)));
  const { language, kind, measure } = first;
  const referenceDocuments = total(before);
  const learning = days.length < MIN_REFERENCE_DAYS || referenceDocuments < MIN_REFERENCE_DOCUMENTS;
  const state = learning ? 'learning' : documents < MIN_DOCUMENTS ? 'few' : 'steady';
  const comparison =
    state === 'steady'
      ? compareCounts(
          days.map((one) => vector(before.filter((count) => count.day === one))),
          vector(today),
        )
      : null;
  return {
    ...{ language, kind, measure, documents, referenceDays: days.length, referenceDocuments },
    state: state === 'steady' && comparison === null ? 'few' : state,
    psi: comparison?.psi ?? null,
    pValue: comparison?.pValue ?? null,
    moved: comparison === null ? [] : furthest(bins, vector(before), vector(today)),
  };
}

function furthest(
  bins: readonly string[],
  before: readonly number[],
  after: readonly number[],
): DriftFinding['moved'] {
  const share = (counts: readonly number[], at: number) =>
    (counts[at] ?? 0) / counts.reduce((sum, count) => sum + count, 0);
  return bins
    .map((bin, at) => ({ bin, before: share(before, at), after: share(after, at) }))
    .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before))
    .slice(0, MOST_MOVED);
}

function total(counts: readonly DriftCount[]): number {
  return counts.reduce((sum, { documents }) => sum + documents, 0);
}
