import type { ModelLanguage } from '../choose-language.js';
import { TOPIC_IDS, type TopicId } from '../../pipeline/core/taxonomy.js';
import { parseDictionary, toDictionary, type Dictionary, type Entry } from './dictionary.js';
import { foldText } from './fold-text.js';
import { findPhrases, findTerms } from './find-terms.js';
import { NO_SCORE, scoreTerms, type LexiconScore, type Reach } from './score-terms.js';
import {
  createEnglishSplitter,
  splitCharacters,
  MAX_LEXICON_TEXT,
  type Units,
  type UnitSplitter,
} from './split-units.js';
import { TOPIC_WORDS } from './topic-words.js';
import { CHINESE_WORDS } from './words-zh.js';
import { ENGLISH_WORDS } from './words-en.js';

/** What the word lists find in a text. */
export interface LexiconReading {
  readonly score: LexiconScore;
  /** How far words of this language reach. */
  readonly reach: Reach;
  /** How many words of each topic the text has, in the order of TOPIC_IDS. */
  readonly topicCounts: Float64Array;
}

/** Reads texts by word lists; without state, bounded in time for any input. */
export interface Lexicon {
  read(text: string, language: ModelLanguage): LexiconReading;
  /** The same of what `foldText` makes of the text, for a caller who has it already. */
  readFolded(folded: string, language: ModelLanguage): LexiconReading;
}

interface LanguagePart {
  readonly split: UnitSplitter;
  readonly words: Dictionary<Entry>;
  readonly topics: Dictionary<number>;
  readonly reach: Reach;
}

export function createLexicon(): Lexicon {
  const parts: Readonly<Record<ModelLanguage, LanguagePart>> = {
    en: {
      split: createEnglishSplitter(),
      words: parseDictionary(ENGLISH_WORDS, ' '),
      topics: topicDictionary('en', ' '),
      reach: { negation: 3, scale: 2, quantity: 6 },
    },
    zh: {
      split: splitCharacters,
      words: parseDictionary(CHINESE_WORDS, ''),
      topics: topicDictionary('zh', ''),
      reach: { negation: 4, scale: 5, quantity: 12 },
    },
  };
  const readFolded = (folded: string, language: ModelLanguage): LexiconReading => {
    const part = parts[language];
    const units = part.split(folded.slice(0, MAX_LEXICON_TEXT));
    const found = findTerms(units, part.words);
    const score = found.length === 0 ? NO_SCORE : scoreTerms(found, part.reach);
    return { score, reach: part.reach, topicCounts: countTopics(units, part.topics) };
  };
  return {
    read: (text, language) => readFolded(foldText(text.slice(0, MAX_LEXICON_TEXT)), language),
    readFolded,
  };
}

function countTopics(units: Units, dictionary: Dictionary<number>): Float64Array {
  const counts = new Float64Array(TOPIC_IDS.length);
  findPhrases(units, dictionary, (topic) => {
    counts[topic] = (counts[topic] ?? 0) + 1;
  });
  return counts;
}

function topicDictionary(language: ModelLanguage, joiner: '' | ' '): Dictionary<number> {
  const entries = new Map<string, number>();
  for (const [topic, words] of Object.entries(TOPIC_WORDS)) {
    for (const notation of words[language].split(' ')) {
      const word = notation.replaceAll(/[_-]/g, ' ');
      entries.set(word, TOPIC_IDS.indexOf(topic as TopicId));
    }
  }
  return toDictionary(entries, joiner);
}
