import { createAlertEngine } from '../../../alerts/engine.js';
import { dueEvaluations } from '../../../alerts/evaluation-grid.js';
import { compareAlerts, type AlertChanges } from '../../../alerts/rehearsal/compare-alerts.js';
import { createMemoryStore, type MemoryStore } from '../../../alerts/rehearsal/memory-store.js';
import { rehearsalReport, type RehearsedAlert } from '../../../alerts/rehearsal/rehearse.js';
import type { NegativeSurgeRule } from '../../../alerts/rules/negative-surge-rule.js';
import { ChangeTable, type LabelChange } from '../../../models/evaluation/change/label-changes.js';
import { StepTable, type SeriesStep } from '../../../models/evaluation/change/series-steps.js';
import type { Classifier } from '../../core/model.js';
import { isJudged, UNANSWERED, type ModelVersion, type ScoredDocument } from '../../core/scored.js';
import { seriesKind } from '../../core/series.js';
import type { DocumentVersion, SeriesContribution } from '../../core/store.js';
import { scoreSentiment } from '../../operators/score-sentiment.js';
import type { CountedDocument } from '../../storage/queries/counted-documents.js';
import { describeSeries } from '../instrument-directory.js';
import { toLinked } from '../rescore.js';
import type { Understanding } from '../understanding.js';

export interface ImpactPeriod {
  /** Milliseconds, [from, to): what fires, and what is counted. */
  readonly from: number;
  readonly to: number;
}

export interface ImpactOptions {
  /** What counts from `impactHistoryFrom` on until the end of the period, oldest first. */
  readonly pages: AsyncIterable<readonly CountedDocument[]>;
  readonly period: ImpactPeriod;
  readonly served: Classifier;
  readonly candidate: Classifier;
  readonly understanding: Pick<Understanding, 'splitSentences' | 'rules' | 'foreign' | 'weigh' | 'linker'>;
  readonly rules: readonly NegativeSurgeRule[];
  readonly onProgress: (documents: number) => void;
}

/** A document that the two models call differently. */
export interface ChangedDocument {
  readonly id: string;
  readonly title: string;
  readonly language: string;
  readonly before: { readonly label: string; readonly polarity: number };
  readonly after: { readonly label: string; readonly polarity: number };
}

/** What would have been different had the candidate served. */
export interface ImpactSheet {
  readonly from: string;
  readonly to: string;
  readonly served: ModelVersion;
  readonly candidate: ModelVersion;
  /** In the period; the history before it is read besides. */
  readonly documents: number;
  /** Those of them that one model or the other could not judge: no label, no mean and no example is of them, on neither side. */
  readonly unread: UnreadDocuments;
  readonly alerts: AlertChanges;
  readonly series: readonly (SeriesStep & { readonly name: string })[];
  readonly slices: readonly LabelChange[];
  /** Those whose polarity moves furthest. */
  readonly examples: readonly ChangedDocument[];
}

