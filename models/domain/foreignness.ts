import type { Classification } from '../../pipeline/core/model.js';
import { chooseLanguage } from '../choose-language.js';

/** How foreign a text is to a model of finance texts, 0 (at home) … 1 (nothing of it is known). */
export type Foreignness = (text: string, language: string, answer: Classification) => number;

/** A pair of characters counts as known from this many texts on: once may be the name of a company. */
const MIN_TEXTS = 3;
/** No more of a text is read; models read no more either. */
const MAX_TEXT_LENGTH = 4000;
const HAN_RUN = /[\u4e00-\u9fff]{2,}/g;

/**
 * A score that needs no second model. Chinese: the share of pairs of Chinese characters that fewer than three of `texts` hold.
 * English: how little the model finds one of our topics in it. 1 in another language.
 *
 * Each is what separates better in its language: a Chinese topic head that never saw other texts takes a poem for company news,
 * while the vocabulary of English headlines is too open to be counted. Linear in the text.
 */
export function createForeignness(
  texts: readonly { readonly text: string; readonly language: string }[],
): Foreignness {
  const known = knownPairs(texts.filter(({ language }) => language === 'zh').map(({ text }) => text));
  return (text, language, answer) => {
    const read = text.slice(0, MAX_TEXT_LENGTH);
    switch (chooseLanguage(language, read)) {
      case 'zh': {
        const pairs = hanPairs(read);
        return pairs.length === 0 ? 1 : pairs.filter((pair) => !known.has(pair)).length / pairs.length;
      }
      case 'en':
        return topicForeignness(answer);
      case null:
        return 1;
    }
  };
}

/** The mean of P(other) and 1 − P(best finance topic). */
function topicForeignness({ topics }: Classification): number {
  const other = topics.find(({ topic }) => topic === 'other')?.probability ?? 0;
  const best = topics.reduce(
    (most, { topic, probability }) => (topic === 'other' ? most : Math.max(most, probability)),
    0,
  );
  return (other + 1 - best) / 2;
}

function knownPairs(texts: readonly string[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const pair of new Set(hanPairs(text))) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  return new Set(Array.from(counts).flatMap(([pair, count]) => (count >= MIN_TEXTS ? [pair] : [])));
}

function hanPairs(text: string): readonly string[] {
  return (text.match(HAN_RUN) ?? []).flatMap((run) =>
    Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2)),
  );
}
