import type { Classification, ClassifierInput, Explanation } from '../../pipeline/core/model.js';
import { explainByDeletion, isUnanswered, logRatio, type Classify } from './explain-by-deletion.js';
import { chineseTerms } from './chinese-terms.js';
import { NO_EXPLANATION } from './to-explanation.js';
import { wordSpans, type TextRange } from './word-spans.js';

/** As served: what a small encoder reads in 50 ms on one processor. */
export const SERVED_TOKENS = 400;
/** Even of a long text so many words are left out. */
const LEAST_WORDS = 3;
/** A model without readings of words is asked at least so often: stretches of neighbours instead of words. */
const LEAST_TEXTS = 8;

/** An explanation and the answer to the whole text, which is asked for anyway. */
export interface ProbedText {
  readonly answer: Classification;
  readonly explanation: Explanation;
}

/**
 * Explains a model that judges companies within a text, in two calls of `classify`: first it says how the text speaks of each
 * word, as if that were a company; then the words with the strongest readings are tried, one at a time, all in one call.
 *
 * A word that was tried contributes the mean of what ln(P(negative) / P(positive)) loses without it and of what it has by the word
 * alone over that of no word: of two words that say the same neither is missed, and each says it. That is the Shapley value
 * as the integral of Owen ("Multilinear extensions of games", Management Science 18(5), 1972), by the trapezoidal rule with
 * the two ends as its only points. The others contribute their reading on the scale of those, and `standardError` is how far
 * the two are apart in the words that have both. What lies beyond what the model reads contributes nothing. `maxTokens`
 * bounds what is read, roughly counted. Of a model that gives no readings, words, or stretches of neighbours, are left out one
 * by one. Null where the model left the text, or a part that was asked for, unanswered.
 */
export async function explainByProbe(
  { text, language }: ClassifierInput,
  classify: Classify,
  maxTokens: number,
): Promise<ProbedText | null> {
  const words = wordSpans(text, chineseTerms(text));
  const mentions = words.map(({ start, end }) => [[start, end] as const]);
  const [answer] = await classify([{ text, language, mentions }]);
  if (answer === undefined || isUnanswered(answer)) return null;
  if (answer.flags.includes('unclassified')) return { answer, explanation: NO_EXPLANATION };
  const readings = readingsOf(answer);
  if (readings === null) {
    // The whole text has been one of them.
    const maxTexts = Math.max(LEAST_TEXTS, Math.floor(maxTokens / countTokens(text)) - 1);
    const options = { method: 'leave-one-out', maxTexts } as const;
    const explanation = await explainByDeletion({ text, language }, classify, options);
    return explanation === null ? null : { answer, explanation };
  }
  const read = { text: text.slice(0, words[readings.length]?.start), words: words.slice(0, readings.length) };
  const tried = strongest(readings, Math.max(LEAST_WORDS, affordable(read, maxTokens)));
  const parts = [
    '',
    ...tried.map((place) => without(read, place)),
    ...tried.map((place) => alone(read, place)),
  ];
  const answers = await classify(
    parts.map((part) => ({ text: part, language, sentimentOnly: true as const })),
  );
  if (answers.some(isUnanswered)) return null;
  const total = logRatio(answer);
  const [nothing = 0, ...ratios] = answers.map(logRatio);
  const means = tried.map((place, index): [number, number] => {
    const [left = 0, by = 0] = [ratios[index], ratios[index + tried.length]];
    return [place, (total - left + by - nothing) / 2];
  });
  return { answer, explanation: toExplanation(read, total, fillIn(readings, new Map(means))) };
}

/** What the model reads of a text. */
interface ReadText {
  readonly text: string;
  readonly words: readonly TextRange[];
}

/** The readings of the words up to the first that the model did not reach, against their mean; null where it gives none. */
function readingsOf({ mentions }: Classification): readonly number[] | null {
  if (mentions === undefined) return null;
  const end = mentions.indexOf(null);
  const read = (end < 0 ? mentions : mentions.slice(0, end)).flatMap((sentiment) => sentiment ?? []);
  if (read.length === 0) return null;
  const ratios = read.map((sentiment) => logRatio({ sentiment }));
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  return ratios.map((ratio) => ratio - mean);
}

/** Words that can be tried: each costs the text without it, and the word alone. */
function affordable({ text, words }: ReadText, maxTokens: number): number {
  const whole = countTokens(text);
  const alone = 2 + whole / Math.max(1, words.length);
  // The whole text has been asked about.
  return Math.floor((maxTokens - whole) / (whole + alone));
}

function strongest(readings: readonly number[], most: number): readonly number[] {
  const strength = (place: number) => Math.abs(readings[place] ?? 0);
  return [...readings.keys()].sort((a, b) => strength(b) - strength(a)).slice(0, most);
}

function without({ text, words }: ReadText, place: number): string {
  return text.slice(0, words[place]?.start) + text.slice(words[place + 1]?.start ?? text.length);
}

function alone({ text, words }: ReadText, place: number): string {
  return text.slice(words[place]?.start, words[place]?.end);
}

interface Filled {
  readonly values: readonly number[];
  readonly standardError: number;
}

/** Least squares through the origin from the readings to what was found; a scale that would turn signs round is 0. */
function fillIn(readings: readonly number[], found: ReadonlyMap<number, number>): Filled {
  let products = 0;
  let squares = 0;
  for (const [place, value] of found) {
    products += value * (readings[place] ?? 0);
    squares += (readings[place] ?? 0) ** 2;
  }
  const scale = squares === 0 ? 0 : Math.max(0, products / squares);
  const values = readings.map((reading, place) => found.get(place) ?? scale * reading);
  if (found.size === readings.length) return { values, standardError: 0 };
  const apart = [...found].reduce((sum, [at, value]) => sum + (value - scale * (readings[at] ?? 0)) ** 2, 0);
  return { values, standardError: Math.sqrt(apart / Math.max(1, found.size - 1)) };
}

function toExplanation(
  { text, words }: ReadText,
  total: number,
  { values, standardError }: Filled,
): Explanation {
  return {
    method: 'probe',
    total,
    bias: total - values.reduce((sum, value) => sum + value, 0),
    words: words
      .map(({ start, end }, place) => ({
        word: text.slice(start, end),
        span: [start, end] as const,
        contribution: values[place] ?? 0,
      }))
      .filter(({ contribution }) => contribution !== 0)
      .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
    standardError,
  };
}

const IDEOGRAPHS = /[\u3400-\u9fff]/g;
const CHARACTERS_PER_TOKEN = 4.5;

/** About as many tokens as a WordPiece tokenizer makes of a text: one an ideograph, and the two at the ends. */
function countTokens(text: string): number {
  const ideographs = text.match(IDEOGRAPHS)?.length ?? 0;
  return 2 + ideographs + (text.length - ideographs) / CHARACTERS_PER_TOKEN;
}
