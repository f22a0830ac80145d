/** Start (inclusive) and end (exclusive) in UTF-16 units. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

const WORD =
  /[+-]?[$€£¥]?[\p{L}\p{N}]+(?:['’.,&-][\p{L}\p{N}]+)*%?|[^\s\p{L}\p{N}]+?(?=[+-]?[$€£¥]?[\p{L}\p{N}]|\s|$)/gu;
const IDEOGRAPH = /[\u4e00-\u9fff]/;

/**
 * Cuts a text into what a reader takes for its words: all but the white space, in order, without overlap.
 *
 * Chinese characters are grouped to words by the dictionary of ICU (`Intl.Segmenter`); a number keeps its sign, currency and
 * percent sign. Words that belong to one of the `terms`, such as "profit warning" or 扭亏为盈, become one.
 */
export function wordSpans(text: string, terms: readonly TextRange[] = []): readonly TextRange[] {
  const words = IDEOGRAPH.test(text) ? chineseWords(text) : plainWords(text);
  return terms.length === 0 ? words : joinTerms(words, terms);
}

function plainWords(text: string): readonly TextRange[] {
  return Array.from(text.matchAll(WORD), ({ index, 0: word }) => ({
    start: index,
    end: index + word.length,
  }));
}

function chineseWords(text: string): readonly TextRange[] {
  const segments = new Intl.Segmenter('zh', { granularity: 'word' }).segment(text);
  return Array.from(segments)
    .filter(({ segment }) => segment.trim() !== '')
    .map(({ index, segment }) => ({ start: index, end: index + segment.length }));
}

/** Two neighbours become one when a term reaches from the first into the second. */
function joinTerms(words: readonly TextRange[], terms: readonly TextRange[]): readonly TextRange[] {
  const sorted = [...terms].sort((a, b) => a.start - b.start);
  const joined: TextRange[] = [];
  let next = 0;
  let reach = 0;
  for (const word of words) {
    const last = joined.at(-1);
    if (last !== undefined && reach > word.start) {
      joined[joined.length - 1] = { start: last.start, end: word.end };
    } else {
      joined.push(word);
    }
    for (let term = sorted[next]; term !== undefined && term.start < word.end; term = sorted[next]) {
      reach = Math.max(reach, term.end);
      next += 1;
    }
  }
  return joined;
}
