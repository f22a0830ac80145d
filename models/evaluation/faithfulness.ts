import type { ClassifierInput, Explanation } from '../../pipeline/core/model.js';
import type { ModelVersion } from '../../pipeline/core/scored.js';
import type { SentimentLabel } from '../../pipeline/core/taxonomy.js';
import type { Classify } from '../explanation/explain-by-deletion.js';
import { wordSpans, type TextRange } from '../explanation/word-spans.js';
import { createRandom, shuffle } from '../seeded-random.js';

/** One way to explain; null where it has nothing to say. */
export type Explain = (input: ClassifierInput) => Promise<Explanation | null>;

export interface FaithfulnessOptions {
  readonly model: ModelVersion;
  readonly classify: Classify;
  /** By name. `random` is added: words in random order. */
  readonly methods: Readonly<Record<string, Explain>>;
  /** Named in the report. */
  readonly set: string;
  /** So many texts are explained at most. */
  readonly maxTexts: number;
}

/** Means over the texts, in probability of the answered label. */
export interface Faithfulness {
  /** What the label loses without the strongest words: high is good. Mean over the shares: the area over the perturbation curve. */
  readonly comprehensiveness: number;
  /** What the label loses with the strongest words alone: low is good. */
  readonly sufficiency: number;
  /** For each share of the words left out, what the label loses. */
  readonly curve: readonly { readonly share: number; readonly loss: number }[];
}

/** What `bellwether evaluate faithfulness` prints. */
export interface FaithfulnessReport {
  readonly model: ModelVersion;
  readonly set: string;
  /** Texts explained. */
  readonly n: number;
  /** Texts that came out neutral or unclassified, or have fewer than four words: nothing in them carried a sign. */
  readonly skipped: number;
  readonly methods: Readonly<Record<string, Faithfulness>>;
}

/** The shares of ERASER. */
const SHARES = [0.01, 0.05, 0.1, 0.2, 0.5] as const;
const MIN_WORDS = 4;
const SEED = 7;

interface Text extends ClassifierInput {
  readonly words: readonly TextRange[];
  readonly label: 'negative' | 'positive';
  readonly probability: number;
}

/**
 * Measures whether explanations name the words that the model goes by: the strongest words are left out, or left alone, and
 * the model is asked again; words in random order are the yardstick.
 *
 * Comprehensiveness and sufficiency of ERASER (DeYoung et al. 2020, section 4.2), with its shares of the words, at least one word
 * each. Words are ranked by what they say for the answered label. Texts are taken in the order of the set.
 */
export async function measureFaithfulness(
  inputs: AsyncIterable<ClassifierInput> | Iterable<ClassifierInput>,
  options: FaithfulnessOptions,
): Promise<FaithfulnessReport> {
  const random = createRandom(SEED);
  const names = [...Object.keys(options.methods), 'random'];
  const tallies = new Map(
    names.map((name) => [name, { left: SHARES.map(() => 0), alone: SHARES.map(() => 0) }]),
  );
  let n = 0;
  let skipped = 0;
  for await (const input of inputs) {
    const text = await toText(input, options.classify);
    if (text === null) {
      skipped += 1;
      continue;
    }
    for (const [name, tally] of tallies) {
      const ranking = await rank(text, options.methods[name], random);
      const losses = await lossesOf(text, ranking, options.classify);
      for (const [index] of SHARES.entries()) {
        tally.left[index] = (tally.left[index] ?? 0) + (losses[index] ?? 0);
        tally.alone[index] = (tally.alone[index] ?? 0) + (losses[index + SHARES.length] ?? 0);
      }
    }
    n += 1;
    if (n >= options.maxTexts) break;
  }
  const methods = Object.fromEntries(Array.from(tallies, ([name, tally]) => [name, toFigures(tally, n)]));
  return { model: options.model, set: options.set, n, skipped, methods };
}

function toFigures(
  { left, alone }: { readonly left: readonly number[]; readonly alone: readonly number[] },
  n: number,
): Faithfulness {
  const mean = (sums: readonly number[]) =>
    sums.reduce((total, sum) => total + sum, 0) / Math.max(1, n) / SHARES.length;
  const curve = SHARES.map((share, index) => ({ share, loss: (left[index] ?? 0) / Math.max(1, n) }));
  return { comprehensiveness: mean(left), sufficiency: mean(alone), curve };
}

async function toText(input: ClassifierInput, classify: Classify): Promise<Text | null> {
  const [answer] = await classify([input]);
  const label: SentimentLabel | undefined = answer?.sentiment.label;
  const words = wordSpans(input.text);
  if (answer === undefined || label === undefined || label === 'neutral') return null;
  if (answer.flags.includes('unclassified') || words.length < MIN_WORDS) return null;
  return { ...input, words, label, probability: answer.sentiment[label] };
}

/** Numbers of the words, those that say most for the label first; without an explanation in random order. */
async function rank(
  text: Text,
  explain: Explain | undefined,
  random: () => number,
): Promise<readonly number[]> {
  const order = Uint32Array.from(text.words, (_, index) => index);
  if (explain === undefined) {
    shuffle(order, random);
    return [...order];
  }
  const explanation = await explain({ text: text.text, language: text.language });
  const sign = text.label === 'negative' ? 1 : -1;
  const strength = text.words.map((word) => sign * contributionOf(word, explanation));
  return [...order].sort((a, b) => (strength[b] ?? 0) - (strength[a] ?? 0));
}

/** Of a word that an explanation tells as a part of a longer term, an even part. */
function contributionOf({ start, end }: TextRange, explanation: Explanation | null): number {
  let sum = 0;
  for (const { span, contribution } of explanation?.words ?? []) {
    const shared = Math.min(end, span[1]) - Math.max(start, span[0]);
    if (shared > 0) sum += (contribution * shared) / (span[1] - span[0]);
  }
  return sum;
}

/** First what the label loses without the top words, for each share; then what it loses with the top words alone. */
async function lossesOf(
  text: Text,
  ranking: readonly number[],
  classify: Classify,
): Promise<readonly number[]> {
  const inputs = [false, true].flatMap((keepTop) =>
    SHARES.map((share) => {
      const top = new Set(ranking.slice(0, Math.ceil(share * text.words.length)));
      const kept = text.words.filter((_, index) => top.has(index) === keepTop);
      return { text: joinWords(text, kept), language: text.language };
    }),
  );
  const answers = await classify(inputs);
  return answers.map(({ sentiment }) => text.probability - sentiment[text.label]);
}

/** The kept words, each with the white space that follows it. */
function joinWords({ text, words }: Text, kept: readonly TextRange[]): string {
  const nextStart = new Map(words.map((word, index) => [word, words[index + 1]?.start ?? word.end]));
  return kept.map((word) => text.slice(word.start, nextStart.get(word))).join('');
}
