import type { Explanation } from '../core/model.js';
import type { Span } from '../core/scored.js';

const MOST_WORDS = 5;
const MAX_WORD_CHARS = 60;
/** What says less than this share of the strongest word says nothing to a reader. */
const LEAST_SHARE = 0.3;

/** Words that say nothing alone. Those that turn a sentence (no, not, without, down, off, below, against; 不, 未, 无) are none of them. */
const FILLERS = new Set(
  `a an the and or as at by for from in into of on onto over to with within than that this these those it its they their them he his she her we our us
  you your i my is are was were be been being am has have had do does did will would shall should can could may might also which who whom what when
  where while there here about s t re ve ll
  的 了 着 过 在 和 与 及 或 等 为 因 是 对 将 于 也 其 该 此 这 那 有 由 从 向 至 以 并 而 被 把 就 都 又 还 中 内 后 前 年 月 日`.split(
    /\s+/,
  ),
);

/**
 * The words that spoke most for bad news, the strongest first, each once: five at most, none of them punctuation, a mere filler, within
 * the error of the explanation, or a part of the names at `names`: a company is not what is bad about its news.
 */
export function negativeWords(
  { words, standardError }: Pick<Explanation, 'words' | 'standardError'>,
  names: readonly Span[],
): readonly string[] {
  const telling = words
    .filter(({ word, contribution }) => contribution > standardError && /[\p{L}\p{N}]/u.test(word))
    .filter(({ word }) => !FILLERS.has(word.toLowerCase()))
    .filter(({ span }) => names.every(([start, end]) => span[1] <= start || end <= span[0]))
    .sort((a, b) => b.contribution - a.contribution);
  const least = LEAST_SHARE * (telling[0]?.contribution ?? 0);
  const strong = telling.filter(({ contribution }) => contribution >= least);
  const byFold = new Map<string, string>();
  for (const { word } of strong) {
    const key = word.toLowerCase();
    if (!byFold.has(key)) byFold.set(key, word.slice(0, MAX_WORD_CHARS).toWellFormed());
  }
  return [...byFold.values()].slice(0, MOST_WORDS);
}
