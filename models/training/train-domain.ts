import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ModelLanguage } from '../choose-language.js';
import { foreignScore } from '../domain/foreignness.js';
import {
  FORMAT,
  LANGUAGES,
  packWords,
  parseProfile,
  type DomainManifest,
  type DomainProfile,
  type DomainThresholds,
  type WordTable,
} from '../domain/profile.js';
import { WORD_CLASSES, wordKey, wordKeys } from '../domain/word-keys.js';
import { quantile } from '../evaluation/intervals.js';
import { CHINESE_WORDS } from '../lexicon/words-zh.js';
import { TOPIC_WORDS } from '../lexicon/topic-words.js';
import type { TextKind } from '../ngram/text-kind.js';
import { chooseSets, collectOwnRows, collectRows, type TrainingRow } from './collect-rows.js';
import { isPostSet, OWN_LICENCE } from './training-sets.js';

export interface TrainDomainOptions {
  /** Holds `labelled/KEY/train.jsonl`. */
  readonly dataDirectory: string;
  readonly ownTextsDirectory: string;
  /** Lists of words of each language at large: `WORD COUNT` a line. */
  readonly backgrounds: Readonly<Record<ModelLanguage, { readonly file: string; readonly source: string }>>;
  /** The profile is written to a folder `domain` in here. */
  readonly outputDirectory: string;
}

export interface TrainDomainReport {
  readonly words: Readonly<Record<ModelLanguage, number>>;
  readonly thresholds: DomainThresholds;
  readonly bytes: number;
}

/** Share of the finance texts of the train parts that lie above a threshold. */
const FOREIGN_SHARE = 0.01;
/** Of a set so many rows set the thresholds, so that none of them alone does. */
const ROWS_OF_A_SET = 1_500;
/** No word says more than this, in nats. */
const MAX_WEIGHT = 2;
const UNIT = MAX_WEIGHT / 120;
/** Texts that every word is taken to have stood in beyond those it did. */
const SMOOTHING: Readonly<Record<ModelLanguage, number>> = { en: 0.5, zh: 1 };
/** The most frequent words of a language tell the register of a text, not what it is about: they never speak against finance. */
const FUNCTION_WORDS = 100;
/** Words of our lexicon count as if so many texts held them: our own Chinese texts are few. */
const LEXICON_TEXTS = 30;
/** An English word that no list has, and that so many finance texts have, is a name or slang of the trade. */
const KNOWN_FROM_TEXTS = 3;
const KNOWN_WEIGHT = -0.4;
/** A word that is expected in fewer texts, and stands in none, says too little to be kept. */
const RARE = 0.3;
/**
 * Makes the profile that tells finance texts from others: words weighed by the sets that may be shipped and by our own texts,
 * against words of the language at large; thresholds from the train parts of all sets. Deterministic.
 */
export async function trainDomain(options: TrainDomainOptions): Promise<TrainDomainReport> {
  const { dataDirectory, backgrounds } = options;
  const all = await collectRows(dataDirectory, chooseSets('all'));
  const own = await collectOwnRows(options.ownTextsDirectory);
  const shippable = chooseSets('shippable');
  const taught = [...all.filter(({ set }) => shippable.some(({ key }) => key === set)), ...own];
  const tables = {
    en: weigh(taught, 'en', await readBackground(backgrounds.en.file)),
    zh: weigh(taught, 'zh', await readBackground(backgrounds.zh.file)),
  };
  const bytes = packWords(tables);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const untold = { en: { news: 1, post: 1 }, zh: { news: 1, post: 1 } };
  const manifest: DomainManifest = {
    format: FORMAT,
    unit: UNIT,
    words: { en: tables.en.size, zh: tables.zh.size },
    thresholds: untold,
    share: FOREIGN_SHARE,
    weights: { file: 'weights.bin', bytes: bytes.length, sha256 },
    training: {
      words: [
        ...shippable.map(({ key, licence }) => ({ key, licence })),
        { key: 'own', licence: OWN_LICENCE },
      ].map((set) => ({ ...set, rows: taught.filter((row) => row.set === set.key).length })),
      thresholds: [...new Set([...all, ...own].map(({ set }) => set))],
      background: LANGUAGES.map((language) => backgrounds[language].source),
    },
  };
  const thresholds = thresholdsOf(parseProfile(JSON.stringify(manifest), bytes), [...all, ...own]);
  const directory = join(options.outputDirectory, 'domain');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'weights.bin'), bytes);
  await writeFile(
    join(directory, 'profile.json'),
    `${JSON.stringify({ ...manifest, thresholds }, null, 2)}\n`,
  );
  return { words: manifest.words, thresholds, bytes: bytes.length };
}

