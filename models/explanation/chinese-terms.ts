import { parseDictionary, toDictionary } from '../lexicon/dictionary.js';
import { findPhrases } from '../lexicon/find-terms.js';
import { foldText } from '../lexicon/fold-text.js';
import { splitCharacters } from '../lexicon/split-units.js';
import { TOPIC_WORDS } from '../lexicon/topic-words.js';
import { CHINESE_WORDS } from '../lexicon/words-zh.js';
import { FINANCE_WORDS_ZH } from './finance-words-zh.js';
import { wordSpans, type TextRange } from './word-spans.js';

const LEXICON = [...parseDictionary(CHINESE_WORDS, '').entries.keys()];
const TOPICS = Object.values(TOPIC_WORDS).flatMap(({ zh }) => zh.split(' '));
const KNOWN = [...LEXICON, ...TOPICS, ...FINANCE_WORDS_ZH];
const TERMS = toDictionary(new Map(KNOWN.filter((word) => word.length > 1).map((word) => [word, true])), '');
/** Words of one character: they stand for themselves. */
const SMALL_WORDS = new Set([
  ...KNOWN.filter((word) => word.length === 1),
  ...Array.from(
    '的了着过在和与及或等为是对将于也其该此这那有由从向至以并而被把就都又还中内后前年月日遭因且则即仍已正再更最很只才却但若如按据经称说拟需应可能会要让使令给叫比同各每某本我你他她它们谁何个家只条项次股元亿万千百十一二三四五六七八九零两上下多少大小新旧高低好坏',
  ),
]);
/** They end a word. */
const ENDINGS = new Set('师员者率额局署院厅案性化商税');
const IDEOGRAPHS = /^[\u4e00-\u9fff]+$/;
/** Names are no longer. */
const MAX_RUN = 4;

/**
 * The stretches of a text that a reader of Chinese takes for one word and the dictionary of ICU may tear: at each place the longest
 * word of our own lists; an ending with the word before it; and a run of characters that nobody knows as words, which is a name
 * for the most part. Empty for a text without Chinese characters.
 */
export function chineseTerms(text: string): readonly TextRange[] {
  if (!/[\u4e00-\u9fff]/.test(text)) return [];
  const known: TextRange[] = [];
  findPhrases(splitCharacters(foldText(text)), TERMS, (_, start, size) => {
    // Tesla股价 holds no A股.
    if (!/[a-z\d]{2}$/i.test(text.slice(Math.max(0, start - 1), start + 1)))
      known.push({ start, end: start + size });
  });
  return [...known, ...joinFragments(text, wordSpans(text, known))];
}

interface OpenStretch extends TextRange {
  /** Of characters that nobody knows as words, and of nothing else. */
  readonly isRun: boolean;
}

function joinFragments(text: string, words: readonly TextRange[]): readonly TextRange[] {
  const joined: TextRange[] = [];
  let open = null as OpenStretch | null;
  for (const { start, end } of words) {
    const word = foldText(text.slice(start, end));
    const isFragment = word.length === 1 && IDEOGRAPHS.test(word) && !SMALL_WORDS.has(word);
    if (isFragment && open?.end === start && goesOn(open, word)) {
      open = { ...open, end };
      joined.push(open);
    } else if (isFragment || (word.length > 1 && IDEOGRAPHS.test(word))) {
      open = { start, end, isRun: isFragment };
    } else open = null;
  }
  return joined;
}

function goesOn({ start, end, isRun }: OpenStretch, fragment: string): boolean {
  return isRun ? end - start < MAX_RUN : ENDINGS.has(fragment);
}
