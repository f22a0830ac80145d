import type { Classification, ClassifierInput, Explanation } from '../../pipeline/core/model.js';
import { createRandom, shuffle } from '../seeded-random.js';
import { chineseTerms } from './chinese-terms.js';
import { shapleyValues } from './shapley-values.js';
import { wordSpans, type TextRange } from './word-spans.js';

/** Answers in the order of the inputs. */
export type Classify = (inputs: readonly ClassifierInput[]) => Promise<readonly Classification[]>;

export interface DeletionOptions {
  /**
   * `shapley`: what a word adds on average to any choice of the others. `leave-one-out`: what is missing without it; one text a
   * word, but of two words that say the same neither seems to matter.
   */
  readonly method: 'shapley' | 'leave-one-out';
  /** The model is asked about so many texts at most; at least 8. */
  readonly maxTexts: number;
}

/** Equal texts get equal explanations. */
const SEED = 20_261_128;
/** A probability of 0 would make a contribution infinite. */
const LEAST = 1e-6;

/** Stretches of text as players: which of them stay, as 0 and 1, and what the model then answers. */
interface Game {
  readonly players: readonly TextRange[];
  readonly worths: ReadonlyMap<string, number>;
}

/**
 * Explains any model by asking it about the text with words left out; needs nothing but its answers.
 *
 * The worth of a choice of words is ln(P(negative) / P(positive)) of the text with those words alone, and the contributions are
 * the Shapley values of that game: exact where all choices may be asked, else the mean over random orders of the words, each
 * order taken forwards and backwards (Castro, Gómez and Tejada 2009; antithetic pairs: Mitchell, Cooper, Frank and Holmes
 * 2022). Either way they sum with `bias`, the answer for no text, to `total`. The seed is fixed, and the standard error over the pairs
 * of orders is told. Where the words are too many for `maxTexts`, neighbours are left out together and share evenly.
 * One or two calls of `classify`; time is linear in text times `maxTexts`. Null where the model left a text unanswered: what it
 * says then is its prior, which no word has made.
 */
export async function explainByDeletion(
  input: ClassifierInput,
  classify: Classify,
  options: DeletionOptions,
): Promise<Explanation | null> {
  const words = wordSpans(input.text, chineseTerms(input.text));
  const most = options.method === 'shapley' ? Math.floor((options.maxTexts + 2) / 4) : options.maxTexts - 2;
  const players = groupNeighbours(words, most);
  const orders = options.method === 'shapley' ? drawOrders(players.length, options.maxTexts) : null;
  const choices =
    options.method === 'leave-one-out'
      ? choicesLeavingOneOut(players.length)
      : orders === null
        ? allChoices(players.length)
        : orders.flatMap(choicesOfOrder);
  const worths = await askWorths(input, players, choices, classify);
  if (worths === null) return null;
  const game = { players, worths };
  const found =
    options.method === 'leave-one-out'
      ? leaveOneOut(game)
      : orders === null
        ? exactValues(game)
        : meanOverOrders(game, orders);
  return toWords(input.text, words, game, found);
}

interface Values {
  readonly values: readonly number[];
  readonly standardError: number;
}

/** At most `most` stretches of neighbouring words, as equal as can be, each up to where the next begins. */
function groupNeighbours(words: readonly TextRange[], most: number): readonly TextRange[] {
  const count = Math.min(words.length, most);
  return Array.from({ length: count }, (_, group) => {
    const first = words[Math.floor((group * words.length) / count)];
    const next = words[Math.floor(((group + 1) * words.length) / count)];
    return { start: first?.start ?? 0, end: next?.start ?? words.at(-1)?.end ?? 0 };
  });
}

/** Pairs of orders, one behind the other, or null where all choices can be asked as well. */
function drawOrders(players: number, maxTexts: number): readonly Uint32Array[] | null {
  if (2 ** players <= maxTexts) return null;
  const random = createRandom(SEED);
  const pairs = Math.max(2, Math.floor((maxTexts - 2) / (2 * (players - 1))));
  return Array.from({ length: pairs }, () => {
    const order = Uint32Array.from({ length: players }, (_, player) => player);
    shuffle(order, random);
    return [order, order.toReversed()];
  }).flat();
}

function allChoices(players: number): readonly string[] {
  return Array.from({ length: 1 << players }, (_, bits) => choiceOfBits(bits, players));
}

function choiceOfBits(bits: number, players: number): string {
  return Array.from({ length: players }, (_, player) => (bits >> player) & 1).join('');
}

