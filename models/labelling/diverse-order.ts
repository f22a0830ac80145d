/** A text that might be labelled. */
export interface DoubtfulText {
  readonly words: readonly string[];
  /** 0 … 1: how little the model knows what it says. */
  readonly doubt: number;
}

/** Of the most doubtful texts so many times more than are wanted are looked at. */
const LOOKED_AT = 5;

/**
 * Numbers of the texts to label next: doubtful, typical of what there is, and unlike what is labelled or chosen already.
 *
 * Worth = doubt × mean over the words of ln(1 + texts that have the word) / (1 + labelled or chosen texts that have it): the
 * information density of Settles and Craven (EMNLP 2008) by single words, with what was chosen discounted. Greedy; time: choices × 5 choices.
 */
export function diverseOrder(
  texts: readonly DoubtfulText[],
  { count, known }: { readonly count: number; readonly known: Iterable<readonly string[]> },
): readonly number[] {
  const spread = new Map<string, number>();
  for (const { words } of texts) countWords(words, spread);
  const chosen = new Map<string, number>();
  for (const words of known) countWords(words, chosen);
  const worth = ({ words, doubt }: DoubtfulText) => {
    let sum = 0;
    for (const word of words) sum += Math.log1p(spread.get(word) ?? 0) / (1 + (chosen.get(word) ?? 0));
    return words.length === 0 ? 0 : (doubt * sum) / words.length;
  };
  const left = texts
    .map((text, index) => ({ text, index }))
    .sort((a, b) => b.text.doubt - a.text.doubt || a.index - b.index)
    .slice(0, count * LOOKED_AT);
  const order: number[] = [];
  while (order.length < count && left.length > 0) {
    let best = 0;
    let most = -1;
    for (const [at, { text }] of left.entries()) {
      const value = worth(text);
      if (value > most) [best, most] = [at, value];
    }
    const [taken] = left.splice(best, 1);
    if (taken === undefined) break;
    order.push(taken.index);
    countWords(taken.text.words, chosen);
  }
  return order;
}

function countWords(words: readonly string[], counts: Map<string, number>): void {
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
}