/** Counts of the words that a language knows, most frequent first; in Chinese words of two characters only. */
type Background = ReadonlyMap<string, number>;

async function readBackground(file: string): Promise<Background> {
  const lines = (await readFile(file, 'utf8')).replace(/^\ufeff/, '').split('\n');
  const counts = lines.flatMap((line): [string, number][] => {
    const [word = '', count = ''] = line.split(' ');
    return /^(?:[a-z]+|[\u4e00-\u9fff]{2})$/.test(word) && Number(count) > 0 ? [[word, Number(count)]] : [];
  });
  return new Map(counts.sort((a, b) => b[1] - a[1]));
}

/** The weight of each word that says something, in units. */
function weigh(rows: readonly TrainingRow[], language: ModelLanguage, background: Background): WordTable {
  const finance = countTexts(rows, language, background);
  const financeTotal = sum(finance.values());
  const backgroundTotal = sum(background.values());
  const table = new Map<number, number>();
  for (const [rank, [word, count]] of [...background].entries()) {
    const key = wordKey(word);
    const expected = (count / backgroundTotal) * financeTotal;
    const met = finance.get(key) ?? 0;
    if (expected < RARE && met === 0) continue;
    const nats = Math.log((expected + SMOOTHING[language]) / (met + SMOOTHING[language]));
    if (rank < FUNCTION_WORDS && nats > 0) continue;
    setWeight(table, key, nats);
  }
  if (language === 'zh') return table;
  for (const [key, texts] of finance) {
    if (texts >= KNOWN_FROM_TEXTS && !table.has(key)) setWeight(table, key, KNOWN_WEIGHT);
  }
  for (const word of Object.values(WORD_CLASSES)) setWeight(table, wordKey(word), -MAX_WEIGHT);
  return table;
}

function setWeight(table: Map<number, number>, key: number, nats: number): void {
  const weight = Math.round(Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, nats)) / UNIT);
  if (weight !== 0) table.set(key, weight);
}

/** In how many texts each word stands. Of Chinese pairs only those that are words: the others lie across two. */
function countTexts(
  rows: readonly TrainingRow[],
  language: ModelLanguage,
  background: Background,
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const add = (keys: Iterable<number>, texts: number) => {
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + texts);
  };
  for (const row of rows) if (row.language === language) add(new Set(wordKeys(row.text, language)), 1);
  if (language === 'en') return counts;
  for (const word of lexiconTexts()) add(new Set(wordKeys(word, language)), LEXICON_TEXTS);
  const words = new Set([...background.keys()].map(wordKey));
  return new Map([...counts].filter(([key]) => words.has(key)));
}

function lexiconTexts(): readonly string[] {
  const topics = Object.values(TOPIC_WORDS).map(({ zh }) => zh);
  return [...CHINESE_WORDS, ...topics].join(' ').split(/\s+/);
}

/** Scores that a stated share of the finance texts of each language and kind pass; of each set equally many. */
function thresholdsOf(profile: DomainProfile, rows: readonly TrainingRow[]): DomainThresholds {
  const of = (language: ModelLanguage, kind: TextKind) => {
    const taken = new Map<string, number>();
    const scores = rows.flatMap((row) => {
      const count = taken.get(row.set) ?? 0;
      if (row.language !== language || isPostSet(row.set) !== (kind === 'post') || count >= ROWS_OF_A_SET)
        return [];
      taken.set(row.set, count + 1);
      return [foreignScore(profile, row.text, language)];
    });
    return quantile(Float64Array.from(scores).sort(), 1 - FOREIGN_SHARE);
  };
  return {
    en: { news: of('en', 'news'), post: of('en', 'post') },
    zh: { news: of('zh', 'news'), post: of('zh', 'post') },
  };
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
