import type { BehaviourCase } from '../behaviour/parse-case.js';
import { runBehaviour, type BehaviourReport } from '../behaviour/run-behaviour.js';
import { judgeMentions } from '../judge-mentions.js';
import { judgeRows, type JudgedRow } from '../judge-rows.js';
import { COUNTERFACTUALS } from '../robustness/fairness-texts.js';
import { measureFairness, type FairnessReport } from '../robustness/fairness.js';
import { flipRates, type FlipReport } from '../robustness/flip-rates.js';
import type { PerturbedText } from '../robustness/perturbations.js';
import type { TextModel } from '../text-model.js';
import { CHINESE_SENTIMENT, ENGLISH_THREE_CLASS, TOPIC_SETS, type DevSet } from './dev-sets.js';
import {
  accuracy,
  batchDifference,
  calibrationError,
  macroF1,
  mentionAccuracy,
  negativeOrNotF1,
  recall,
  topicFigures,
  twoSidedF1,
  type Figure,
} from './set-figures.js';

/** Everything that one run measured of a model: the release list and the model card are made from it. */
export interface ReleaseMeasurement {
  /** By the names that the release list uses. */
  readonly figures: Map<string, Figure>;
  /** The judged rows of each set with sentiments. */
  readonly judged: ReadonlyMap<string, readonly JudgedRow[]>;
  readonly behaviour: BehaviourReport;
  readonly flips: FlipReport;
  readonly fairness: FairnessReport;
}

export interface MeasureOptions {
  readonly sets: ReadonlyMap<string, DevSet>;
  readonly suite: readonly BehaviourCase[];
  readonly seed: number;
  readonly onProgress: (sentence: string) => void;
}

/** Texts of each set for the checks that need a call a text. */
const SINGLE_TEXTS = 25;

/** Judges a model by every set at hand, the behavioural suite, small changes and swapped names. A missing set leaves its figures out. */
export async function measureRelease(model: TextModel, options: MeasureOptions): Promise<ReleaseMeasurement> {
  const { sets, suite, seed, onProgress } = options;
  const figures = new Map<string, Figure>();
  const judged = new Map<string, readonly JudgedRow[]>();
  for (const key of [...ENGLISH_THREE_CLASS, ...CHINESE_SENTIMENT]) {
    const set = sets.get(key);
    if (set === undefined) continue;
    judged.set(key, await judgeRows(model, set.rows));
    onProgress(`${key}: ${set.rows.length} rows.`);
  }
  addSentiment(figures, judged, sets);
  await addTopics(figures, model, sets);
  await addMentions(figures, model, sets);
  const behaviour = await runBehaviour(model, suite);
  for (const [language, rate] of Object.entries(behaviour.byLanguage))
    figures.set(`behavioural suite ${language}`, { value: rate.value, n: rate.n });
  onProgress(`Behavioural suite: ${behaviour.all.passed} of ${behaviour.all.n}.`);
  const flips = await flipRates(model, textsToChange(suite, sets), seed);
  for (const [name, kind] of [
    ['typos', 'typo'],
    ['entity swap', 'entity'],
  ] as const) {
    const rate = flips.byPerturbation[kind];
    if (rate !== null) figures.set(`flips under ${name}`, { value: rate.value, n: rate.n });
  }
  const fairness = await measureFairness(model, COUNTERFACTUALS);
  const { n, meanChange, maxChange, flipped } = fairness.all;
  figures.set('counterfactual change of polarity, mean', { value: meanChange, n });
  figures.set('counterfactual change of polarity, largest', { value: maxChange, n });
  figures.set('counterfactual sentences with two labels', { value: flipped, n });
  const singles = [...sets.values()].flatMap(({ rows }) => rows.slice(0, SINGLE_TEXTS));
  const inputs = singles.map(({ text, lang }) => ({ text, language: lang }));
  if (inputs.length > 0) figures.set('score alone against in a batch', await batchDifference(model, inputs));
  return { figures, judged, behaviour, flips, fairness };
}

