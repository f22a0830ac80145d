import { HEADLINE_WORDS } from './headline-words.js';
import { WORD_VOTES } from './language-words.js';

/** Words of a headline; of longer texts the beginning is enough. */
const MAX_WORDS = 40;
/** English unless the letters speak against it, in nats: the news and posts that come are English for the most part. */
const ENGLISH_PRIOR = 3;
/** Without a mark on any letter the words are English, or names, still more often. */
const PLAIN_PRIOR = 2;
/** From here on the text is not English, and so far ahead of the next a language has to be to be named. */
const LEAD = 1;
/** A vote of the word lists, in nats. */
const VOTE = 3;
/** A word with a capital may be a name, which any language takes from any other. */
const NAME_SHARE = 0.4;
const SMOOTHING = 0.3;

const LANGUAGES = Object.keys(HEADLINE_WORDS);
const PROFILE = buildProfile();

/**
 * The language of words in Latin letters by groups of three letters, as they occur in the word lists of each language: `en` where
 * nothing speaks against it, `und` where it is another one that does not show. `votes` are those of whole words.
 */
export function judgeByLetters(
  words: readonly string[],
  votes: ReadonlyMap<string, number>,
  accented: boolean,
): string {
  const scores = LANGUAGES.map((language) => VOTE * (votes.get(language) ?? 0));
  for (const word of words.slice(0, MAX_WORDS)) {
    const share = /^\p{Lu}/u.test(word) ? NAME_SHARE : 1;
    for (const gram of gramsOf(word.toLowerCase())) {
      const odds = PROFILE.get(gram);
      if (odds === undefined) continue;
      for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] ?? 0) + share * (odds[i] ?? 0);
    }
  }
  const english = (scores[LANGUAGES.indexOf('en')] ?? 0) + ENGLISH_PRIOR + (accented ? 0 : PLAIN_PRIOR);
  const [first, second] = LANGUAGES.map((language, i) => ({ language, score: scores[i] ?? 0 }))
    .filter(({ language }) => language !== 'en')
    .sort((a, b) => b.score - a.score);
  if (first === undefined || first.score <= english) return 'en';
  return first.score - (second?.score ?? 0) >= LEAD ? first.language : 'und';
}

/** Log odds of each group of letters in each language, against an even share of all. */
function buildProfile(): ReadonlyMap<string, readonly number[]> {
  const counts = new Map<string, number[]>();
  const totals = LANGUAGES.map(() => 0);
  for (const [word, languages] of WORD_VOTES) {
    for (const language of languages) {
      const index = LANGUAGES.indexOf(language);
      for (const gram of gramsOf(word)) {
        const row = counts.get(gram) ?? LANGUAGES.map(() => 0);
        row[index] = (row[index] ?? 0) + 1;
        totals[index] = (totals[index] ?? 0) + 1;
        counts.set(gram, row);
      }
    }
  }
  return new Map([...counts].map(([gram, row]) => [gram, oddsOf(row, totals)]));
}

function oddsOf(row: readonly number[], totals: readonly number[]): readonly number[] {
  const rates = row.map((count, i) => (count + SMOOTHING) / ((totals[i] ?? 0) + SMOOTHING * 2_000));
  const mean = rates.reduce((sum, rate) => sum + Math.log(rate), 0) / rates.length;
  return rates.map((rate) => Math.log(rate) - mean);
}

function gramsOf(word: string): readonly string[] {
  const padded = ` ${word} `;
  return Array.from({ length: padded.length - 2 }, (_, i) => padded.slice(i, i + 3));
}