export interface UnreadDocuments {
  readonly served: number;
  readonly candidate: number;
  /** By one of the two or by both. */
  readonly either: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Alerts that are open when the period begins are under way then, as they would have been. */
const RUN_IN_MS = 7 * DAY_MS;
/** Documents that go through a model in one call. */
const SCORE_BATCH = 48;
const LARGEST_SERIES = 20;
const EXAMPLES = 10;
/** Posts have no title; people know them by their first words. */
const TITLE_CHARACTERS = 120;

/** From when on documents matter: the baseline of the first evaluation begins there. */
export function impactHistoryFrom(rules: readonly NegativeSurgeRule[], { from }: ImpactPeriod): number {
  const days = Math.max(0, ...rules.map(({ baselineDays, windowHours }) => baselineDays + windowHours / 24));
  return Math.max(0, from - RUN_IN_MS - Math.ceil(days + 1) * DAY_MS);
}

/**
 * Plays stored documents again through two models, and through detection for each of them, in memory; nothing is stored and
 * nothing is sent.
 *
 * Both read the documents as they count today, with the same links, stories and weights, under the expert rules in force;
 * detection is asked at full hours. Only what the models say differs. What a model cannot judge moves none of its alerts, as
 * in the service; what one of them gave no answer for is played for neither, since it would be asked again. Models and rules
 * are those of the moment of the call, whatever takes over meanwhile.
 * Memory: about 5 kB a document.
 */
export async function measureImpact(options: ImpactOptions): Promise<ImpactSheet> {
  const { served, candidate, understanding } = options;
  const { rules, foreign } = understanding;
  const pins = { served: served.pinned?.(), candidate: candidate.pinned?.() };
  try {
    return await measurePinned({
      ...options,
      served: pins.served ?? served,
      candidate: pins.candidate ?? candidate,
      understanding: { ...understanding, rules: rules.pinned?.() ?? rules, foreign: { ...foreign } },
    });
  } finally {
    await pins.served?.close();
    await pins.candidate?.close();
  }
}

async function measurePinned(options: ImpactOptions): Promise<ImpactSheet> {
  const { period, understanding } = options;
  const before = createMemoryStore();
  const after = createMemoryStore();
  const figures = createFigures();
  let read = 0;
  for await (const page of options.pages) {
    for (let first = 0; first < page.length; first += SCORE_BATCH) {
      const documents = page.slice(first, first + SCORE_BATCH);
      const [old, next] = [
        await scoreVersions(documents, read, { ...understanding, classifier: options.served }),
        await scoreVersions(documents, read, { ...understanding, classifier: options.candidate }),
      ];
      const pairs = pairUp(old, next);
      const answered = pairs.filter((pair) => pair.every(isAnswered));
      await before.write({ versions: answered.map(([one]) => one), deadLetters: [], receipts: [] });
      await after.write({ versions: answered.map(([, other]) => other), deadLetters: [], receipts: [] });
      for (const pair of pairs) figures.add(pair, period);
      read += documents.length;
    }
    options.onProgress(read);
  }
  const alertsBefore = await detect(before, options.served, options);
  const alertsAfter = await detect(after, options.candidate, options);
  const { documents, unread, changes, steps, examples } = figures;
  return {
    from: new Date(period.from).toISOString(),
    to: new Date(period.to).toISOString(),
    served: options.served.model,
    candidate: options.candidate.model,
    documents: documents(),
    unread: unread(),
    alerts: compareAlerts(alertsBefore, alertsAfter, period),
    series: steps.largest(LARGEST_SERIES).map((step) => ({
      ...step,
      name: describeSeries(understanding.linker, step.series).name,
    })),
    slices: changes.rows(),
    examples: examples(),
  };
}

type VersionPair = readonly [served: DocumentVersion, candidate: DocumentVersion];

function pairUp(
  served: readonly DocumentVersion[],
  candidate: readonly DocumentVersion[],
): readonly VersionPair[] {
  return served.flatMap((version, index): readonly VersionPair[] => {
    const other = candidate[index];
    return other === undefined ? [] : [[version, other]];
  });
}

function isAnswered({ scored }: DocumentVersion): boolean {
  return scored.model.version !== UNANSWERED;
}

type ScoringDeps = ImpactOptions['understanding'] & { readonly classifier: Classifier };

/** The documents as a model scores them; what does not come from a model stays as it is stored. */
async function scoreVersions(
  documents: readonly CountedDocument[],
  offset: number,
  deps: ScoringDeps,
): Promise<readonly DocumentVersion[]> {
  const linked = documents.map(({ view }, index) => toLinked(view, offset + index));
  const messages = await scoreSentiment(linked, { ...deps, now: () => 0 });
  return messages.flatMap((message, index) => {
    const counted = documents[index];
    return message.kind !== 'scored' || counted === undefined
      ? []
      : [toVersion(counted, message.scored, offset + index, deps)];
  });
}

function toVersion(
  { view, opensStory, places }: CountedDocument,
  scored: ScoredDocument,
  sequence: number,
  { weigh }: Pick<ScoringDeps, 'weigh'>,
): DocumentVersion {
  const said = new Map(weigh(scored).map((contribution) => [contribution.series, contribution]));
  const unread = !isJudged(scored);
  const contributions = places.flatMap(({ series, relevance, weight }): readonly SeriesContribution[] => {
    const known = said.get(series);
    const counts = unread ? 0 : weight;
    return known === undefined ? [] : [{ ...known, relevance, voice: counts, weight: counts }];
  });
  const { document } = scored;
  return {
    raw: { partition: 0, offset: sequence },
    sequence,
    version: view.version,
    // The models have read the text; from here on nobody does.
    scored: { ...scored, document: { ...document, title: titleOf(view), text: '' } },
    knownAt: Date.parse(view.knownAt),
    opensStory,
    silent: false,
    authorDay: null,
    leftStory: null,
    fingerprint: '',
    storySketch: null,
    contributions,
    withdrawn: [],
    turns: [],
  };
}

function titleOf({ title, text }: CountedDocument['view']): string {
  return (title ?? text).slice(0, TITLE_CHARACTERS).toWellFormed();
}

async function detect(
  store: MemoryStore,
  classifier: Classifier,
  { rules, understanding: { linker }, period: { from, to } }: ImpactOptions,
): Promise<readonly RehearsedAlert[]> {
  const firstDocumentAt = await store.firstDocumentAt();
  if (firstDocumentAt === null) return [];
  const engine = createAlertEngine({
    rules,
    history: store,
    store,
    describeSeries: (series) => describeSeries(linker, series),
    tellEvidence: () => Promise.resolve({ sentence: '', words: [] }),
    model: () => classifier.model,
  });
  const begin = Math.max(firstDocumentAt, from - RUN_IN_MS);
  for (const at of dueEvaluations(begin, firstDocumentAt, to)) await engine.evaluateAt(at);
  return rehearsalReport(store.alertEvents(), store.extent()).alerts;
}

/** What is counted while documents go by. */
function createFigures() {
  const changes = new ChangeTable();
  const steps = new StepTable();
  const unread = { served: 0, candidate: 0, either: 0 };
  let count = 0;
  let examples: readonly ChangedDocument[] = [];
  const distance = ({ before, after }: ChangedDocument) => Math.abs(after.polarity - before.polarity);
  return {
    changes,
    steps,
    documents: () => count,
    unread: () => unread,
    examples: () => examples,
    add([old, next]: VersionPair, { from, to }: ImpactPeriod): void {
      const { document, language, topics, sentiment } = old.scored;
      const at = Date.parse(document.publishedAt);
      if (at < from || at >= to) return;
      count += 1;
      const [readOld, readNext] = [isJudged(old.scored), isJudged(next.scored)];
      if (!readOld) unread.served += 1;
      if (!readNext) unread.candidate += 1;
      if (!readOld || !readNext) {
        unread.either += 1;
        return;
      }
      const after = next.scored.sentiment;
      changes.add({
        language,
        kind: document.source.kind,
        topic: topics[0]?.topic ?? 'other',
        before: sentiment.label,
        after: after.label,
      });
      for (const [index, { series, negative }] of old.contributions.entries())
        if (seriesKind(series) !== 'sector')
          steps.add(series, at, negative, next.contributions[index]?.negative ?? negative);
      if (sentiment.label === after.label) return;
      const changed: ChangedDocument = {
        id: document.id,
        title: document.title ?? '',
        language,
        before: { label: sentiment.label, polarity: sentiment.polarity },
        after: { label: after.label, polarity: after.polarity },
      };
      examples = [...examples, changed].sort((a, b) => distance(b) - distance(a)).slice(0, EXAMPLES);
    },
  };
}