function addSentiment(
  figures: Map<string, Figure>,
  judged: ReadonlyMap<string, readonly JudgedRow[]>,
  sets: ReadonlyMap<string, DevSet>,
): void {
  const add = (
    name: string,
    rows: readonly JudgedRow[] | undefined,
    of: (rows: readonly JudgedRow[]) => Figure,
  ) => {
    if (rows !== undefined && rows.length > 0) figures.set(name, of(rows));
  };
  for (const key of [...ENGLISH_THREE_CLASS, 'zh_finfe']) {
    const rows = judged.get(key);
    add(`macro-F1 ${key}`, rows, macroF1);
    add(`accuracy ${key}`, rows, accuracy);
    add(`ECE ${key}`, rows, calibrationError);
    add(`negative recall ${key}`, rows, (each) => recall(each, 'negative'));
    add(`neutral recall ${key}`, rows, (each) => recall(each, 'neutral'));
  }
  const pooled = (keys: readonly string[]) => keys.flatMap((key) => judged.get(key) ?? []);
  add('ECE English three-class, pooled', pooled(ENGLISH_THREE_CLASS), calibrationError);
  add('macro-F1 English three-class, pooled', pooled(ENGLISH_THREE_CLASS), macroF1);
  add(
    'accuracy FiQA and SemEval, pooled',
    pooled(['fiqa_headline', 'fiqa_post', 'semeval17_headline', 'semeval17_microblog']),
    accuracy,
  );
  const agreed = sets.get('fpb')?.agreed ?? new Set<string>();
  add(
    'accuracy fpb, all agree',
    judged.get('fpb')?.filter(({ row }) => agreed.has(row.text)),
    accuracy,
  );
  add('two-sided F1 zh_xueqiu_news', judged.get('zh_xueqiu_news'), twoSidedF1);
  add('negative-or-not F1 zh_bdci2019_neg', judged.get('zh_bdci2019_neg'), negativeOrNotF1);
  add('negative-or-not F1 zh_finnsp', judged.get('zh_finnsp'), negativeOrNotF1);
  addMean(figures, 'macro-F1 Chinese news', [
    'two-sided F1 zh_xueqiu_news',
    'negative-or-not F1 zh_bdci2019_neg',
    'negative-or-not F1 zh_finnsp',
  ]);
}

/** The mean of figures that all were measured; otherwise there is none. */
function addMean(figures: Map<string, Figure>, name: string, of: readonly string[]): void {
  const parts = of.flatMap((each) => figures.get(each) ?? []);
  if (parts.length < of.length) return;
  figures.set(name, {
    value: parts.reduce((sum, { value }) => sum + value, 0) / parts.length,
    n: parts.reduce((sum, { n }) => sum + n, 0),
  });
}

async function addTopics(
  figures: Map<string, Figure>,
  model: TextModel,
  sets: ReadonlyMap<string, DevSet>,
): Promise<void> {
  for (const key of TOPIC_SETS) {
    const set = sets.get(key);
    if (set === undefined) continue;
    const topics = await topicFigures(model, set.rows);
    figures.set(`topics accuracy ${key}`, topics.accuracy);
    figures.set(`topics macro-F1 ${key}`, topics.macroF1);
  }
}

async function addMentions(
  figures: Map<string, Figure>,
  model: TextModel,
  sets: ReadonlyMap<string, DevSet>,
): Promise<void> {
  const mentions = await judgeMentions(model, sets.get('sentfin')?.rows ?? []);
  if (mentions.length === 0) return;
  figures.set('per mention accuracy sentfin', mentionAccuracy(mentions));
  const mixed = mentions.filter((mention) => mention.mixed);
  if (mixed.length > 0) figures.set('per mention accuracy, mixed signs', mentionAccuracy(mixed));
}

/** The suite's texts, and the headlines of sentfin, whose companies are labelled and so can be swapped. */
function textsToChange(
  suite: readonly BehaviourCase[],
  sets: ReadonlyMap<string, DevSet>,
): readonly PerturbedText[] {
  const own = new Map(suite.map(({ text, language }) => [text, { text, language, names: [] }]));
  const headlines = (sets.get('sentfin')?.rows ?? []).map(({ text, lang, entities }) => ({
    text,
    language: lang,
    names: entities.map(({ name }) => name),
  }));
  return [...own.values(), ...headlines];
}