function choicesLeavingOneOut(players: number): readonly string[] {
  const all = '1'.repeat(players);
  const without = Array.from(
    { length: players },
    (_, player) => `${all.slice(0, player)}0${all.slice(player + 1)}`,
  );
  return [all, '0'.repeat(players), ...without];
}

/** The choices that an order goes through, from none to all. */
function choicesOfOrder(order: Uint32Array): readonly string[] {
  const chosen = new Uint8Array(order.length);
  const choices = [chosen.join('')];
  for (const player of order) {
    chosen[player] = 1;
    choices.push(chosen.join(''));
  }
  return choices;
}

async function askWorths(
  { text, language }: ClassifierInput,
  players: readonly TextRange[],
  choices: readonly string[],
  classify: Classify,
): Promise<ReadonlyMap<string, number> | null> {
  const distinct = [...new Set(choices)];
  const inputs = distinct.map((choice) => ({
    text: players
      .filter((_, player) => choice[player] === '1')
      .map(({ start, end }) => text.slice(start, end))
      .join(''),
    language,
    sentimentOnly: true as const,
  }));
  const answers = await classify(inputs);
  if (answers.some(isUnanswered)) return null;
  return new Map(distinct.map((choice, index) => [choice, logRatio(answers[index])]));
}

/** Whether what runs the model was lost at the text. */
export function isUnanswered({ unanswered }: Classification): boolean {
  return unanswered === true;
}

/** ln(P(negative) / P(positive)), neither taken for smaller than a millionth; 0 without an answer. */
export function logRatio(answer: Pick<Classification, 'sentiment'> | undefined): number {
  if (answer === undefined) return 0;
  const { negative, positive } = answer.sentiment;
  return Math.log(Math.max(LEAST, negative) / Math.max(LEAST, positive));
}

function worthOf({ worths }: Game, choice: string): number {
  return worths.get(choice) ?? 0;
}

function leaveOneOut(game: Game): Values {
  const [all = '', , ...without] = choicesLeavingOneOut(game.players.length);
  const whole = worthOf(game, all);
  return { values: without.map((choice) => whole - worthOf(game, choice)), standardError: 0 };
}

function exactValues(game: Game): Values {
  const players = game.players.length;
  const values = shapleyValues(players, (bits) => worthOf(game, choiceOfBits(bits, players)));
  return { values, standardError: 0 };
}

function meanOverOrders(game: Game, orders: readonly Uint32Array[]): Values {
  const pairs = orders.length / 2;
  const sums = new Float64Array(game.players.length);
  const squares = new Float64Array(game.players.length);
  for (let pair = 0; pair < pairs; pair += 1) {
    const gains = new Float64Array(game.players.length);
    for (const order of orders.slice(2 * pair, 2 * pair + 2)) addGains(game, order, gains);
    for (const [player, gain] of gains.entries()) {
      sums[player] = (sums[player] ?? 0) + gain / 2;
      squares[player] = (squares[player] ?? 0) + (gain / 2) ** 2;
    }
  }
  const values = Array.from(sums, (sum) => sum / pairs);
  const variances = values.map((mean, player) => ((squares[player] ?? 0) / pairs - mean ** 2) / (pairs - 1));
  return { values, standardError: Math.sqrt(Math.max(0, ...variances)) };
}

function addGains(game: Game, order: Uint32Array, gains: Float64Array): void {
  const worths = choicesOfOrder(order).map((choice) => worthOf(game, choice));
  for (const [place, player] of order.entries())
    gains[player] = (gains[player] ?? 0) + (worths[place + 1] ?? 0) - (worths[place] ?? 0);
}

/** A stretch's value goes evenly to its words; what the values leave of the answer is the bias. */
function toWords(
  text: string,
  words: readonly TextRange[],
  game: Game,
  { values, standardError }: Values,
): Explanation {
  const total = worthOf(game, '1'.repeat(game.players.length));
  const bias = total - values.reduce((sum, value) => sum + value, 0);
  const told = game.players.flatMap(({ start, end }, player) => {
    const own = words.filter((word) => word.start >= start && word.start < end);
    return own.map((word) => ({
      word: text.slice(word.start, word.end),
      span: [word.start, word.end] as const,
      contribution: (values[player] ?? 0) / own.length,
    }));
  });
  return {
    method: 'sampled',
    total,
    bias,
    words: told
      .filter(({ contribution }) => contribution !== 0)
      .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
    standardError,
  };
}
