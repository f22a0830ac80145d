/** What a set's labels can teach about sentiment. */
export type SentimentTeaching =
  /** Three classes. */
  | 'three'
  /** Negative or positive; says nothing about neutral texts, so neutral is left out of the loss. */
  | 'binary'
  /** Negative or not: its "neutral" means neutral or positive. */
  | 'not-negative'
  | 'none';

/** A labelled set as the trainer sees it. */
export interface TrainingSet {
  readonly key: string;
  readonly language: 'en' | 'zh';
  readonly sentiment: SentimentTeaching;
  /** Weight of a row in the sentiment and in the topic loss; 0 leaves the set out. */
  readonly sentimentWeight: number;
  readonly topicWeight: number;
  /** As its source states it. */
  readonly licence: string;
  /** True when the licence lets a model trained on it be shipped. */
  readonly shippable: boolean;
}

/** Of the sentences that we write or generate. */
export const OWN_LICENCE = 'Apache-2.0 (our own texts)';
const MIT = 'MIT';
const UNKNOWN = 'not stated';

/** Every set that a model may have seen. Sets that are not listed teach nothing we need. */
export const TRAINING_SETS: readonly TrainingSet[] = [
  set('tfns', 'en', 'three', 1, 0, 'MIT (dataset card)', true),
  set('sentfin', 'en', 'three', 1, 0, 'MIT (repository)', true),
  set('surge_stock', 'en', 'binary', 1, 0, MIT, true),
  set('surge_crypto', 'en', 'binary', 1, 0.5, MIT, true),
  set('nwgi_weak', 'en', 'three', 0.15, 0, 'MIT as stated by FinLoRA; labels made by a language model', true),
  set('tfn_topic', 'en', 'none', 0, 1, 'MIT (dataset card)', true),
  set('fpb', 'en', 'three', 1, 0, 'CC BY-NC-SA 3.0', false),
  set('fiqa_headline', 'en', 'three', 1, 0.5, UNKNOWN, false),
  set('fiqa_post', 'en', 'three', 1, 0.5, UNKNOWN, false),
  set('semeval17_headline', 'en', 'three', 1, 0, 'not stated (research use)', false),
  set('semeval17_microblog', 'en', 'three', 1, 0, 'not stated (research use)', false),
  set('gold_news', 'en', 'three', 0.2, 0, 'not stated (CC BY-NC-ND or research)', false),
  set('stockemotions', 'en', 'binary', 0.3, 0, UNKNOWN, false),
  set('kaggle_stock_tweets', 'en', 'binary', 0.3, 0, UNKNOWN, false),
  set('reuters21578', 'en', 'none', 0, 0.3, 'research use only', false),
  set('zh_valuesimplex_sc2', 'zh', 'binary', 1, 0, 'MIT (repository)', true),
  set('zh_finfe', 'zh', 'three', 1, 0, UNKNOWN, false),
  set('zh_finne', 'zh', 'three', 0.2, 0, UNKNOWN, false),
  set('zh_xueqiu_news', 'zh', 'binary', 0.5, 0, UNKNOWN, false),
  set('zh_guba', 'zh', 'binary', 0.3, 0, UNKNOWN, false),
  set('zh_bdci2019_neg', 'zh', 'not-negative', 0.3, 0, 'not stated (competition data)', false),
  set('zh_finnsp', 'zh', 'not-negative', 0.3, 0, UNKNOWN, false),
  set('zh_finnl_topic', 'zh', 'none', 0, 1, UNKNOWN, false),
  set('zh_finese_event', 'zh', 'none', 0, 0.6, UNKNOWN, false),
];

/** Sets of posts and of tweets; all others are edited texts. */
const POST_SETS: ReadonlySet<string> = new Set([
  'tfns',
  'tfn_topic',
  'surge_stock',
  'surge_crypto',
  'fiqa_post',
  'semeval17_microblog',
  'stockemotions',
  'kaggle_stock_tweets',
  'zh_finfe',
  'zh_guba',
]);

/** Whether people write the texts of a set in passing. */
export function isPostSet(key: string): boolean {
  return POST_SETS.has(key);
}

function set(
  key: string,
  language: 'en' | 'zh',
  sentiment: SentimentTeaching,
  sentimentWeight: number,
  topicWeight: number,
  licence: string,
  shippable: boolean,
): TrainingSet {
  return { key, language, sentiment, sentimentWeight, topicWeight, licence, shippable };
}
