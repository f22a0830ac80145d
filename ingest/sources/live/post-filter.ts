import { createPatternMatcher } from '../../../pipeline/core/aho-corasick.js';

export interface PostFilterOptions {
  /** True takes every post of the wanted languages. */
  readonly everything: boolean;
  /** Takes posts with a cashtag such as `$TSLA`. */
  readonly cashtags: boolean;
  /** Words or phrases, any case; whole words except in scripts without blanks. */
  readonly keywords: readonly string[];
  /** Primary language tags such as `en`; empty takes all. A post that names no language passes. */
  readonly languages: readonly string[];
}

/** Says whether a post is one the desk wants. */
export type PostFilter = (text: string, languages: readonly string[]) => boolean;

const CASHTAG = /(?<![\p{L}\p{N}$])\$[A-Za-z]{1,6}(?:\.[A-Za-z]{1,2})?(?![\p{L}\p{N}])/u;
const WORD_UNIT = /[\p{L}\p{N}]/u;
/** Scripts that put no blanks between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** One pass over the text, however many keywords there are. */
export function createPostFilter(options: PostFilterOptions): PostFilter {
  const languages = new Set(options.languages.map(primaryTag));
  const hasKeyword = createKeywordFinder(options.keywords);
  return (text, stated) => {
    const spoken = stated.length === 0 || languages.size === 0;
    if (!spoken && !stated.some((tag) => languages.has(primaryTag(tag)))) return false;
    return options.everything || (options.cashtags && CASHTAG.test(text)) || hasKeyword(text);
  };
}

function createKeywordFinder(keywords: readonly string[]): (text: string) => boolean {
  const patterns = [...new Set(keywords.map((word) => word.trim().toLowerCase()))].filter((w) => w !== '');
  if (patterns.length === 0) return () => false;
  const matcher = createPatternMatcher(patterns);
  return (text) => {
    const lower = text.toLowerCase();
    const units = Uint16Array.from({ length: lower.length }, (_, index) => lower.charCodeAt(index));
    let found = false;
    matcher.scan(units, (start, end) => {
      found ||= standsAlone(lower, start, end);
    });
    return found;
  };
}

function standsAlone(text: string, start: number, end: number): boolean {
  return isEdge(text[start - 1], text[start]) && isEdge(text[end], text[end - 1]);
}

/** Whether a word may begin or end between a unit outside and one inside of it. */
function isEdge(outside: string | undefined, inside: string | undefined): boolean {
  if (outside === undefined || inside === undefined) return true;
  return UNSPACED.test(inside) || !WORD_UNIT.test(inside) || !WORD_UNIT.test(outside);
}

function primaryTag(tag: string): string {
  return (tag.split(/[-_]/)[0] ?? '').toLowerCase();
}
