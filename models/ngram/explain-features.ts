import type { WordContribution } from '../../pipeline/core/model.js';
import { SENTIMENT_LABELS } from '../../pipeline/core/taxonomy.js';
import type { LexiconScore } from '../lexicon/score-terms.js';
import { MAX_TEXT_LENGTH } from './extract-features.js';
import type { FeatureBuffer } from './features.js';
import type { LoadedHead } from './ngram-classifier.js';
import type { TextKind } from './text-kind.js';

const MAX_WORDS = 20;
/** Below this a word did not carry anything. */
const MIN_CONTRIBUTION = 0.01;
const WORD = /[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*|\p{Extended_Pictographic}/gu;

/**
 * What each word of a text added to the logit of negative minus that of positive, strongest first, at most 20 words.
 *
 * A feature's share is spread evenly over the characters it covers; what the lexicon added goes to its terms. Facts about the
 * whole text (length, style) and the bias belong to no word and are left out.
 */
export function explainFeatures(
  text: string,
  head: LoadedHead,
  buffer: FeatureBuffer,
  lexicon: LexiconScore,
  kind: TextKind,
): readonly WordContribution[] {
  const negative = head.places.indexOf(SENTIMENT_LABELS.indexOf('negative'));
  const positive = head.places.indexOf(SENTIMENT_LABELS.indexOf('positive'));
  const characters = new Float64Array(Math.min(text.length, MAX_TEXT_LENGTH));
  let wholeText = 0;
  for (let entry = 0; entry < buffer.length; entry += 1) {
    const base = ((buffer.hashes[entry] ?? 0) >>> head.shift) * head.classes;
    const difference =
      (head.weights[base + negative] ?? 0) * (head.scales[negative] ?? 0) -
      (head.weights[base + positive] ?? 0) * (head.scales[positive] ?? 0);
    const share = (difference * (buffer.values[entry] ?? 0)) / head.temperature[kind];
    const end = buffer.ends[entry] ?? 0;
    if (end === 0) wholeText += buffer.isLexicon(entry) ? share : 0;
    else spread(characters, buffer.starts[entry] ?? 0, end, share);
  }
  const strength = lexicon.terms.reduce((sum, term) => sum + Math.abs(term.value), 0);
  for (const term of lexicon.terms)
    spread(characters, term.start, term.end, (wholeText * Math.abs(term.value)) / strength);
  return toWords(text.slice(0, MAX_TEXT_LENGTH), characters);
}

function spread(characters: Float64Array, start: number, end: number, share: number): void {
  const each = share / Math.max(1, end - start);
  for (let index = start; index < end && index < characters.length; index += 1)
    characters[index] = (characters[index] ?? 0) + each;
}

function toWords(text: string, characters: Float64Array): WordContribution[] {
  return wordSpans(text)
    .map(([start, end]) => ({
      word: text.slice(start, end),
      span: [start, end] as const,
      contribution: characters.subarray(start, end).reduce((sum, value) => sum + value, 0),
    }))
    .filter((word) => Math.abs(word.contribution) >= MIN_CONTRIBUTION)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, MAX_WORDS);
}

function wordSpans(text: string): (readonly [number, number])[] {
  if (/[\u4e00-\u9fff]/.test(text)) {
    return Array.from(new Intl.Segmenter('zh', { granularity: 'word' }).segment(text))
      .filter((segment) => segment.isWordLike !== false)
      .map((segment) => [segment.index, segment.index + segment.segment.length] as const);
  }
  return Array.from(text.matchAll(WORD), (match) => [match.index, match.index + match[0].length] as const);
}
