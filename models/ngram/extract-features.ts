import type { ModelLanguage } from '../choose-language.js';
import { foldText } from '../lexicon/fold-text.js';
import type { Lexicon, LexiconReading } from '../lexicon/lexicon.js';
import type { LexiconScore } from '../lexicon/score-terms.js';
import { hashNext, hashText, type FeatureBuffer } from './features.js';
import { scanText, type Piece } from './scan-text.js';

/** Text beyond this many UTF-16 units is not read. */
export const MAX_TEXT_LENGTH = 4000;
/** Changing anything in this file changes what weights mean: count up, and older artefacts are refused. */
export const FEATURE_VERSION = 1;

const SEED_WORD = 0x2f0b4c47;
const SEED_PAIR = 0x5bd1e995;
const SEED_CHAR = 0x1b873593;
const SEED_NEGATED = 0x38b34ae5;
const SEED_STYLE = 0x7ed55d16;
const SEED_LEXICON = 0x165667b1;
const SEED_TOPIC = 0x3c6ef372;
const SEED_HAN = 0x27d4eb2f;
const SPACE_CODE = 32;
const NEGATIONS = new Set([
  'not',
  'no',
  'never',
  'without',
  'cannot',
  'nor',
  'neither',
  'hardly',
  'nothing',
  'none',
]);
const NEGATION_REACH = 3;
const MAX_WORD = 24;

/**
 * Fills `out` with the features of a text: the one definition that training and prediction share. Returns what the lexicon
 * found, which is among them.
 *
 * English: words, word pairs, words under negation, and 3 to 5 characters within words. Chinese: 1 to 4 characters. Both:
 * the lexicon's score and topic words of the text and a few facts about its style, which stand in for the kind of text it is.
 */
export function extractFeatures(
  text: string,
  language: ModelLanguage,
  lexicon: Lexicon,
  out: FeatureBuffer,
): LexiconReading {
  out.clear();
  const folded = foldText(text.slice(0, MAX_TEXT_LENGTH));
  const reading = lexicon.readFolded(folded, language);
  const pieces = scanText(folded);
  if (language === 'zh') addHanFeatures(pieces, out);
  else addWordFeatures(pieces, out);
  addStyleFeatures(text, pieces, out);
  out.beginLexicon();
  addLexiconFeatures(reading.score, out);
  addTopicFeatures(reading.topicCounts, out);
  return reading;
}

function addWordFeatures(pieces: readonly Piece[], out: FeatureBuffer): void {
  const from = out.length;
  let previous = hashText('<start>', SEED_WORD);
  let previousStart = 0;
  let negatedUntil = -1;
  let negator = 0;
  for (const [index, piece] of pieces.entries()) {
    const hash = hashText(piece.text, SEED_WORD);
    out.add(hash, 1, piece.start, piece.end);
    out.add(hashNext(hashNext(SEED_PAIR, previous), hash), 1, previousStart, piece.end);
    if (index <= negatedUntil && piece.kind === 'word') {
      out.add(hashNext(SEED_NEGATED, hash), 1, piece.start, piece.end);
      out.shareWith(negator);
    }
    if (NEGATIONS.has(piece.text) || piece.text.endsWith("n't")) {
      negatedUntil = index + NEGATION_REACH;
      negator = piece.start;
    }
    previous = hash;
    previousStart = piece.start;
  }
  out.normalise(from, 1);
  const chars = out.length;
  for (const piece of pieces) if (piece.kind === 'word') addCharGrams(piece, out);
  out.normalise(chars, 1);
}

function addCharGrams(piece: Piece, out: FeatureBuffer): void {
  const length = Math.min(piece.text.length, MAX_WORD);
  for (let start = -1; start < length - 1; start += 1) {
    let hash = SEED_CHAR;
    for (let size = 1; size <= 5 && start + size - 1 <= length; size += 1) {
      const position = start + size - 1;
      hash = hashNext(
        hash,
        position < 0 || position === length ? SPACE_CODE : piece.text.charCodeAt(position),
      );
      if (size >= 3) out.add(hash + size, 1, piece.start, piece.end);
    }
  }
}

function addHanFeatures(pieces: readonly Piece[], out: FeatureBuffer): void {
  const from = out.length;
  const symbols = pieces.map((piece) =>
    piece.kind === 'han' ? piece.text.charCodeAt(0) : hashText(piece.text, SEED_WORD),
  );
  for (let index = 0; index < pieces.length; index += 1) {
    const start = pieces[index]?.start ?? 0;
    let hash = SEED_HAN;
    for (let size = 1; size <= 4 && index + size <= pieces.length; size += 1) {
      hash = hashNext(hash, symbols[index + size - 1] ?? 0);
      out.add(hash + size, 1, start, pieces[index + size - 1]?.end ?? start);
    }
  }
  out.normalise(from, HAN_WEIGHT);
}

const HAN_WEIGHT = 1.4;

function addStyleFeatures(text: string, pieces: readonly Piece[], out: FeatureBuffer): void {
  const add = (name: string) => out.add(hashText(name, SEED_STYLE), STYLE_WEIGHT, 0, 0);
  const first = pieces[0];
  const last = pieces.at(-1);
  add(`length${Math.min(7, Math.floor(Math.log2(pieces.length + 1)))}`);
  if (first?.text === '<cash>') add('starts-with-cashtag');
  const masks = new Set<string>();
  for (const piece of pieces) if (piece.kind === 'mask') masks.add(piece.text);
  for (const mask of ['<cash>', '<link>', '<user>', '<%>', '<-%>', '<+%>']) if (masks.has(mask)) add(mask);
  add(
    last === undefined
      ? 'empty'
      : `ends-${last.kind === 'word' || last.kind === 'han' ? last.kind : last.text}`,
  );
  if (/\s[,.]\s|\s[.]$/.test(text)) add('spaced-punctuation');
  if (/^[a-z\s]/.test(text)) add('starts-small');
}

const STYLE_WEIGHT = 0.3;

/** `explain-features.ts` reads the first three in this order. */
function addLexiconFeatures(score: LexiconScore, out: FeatureBuffer): void {
  const add = (name: string, value: number) =>
    out.add(hashText(name, SEED_LEXICON), value * LEXICON_WEIGHT, 0, 0);
  if (score.terms.length === 0) {
    add('nothing', 1);
    return;
  }
  add('positive', Math.tanh(score.positive / 2));
  add('negative', Math.tanh(score.negative / 2));
  add('balance', Math.tanh((score.positive - score.negative) / 2));
}

const LEXICON_WEIGHT = 1;

function addTopicFeatures(counts: Float64Array, out: FeatureBuffer): void {
  for (let topic = 0; topic < counts.length; topic += 1) {
    const count = counts[topic] ?? 0;
    if (count > 0) out.add(hashNext(SEED_TOPIC, topic), Math.tanh(count / 2) * TOPIC_WEIGHT, 0, 0);
  }
}

const TOPIC_WEIGHT = 1;
