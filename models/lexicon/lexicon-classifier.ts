import { createHash } from 'node:crypto';
import type { Classification, Classifier, ClassifierInput, Explanation } from '../../pipeline/core/model.js';
import { TOPIC_IDS } from '../../pipeline/core/taxonomy.js';
import { chooseLanguage } from '../choose-language.js';
import { NO_EXPLANATION } from '../explanation/to-explanation.js';
import { pickTopics } from '../pick-topics.js';
import { softmaxInPlace, toSentiment, type SentimentTriple } from '../to-sentiment.js';
import { explainLexicon } from './explain-lexicon.js';
import { createLexicon, type Lexicon } from './lexicon.js';
import type { LexiconScore } from './score-terms.js';
import { TOPIC_WORDS } from './topic-words.js';
import { CHINESE_WORDS } from './words-zh.js';
import { ENGLISH_WORDS } from './words-en.js';

const VERSION = '1';
/** Most texts without a telling word are neutral. */
const PRIOR: SentimentTriple = [0.15, 0.7, 0.15];
/** Fitted on headlines and tweets whose labels may be used. Logits a unit of word strength is worth, and the head start of neutral over a class without any word. */
const STRENGTH = 1.7;
const NEUTRAL_LOGIT = 1.2;
/** Logits a topic word is worth; `other` has a head start of a part of a word. */
const TOPIC_STRENGTH = 1.2;
const OTHER_WORDS = 0.6;

/** The classifier without an artefact: finance words of our own choosing, English and Chinese. */
export function createLexiconClassifier(): Classifier {
  const lexicon = createLexicon();
  const sha256 = createHash('sha256')
    .update(JSON.stringify([ENGLISH_WORDS, CHINESE_WORDS, TOPIC_WORDS]))
    .digest('hex');
  return {
    model: { name: 'lexicon', version: VERSION, sha256 },
    classify: (inputs) => Promise.resolve(inputs.map((input) => classifyOne(lexicon, input))),
    explain: (input) => Promise.resolve(explainOne(lexicon, input)),
    close: () => Promise.resolve(),
  };
}

function classifyOne(lexicon: Lexicon, input: ClassifierInput): Classification {
  const language = chooseLanguage(input.language, input.text);
  if (language === null) {
    return {
      sentiment: toSentiment(PRIOR),
      topics: [{ topic: 'other', probability: 1 }],
      flags: ['unclassified'],
    };
  }
  const { score, topicCounts } = lexicon.read(input.text, language);
  const known = score.terms.length > 0;
  return {
    sentiment: known ? scoreToSentiment(score) : toSentiment(PRIOR),
    topics: pickTopics(topicProbabilities(topicCounts)),
    flags: known ? [] : ['unclassified'],
  };
}

function scoreToSentiment(score: LexiconScore): ReturnType<typeof toSentiment> {
  const logits = Float64Array.of(STRENGTH * score.negative, NEUTRAL_LOGIT, STRENGTH * score.positive);
  softmaxInPlace(logits);
  return toSentiment([logits[0] ?? 0, logits[1] ?? 0, logits[2] ?? 0]);
}

function topicProbabilities(counts: Float64Array): Float64Array {
  const logits = counts.map((count) => (count === 0 ? -Infinity : count * TOPIC_STRENGTH));
  logits[TOPIC_IDS.indexOf('other')] = OTHER_WORDS * TOPIC_STRENGTH;
  softmaxInPlace(logits);
  return logits;
}

function explainOne(lexicon: Lexicon, input: ClassifierInput): Explanation {
  const language = chooseLanguage(input.language, input.text);
  if (language === null) return NO_EXPLANATION;
  return explainLexicon(input.text, lexicon.read(input.text, language), STRENGTH);
}
