import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../../pipeline/core/errors.js';
import type { Certainty } from '../../pipeline/core/scored.js';
import { SENTIMENT_LABELS, TOPIC_IDS } from '../../pipeline/core/taxonomy.js';
import { readLabelledRows, type LabelledEntity, type LabelledRow } from '../evaluation/read-labelled-rows.js';
import { sameTextKey } from '../evaluation/same-text.js';
import { toTopicId } from '../evaluation/topic-map.js';
import { generateNumberTexts } from './number-texts/generate-number-texts.js';
import { TRAINING_SETS, type SentimentTeaching, type TrainingSet } from './training-sets.js';

/** A text with what it teaches each head; null when it teaches one nothing. */
export interface TrainingRow {
  readonly text: string;
  readonly language: 'en' | 'zh';
  readonly set: string;
  /** 0 … 9, equal for equal texts whatever set they are in: a fold can be kept back without leaks. */
  readonly fold: number;
  readonly sentiment: Lesson | null;
  readonly topic: Lesson | null;
  /** Intensity −1…1. */
  readonly score: number | null;
  readonly entities: readonly LabelledEntity[];
  readonly certainty: Certainty | null;
}

export interface Lesson {
  readonly allowed: number;
  readonly right: number;
  readonly weight: number;
}

const ALL_SENTIMENTS = 0b111;
const ALL_TOPICS = 2 ** TOPIC_IDS.length - 1;
const OWN_ENGLISH = ownSet('en');
const OWN_CHINESE = ownSet('zh');
const NUMBER_TEXTS = { en: 3_000, zh: 2_000 } as const;
const NUMBER_SEED = 6;

/** The sets of `choice`, own texts not included. */
export function chooseSets(choice: 'shippable' | 'all'): readonly TrainingSet[] {
  return TRAINING_SETS.filter((set) => choice === 'all' || set.shippable);
}

/** Reads the train parts, or the dev parts, of the chosen sets. Rejects with ConfigError `training_set_missing` when one is not there. */
export async function collectRows(
  dataDirectory: string,
  sets: readonly TrainingSet[],
  part: 'train' | 'dev' = 'train',
): Promise<TrainingRow[]> {
  const rows: TrainingRow[] = [];
  for (const set of sets) {
    const path = join(dataDirectory, 'labelled', set.key, `${part}.jsonl`);
    if (!existsSync(path))
      throw new ConfigError('training_set_missing', `The training set ${path} is missing.`);
    for await (const row of readLabelledRows(path)) rows.push(toTrainingRow(row, set));
  }
  return rows;
}

/**
 * Our own texts: every `.jsonl` file of the directory, in the order of their names. They have three classes and our own topic names.
 *
 * Rejects with ConfigError `training_set_missing` when there is none.
 */
export async function collectOwnRows(directory: string): Promise<TrainingRow[]> {
  const files = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.jsonl')).sort();
  if (files.length === 0)
    throw new ConfigError('training_set_missing', `There are no own texts (*.jsonl) in ${directory}.`);
  const rows: TrainingRow[] = [];
  for (const file of files) {
    for await (const row of readLabelledRows(join(directory, file)))
      rows.push(toTrainingRow(row, row.lang === 'zh' ? OWN_CHINESE : OWN_ENGLISH));
  }
  return rows;
}

/** Generated sentences about figures: for models that can compare two numbers, which n-grams cannot. */
export function collectNumberRows(): TrainingRow[] {
  return (['en', 'zh'] as const).flatMap((language) => {
    const set = { ...ownSet(language), key: 'numbers', topicWeight: 0.2 };
    const rows = generateNumberTexts(language, NUMBER_TEXTS[language], NUMBER_SEED);
    return rows.map((row) => toTrainingRow(row, set));
  });
}

export function toTrainingRow(row: LabelledRow, set: TrainingSet): TrainingRow {
  const right = row.topics
    .map((native) => toTopicId(set.key, native))
    .reduce((mask, topic) => mask | (topic === null ? 0 : 1 << TOPIC_IDS.indexOf(topic)), 0);
  return {
    text: row.text,
    language: set.language,
    set: set.key,
    fold: foldOf(row.group ?? row.text),
    sentiment:
      row.sentiment === null || set.sentimentWeight === 0
        ? null
        : sentimentLesson(set.sentiment, SENTIMENT_LABELS.indexOf(row.sentiment), set.sentimentWeight),
    topic:
      right === 0 || set.topicWeight === 0 ? null : { allowed: ALL_TOPICS, right, weight: set.topicWeight },
    score: row.score,
    entities: row.entities,
    certainty: row.certainty,
  };
}

/** What people of an installation labelled of its own documents; such a model stays with the installation. */
export function labelledSet(lang: string): TrainingSet {
  return {
    ...ownSet(lang.startsWith('zh') ? 'zh' : 'en'),
    key: 'labels',
    topicWeight: 0,
    licence: 'labels of this installation on texts of its sources; not to be shipped',
    shippable: false,
  };
}

function ownSet(language: 'en' | 'zh'): TrainingSet {
  return {
    key: 'own',
    language,
    sentiment: 'three',
    sentimentWeight: 1,
    topicWeight: 1,
    licence: 'Apache-2.0',
    shippable: true,
  };
}

function sentimentLesson(teaching: SentimentTeaching, label: number, weight: number): Lesson | null {
  switch (teaching) {
    case 'three':
      return { allowed: ALL_SENTIMENTS, right: 1 << label, weight };
    case 'binary':
      return label === 1 ? null : { allowed: 0b101, right: 1 << label, weight };
    case 'not-negative':
      return { allowed: ALL_SENTIMENTS, right: label === 0 ? 0b001 : 0b110, weight };
    case 'none':
      return null;
  }
}

function foldOf(text: string): number {
  return sameTextKey(text).readUInt32BE(4) % 10;
}
