import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../pipeline/core/clock.js';
import type { Classifier } from '../../pipeline/core/model.js';
import { SENTIMENT_LABELS, TOPIC_IDS } from '../../pipeline/core/taxonomy.js';
import type { ModelLanguage } from '../choose-language.js';
import { ENGLISH_THREE_CLASS } from '../evaluation/release/dev-sets.js';
import { toModelCard } from '../evaluation/card/model-card.js';
import { evaluate, type EvaluateReport } from '../evaluation/evaluate.js';
import { readLabelledRows, type LabelledRow } from '../evaluation/read-labelled-rows.js';
import { createLexicon } from '../lexicon/lexicon.js';
import { checkGoldenSentences } from '../load-classifier.js';
import { identityOf, parseArtefact } from '../ngram/artefact.js';
import { createNgramClassifier } from '../ngram/ngram-classifier.js';
import { textKind } from '../ngram/text-kind.js';
import {
  chooseSets,
  collectOwnRows,
  collectRows,
  labelledSet,
  toTrainingRow,
  type TrainingRow,
} from './collect-rows.js';
import { fitTemperature, type ScoredRow } from './calibrate.js';
import { extractRows } from './extract-rows.js';
import { ngramCardFacts, toNotice } from './model-card.js';
import { packArtefact, type TrainedHead } from './pack-artefact.js';
import {
  scoreRow,
  trainHead,
  type FeatureRows,
  type Head,
  type HeadOptions,
  type Target,
} from './train-head.js';

export interface TrainOptions {
  /** `shippable` trains `ngram`; `all` trains `ngram-research`. Our own texts are in both. */
  readonly sets: 'shippable' | 'all';
  /** Holds `labelled/KEY/train.jsonl` and `dev.jsonl`. */
  readonly dataDirectory: string;
  /** Holds `en.jsonl` and `zh.jsonl`. */
  readonly ownTextsDirectory: string;
  /** Texts of an installation that its people labelled; none when left out. */
  readonly labelled?: readonly LabelledRow[];
  /** The artefact is written to a folder of its name in here. */
  readonly outputDirectory: string;
  readonly seed: number;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly onProgress: (sentence: string) => void;
}

export interface TrainReport {
  readonly name: 'ngram' | 'ngram-research';
  readonly directory: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
  /** SHA-256 over all rows with their lessons, in their order. */
  readonly dataSha256: string;
  /** Figures on the dev parts, by set; `english-three-class` pools all English sets with three classes. */
  readonly dev: Readonly<Record<string, EvaluateReport>>;
}

type Task = 'sentiment' | 'topic';

/** Chosen on a fold of the train parts, in 2026-11. The Chinese sets are noisier: more L2. */
const HEAD_OPTIONS: Readonly<
  Record<ModelLanguage, Readonly<Record<Task, Omit<HeadOptions, 'seed' | 'onEpoch'>>>>
> = {
  en: {
    sentiment: { classes: SENTIMENT_LABELS.length, bits: 18, epochs: 8, learningRate: 0.15, l2: 3e-4 },
    topic: { classes: TOPIC_IDS.length, bits: 16, epochs: 8, learningRate: 0.15, l2: 1e-4 },
  },
  zh: {
    sentiment: { classes: SENTIMENT_LABELS.length, bits: 18, epochs: 8, learningRate: 0.15, l2: 1e-3 },
    topic: { classes: TOPIC_IDS.length, bits: 16, epochs: 8, learningRate: 0.15, l2: 5e-4 },
  },
};
/** Temperatures are fitted on this tenth of the train rows, with a model that has not seen it. */
const CALIBRATION_FOLD = 0;
const REPORTED = [
  ...ENGLISH_THREE_CLASS,
  'tfn_topic',
  'reuters21578',
  'zh_finfe',
  'zh_finne',
  'zh_xueqiu_news',
  'zh_guba',
  'zh_bdci2019_neg',
  'zh_finnl_topic',
  'zh_finese_event',
];

/**
 * Trains an n-gram model and writes its artefact: weights, manifest, model card and notice.
 *
 * Deterministic for a seed and the same files. Takes a few minutes of one core and about 1.5 GB. Rejects with ConfigError
 * when a set is missing, and with RejectedError `model_golden` when the outcome is unusable; nothing is written then.
 */
