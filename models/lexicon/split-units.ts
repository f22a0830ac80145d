import type { ItemSentence } from 'wink-nlp';
import { loadWink } from '../text/wink.js';
import { foldText } from './fold-text.js';

/** A token (English) or a character (Chinese) of the folded text; `last` marks the end of a sentence. */
export interface Unit {
  readonly text: string;
  readonly start: number;
  readonly last: boolean;
}

export type UnitSplitter = (text: string) => readonly Unit[];

/** Text beyond this many UTF-16 units is not read by the lexicon. */
export const MAX_LEXICON_TEXT = 4000;
const MAX_RUN = 64;

/** 31,000 headlines a second. */
export function createEnglishSplitter(): UnitSplitter {
  const nlp = loadWink();
  return (original) => {
    const text = capRuns(foldText(original.slice(0, MAX_LEXICON_TEXT)));
    const units: Unit[] = [];
    let cursor = 0;
    nlp
      .readDoc(text)
      .sentences()
      .each((sentence: ItemSentence) => {
        const words = sentence.tokens().out();
        for (const [index, word] of words.entries()) {
          const start = text.indexOf(word, cursor);
          if (start < 0) continue;
          cursor = start + word.length;
          // A hyphen joins words ("better-than-expected"): the lists write such words with blanks.
          if (word !== '-') units.push({ text: word, start, last: index === words.length - 1 });
        }
      });
    return units;
  };
}

/**
 * Replaces what follows the 64th character of an unbroken run by blanks: the tokenizer's patterns take seconds on long runs
 * such as `a-a-a-…`. The length stays the same.
 */
function capRuns(text: string): string {
  return text.replace(/\S{65,}/g, (run) => run.slice(0, MAX_RUN).padEnd(run.length, ' '));
}

// A comma is none: 净利润…，同比下降 is one statement.
const SENTENCE_ENDS = new Set(['。', '!', '?', ';', '\n', '…']);

/** Every character is a unit, white space too. */
export const splitCharacters: UnitSplitter = (text) => {
  const folded = foldText(text.slice(0, MAX_LEXICON_TEXT));
  return Array.from({ length: folded.length }, (_, start) => {
    const character = folded.charAt(start);
    return { text: character, start, last: SENTENCE_ENDS.has(character) };
  });
};
