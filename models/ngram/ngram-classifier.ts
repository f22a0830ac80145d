import { RejectedError } from '../../pipeline/core/errors.js';
import type { Classification, Classifier, ClassifierInput, Explanation } from '../../pipeline/core/model.js';
import { SENTIMENT_LABELS, TOPIC_IDS, type SentimentLabel } from '../../pipeline/core/taxonomy.js';
import { chooseLanguage, type ModelLanguage } from '../choose-language.js';
import { NO_EXPLANATION } from '../explanation/to-explanation.js';
import { createLexicon, type Lexicon } from '../lexicon/lexicon.js';
import { pickTopics } from '../pick-topics.js';
import { softmaxInPlace, toSentiment, type SentimentTriple } from '../to-sentiment.js';
import { classesOf, identityOf, type NgramArtefact, type NgramHeadManifest } from './artefact.js';
import { explainFeatures } from './explain-features.js';
import { extractFeatures } from './extract-features.js';
import { FeatureBuffer } from './features.js';
import { sumWeights } from './sum-weights.js';
import { WeightTable } from './weight-table.js';
import { textKind, type TextKind } from './text-kind.js';

/** Most texts that nothing can be said about are neutral. */
const PRIOR: SentimentTriple = [0.15, 0.7, 0.15];

/** One table of weights, ready to add up. */
export interface LoadedHead {
  readonly classes: number;
  readonly shift: number;
  readonly weights: WeightTable;
  readonly scales: Float64Array;
  readonly bias: Float64Array;
  readonly temperature: Readonly<Record<TextKind, number>>;
  /** Place of each class in our own order (SENTIMENT_LABELS or TOPIC_IDS). */
  readonly places: readonly number[];
}

interface LanguageHeads {
  readonly sentiment: LoadedHead;
  readonly topic: LoadedHead;
}

/**
 * The n-gram classifier on a checked artefact: one pass over the features of a text feeds the sentiment and the topic table.
 *
 * Keeps buffers between calls but no state: equal texts get equal answers in any batch.
 */
export function createNgramClassifier(artefact: NgramArtefact): Classifier {
  const { manifest } = artefact;
  const lexicon = createLexicon();
  const buffer = new FeatureBuffer();
  const heads = { en: loadHeads(artefact, 'en'), zh: loadHeads(artefact, 'zh') };
  return {
    model: { name: manifest.name, version: manifest.version, sha256: identityOf(manifest) },
    classify: (inputs) => Promise.resolve(inputs.map((input) => classifyOne(input, heads, lexicon, buffer))),
    explain: (input) => Promise.resolve(explainOne(input, heads, lexicon, buffer)),
    close: () => Promise.resolve(),
  };
}

function loadHeads(artefact: NgramArtefact, language: ModelLanguage): LanguageHeads {
  return {
    sentiment: loadHead(artefact, language, 'sentiment'),
    topic: loadHead(artefact, language, 'topic'),
  };
}

function loadHead(
  artefact: NgramArtefact,
  language: ModelLanguage,
  task: NgramHeadManifest['task'],
): LoadedHead {
  const { manifest, weights } = artefact;
  const head = manifest.heads.find((each) => each.language === language && each.task === task);
  if (head === undefined) {
    throw new RejectedError('model_format', `model ${manifest.name}: no head ${task}/${language}.`);
  }
  const classes = classesOf(head);
  return {
    classes,
    shift: 32 - head.bits,
    weights: new WeightTable(weights.subarray(head.offset, head.offset + (classes << head.bits)), classes),
    scales: Float64Array.from(head.scales),
    bias: Float64Array.from(head.bias),
    temperature: { news: head.temperature.news, post: head.temperature.post },
    places:
      task === 'sentiment'
        ? manifest.labels.map((label) => SENTIMENT_LABELS.indexOf(label))
        : manifest.topics.map((topic) => TOPIC_IDS.indexOf(topic)),
  };
}

function classifyOne(
  input: ClassifierInput,
  heads: Readonly<Record<ModelLanguage, LanguageHeads>>,
  lexicon: Lexicon,
  buffer: FeatureBuffer,
): Classification {
  const language = readableIn(input);
  if (language === null) {
    return {
      sentiment: toSentiment(PRIOR),
      topics: [{ topic: 'other', probability: 1 }],
      flags: ['unclassified'],
    };
  }
  extractFeatures(input.text, language, lexicon, buffer);
  const kind = textKind(input.text);
  const sentiment = probabilities(heads[language].sentiment, buffer, kind);
  return {
    sentiment: toSentiment([sentiment[0] ?? 0, sentiment[1] ?? 0, sentiment[2] ?? 0]),
    topics:
      input.sentimentOnly === true ? [] : pickTopics(probabilities(heads[language].topic, buffer, kind)),
    flags: [],
  };
}

/** The language that the model reads a text in, or null when it holds nothing that the model could read. */
function readableIn(input: ClassifierInput): ModelLanguage | null {
  return /[\p{L}\p{N}\p{S}]/u.test(input.text) ? chooseLanguage(input.language, input.text) : null;
}

/** Calibrated probabilities in our own order of classes. */
function probabilities(head: LoadedHead, buffer: FeatureBuffer, kind: TextKind): Float64Array {
  const scores = calibratedScores(head, buffer, kind);
  softmaxInPlace(scores);
  return scores;
}

/** Logits over the temperature, in our own order of classes. */
function calibratedScores(head: LoadedHead, buffer: FeatureBuffer, kind: TextKind): Float64Array {
  const { classes } = head;
  const sums = sumWeights(head, buffer);
  const scores = new Float64Array(classes);
  for (let k = 0; k < classes; k += 1) {
    const score = (sums[k] ?? 0) * (head.scales[k] ?? 0) + (head.bias[k] ?? 0);
    scores[head.places[k] ?? 0] = score / head.temperature[kind];
  }
  return scores;
}

function explainOne(
  input: ClassifierInput,
  heads: Readonly<Record<ModelLanguage, LanguageHeads>>,
  lexicon: Lexicon,
  buffer: FeatureBuffer,
): Explanation {
  const language = readableIn(input);
  if (language === null) return NO_EXPLANATION;
  const reading = extractFeatures(input.text, language, lexicon, buffer);
  const head = heads[language].sentiment;
  const kind = textKind(input.text);
  const scores = calibratedScores(head, buffer, kind);
  const total = scoreOf(scores, 'negative') - scoreOf(scores, 'positive');
  return explainFeatures(input.text, { head, kind, buffer, reading, total });
}

function scoreOf(scores: Float64Array, label: SentimentLabel): number {
  return scores[SENTIMENT_LABELS.indexOf(label)] ?? 0;
}
