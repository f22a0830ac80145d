import { hasLongRun } from '../text/has-long-run.js';
import { winkFor } from '../text/wink.js';
import type { UnitKey } from './dictionary.js';

/** A folded text in units, tokens (English) or characters (Chinese): four lists of equal length. */
export interface Units {
  readonly keys: readonly UnitKey[];
  /** In UTF-16 units of the text, the end exclusive. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Whether a sentence ends with it. */
  readonly lasts: readonly boolean[];
}

/** Takes folded text of at most MAX_LEXICON_TEXT. */
export type UnitSplitter = (folded: string) => Units;

/** Text beyond this many UTF-16 units is not read by the lexicon. */
export const MAX_LEXICON_TEXT = 4000;
const MAX_RUN = 64;

export function createEnglishSplitter(): UnitSplitter {
  return (folded) => {
    const text = capRuns(folded);
    const nlp = winkFor(text);
    const its = nlp.its as { readonly span: (span: number[]) => number[] };
    const keys: string[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    const lasts: boolean[] = [];
    const document = nlp.readDoc(text);
    const words = document.tokens().out();
    let end = 0;
    for (const [first = 0, last = -1] of document.sentences().out(its.span) as readonly number[][]) {
      for (let index = first; index <= last; index += 1) {
        const word = words[index] ?? '';
        const start = text.indexOf(word, end);
        if (start < 0) continue;
        end = start + word.length;
        // A hyphen joins words ("better-than-expected"): the lists write such words with blanks.
        if (word === '-') continue;
        keys.push(word);
        starts.push(start);
        ends.push(end);
        lasts.push(index === last);
      }
    }
    return { keys, starts, ends, lasts };
  };
}

/**
 * Replaces what follows the 64th character of an unbroken run by blanks: the tokenizer's patterns take seconds on long runs
 * such as `a-a-a-…`. The length stays the same.
 */
function capRuns(text: string): string {
  if (!hasLongRun(text, MAX_RUN)) return text;
  return text.replace(/\S{65,}/g, (run) => run.slice(0, MAX_RUN).padEnd(run.length, ' '));
}

// A comma is none: 净利润…，同比下降 is one statement.
const SENTENCE_ENDS = new Set(Array.from('。!?;\n…', (mark) => mark.charCodeAt(0)));

/** Every character is a unit, white space too. */
export const splitCharacters: UnitSplitter = (folded) => {
  const keys: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const lasts: boolean[] = [];
  for (let at = 0; at < folded.length; at += 1) {
    const code = folded.charCodeAt(at);
    keys.push(code);
    starts.push(at);
    ends.push(at + 1);
    lasts.push(SENTENCE_ENDS.has(code));
  }
  return { keys, starts, ends, lasts };
};