export async function trainNgram(options: TrainOptions): Promise<TrainReport> {
  const name = options.sets === 'all' ? 'ngram-research' : 'ngram';
  const labelled = (options.labelled ?? []).map((row) => toTrainingRow(row, labelledSet(row.lang)));
  const chosen = chooseSets(options.sets);
  const sets = [...chosen, ...(labelled.length === 0 ? [] : [labelledSet('en')])];
  const rows = [
    ...(await collectRows(options.dataDirectory, chosen)),
    ...(await collectOwnRows(options.ownTextsDirectory)),
    ...labelled,
  ];
  const heads: TrainedHead[] = [];
  for (const language of ['en', 'zh'] as const) {
    for (const task of ['sentiment', 'topic'] as const) heads.push(trainTask(rows, language, task, options));
  }
  const packed = packArtefact({ name, heads, seed: options.seed, sets, rows });
  const artefact = parseArtefact(JSON.stringify(packed.manifest), packed.weights, name);
  const classifier = createNgramClassifier(artefact);
  await checkGoldenSentences(classifier, name);
  const dev = await evaluateDev(classifier, options);
  const manifest = { ...packed.manifest, dev: summarise(dev) };
  const directory = join(options.outputDirectory, name);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'weights.bin'), packed.weights);
  await writeFile(join(directory, 'model.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(directory, 'MODEL_CARD.md'), toModelCard(ngramCardFacts(manifest)));
  await writeFile(join(directory, 'NOTICE'), toNotice(manifest));
  const bytes = packed.weights.byteLength;
  const dataSha256 = hashRows(rows);
  return { name, directory, sha256: identityOf(manifest), bytes, rows: rows.length, dataSha256, dev };
}

function trainTask(
  all: readonly TrainingRow[],
  language: ModelLanguage,
  task: Task,
  options: TrainOptions,
): TrainedHead {
  const rows = all.filter((row) => row.language === language && row[task] !== null);
  const features = extractRows(rows, createLexicon());
  const targets = rows.flatMap((row, index): Target[] =>
    row[task] === null ? [] : [{ row: index, ...row[task] }],
  );
  const headOptions: HeadOptions = { ...HEAD_OPTIONS[language][task], seed: options.seed };
  const foldHead = trainHead(
    features,
    targets.filter((target) => rows[target.row]?.fold !== CALIBRATION_FOLD),
    headOptions,
  );
  const temperature = calibrate(rows, features, targets, foldHead);
  options.onProgress(
    `${task}/${language}: ${rows.length} rows, temperature ${temperature.news.toFixed(2)} (news) and ${temperature.post.toFixed(2)} (posts).`,
  );
  return { task, language, temperature, head: trainHead(features, targets, headOptions) };
}

/** Only rows with one right class among all of them show whether probabilities are right. */
function calibrate(
  rows: readonly TrainingRow[],
  features: FeatureRows,
  targets: readonly Target[],
  head: Head,
): TrainedHead['temperature'] {
  const kept: Record<'news' | 'post', ScoredRow[]> = { news: [], post: [] };
  for (const target of targets) {
    const row = rows[target.row];
    if (row === undefined || row.fold !== CALIBRATION_FOLD || target.allowed !== 2 ** head.classes - 1)
      continue;
    const right = Math.log2(target.right);
    if (!Number.isInteger(right)) continue;
    const scores = new Float64Array(head.classes);
    scoreRow(features, target.row, head, scores);
    kept[textKind(row.text)].push({ scores, right });
  }
  const both = [...kept.news, ...kept.post];
  const fit = (some: readonly ScoredRow[]) =>
    Math.max(1, fitTemperature(some.length >= MIN_CALIBRATION_ROWS ? some : both));
  return { news: fit(kept.news), post: fit(kept.post) };
}

const MIN_CALIBRATION_ROWS = 150;

function hashRows(rows: readonly TrainingRow[]): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(`${JSON.stringify(row)}\n`);
  return hash.digest('hex');
}

/** Figures on the dev parts that are there, by set. */
export async function evaluateDev(
  classifier: Classifier,
  options: Pick<TrainOptions, 'dataDirectory' | 'clock'>,
): Promise<Record<string, EvaluateReport>> {
  const dev: Record<string, EvaluateReport> = {};
  const pooled: LabelledRow[] = [];
  for (const set of REPORTED) {
    const path = join(options.dataDirectory, 'labelled', set, 'dev.jsonl');
    if (!existsSync(path)) continue;
    const rows: LabelledRow[] = [];
    for await (const row of readLabelledRows(path)) rows.push(row);
    if (ENGLISH_THREE_CLASS.some((key) => key === set)) pooled.push(...rows);
    dev[set] = await evaluate(classifier, rows, { set, clock: options.clock });
  }
  if (pooled.length > 0) {
    const set = 'english-three-class';
    dev[set] = await evaluate(classifier, pooled, { set, clock: options.clock });
  }
  return dev;
}

function summarise(
  dev: Readonly<Record<string, EvaluateReport>>,
): Record<string, Record<string, number | null>> {
  const round = (value: number | undefined) => (value === undefined ? null : Math.round(value * 1000) / 1000);
  return Object.fromEntries(
    Object.entries(dev).map(([set, report]) => [
      set,
      {
        rows: report.n,
        accuracy: round(report.sentiment?.accuracy),
        macroF1: round(report.sentiment?.macroF1),
        ece: round(report.sentiment?.ece),
        topicAccuracy: round(report.topic?.accuracy),
        topicMacroF1: round(report.topic?.macroF1),
        spearman: round(report.intensity?.spearman),
      },
    ]),
  );
}
