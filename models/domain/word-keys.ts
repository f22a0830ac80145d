import type { ModelLanguage } from '../choose-language.js';

/** No more of a text is read: its head says what it is about. */
const MAX_TEXT_LENGTH = 600;
/** Links and names of accounts are nobody's vocabulary; cashtags, sums of money and percentages are classes of their own. */
const ENGLISH = /(?:https?:\/\/|www\.)\S+|@\w+|\$[a-z]{1,6}\b|[$€£¥]\s?\d|\d%|[a-z]+/g;
const HAN_RUN = /[\u4e00-\u9fff]{2,}/g;

/** Words that stand for a class. */
export const WORD_CLASSES = { cashtag: '<cashtag>', money: '<money>', percent: '<percent>' } as const;

/** The 32-bit keys of the words of a text, in their order: English words in lower case, pairs of Chinese characters. Linear. */
export function wordKeys(text: string, language: ModelLanguage): readonly number[] {
  const read = text.slice(0, MAX_TEXT_LENGTH);
  return language === 'en' ? englishKeys(read.toLowerCase()) : chineseKeys(read);
}

function englishKeys(text: string): readonly number[] {
  const keys: number[] = [];
  for (const word of text.match(ENGLISH) ?? []) {
    const key = englishKey(word);
    if (key !== null) keys.push(key);
  }
  return keys;
}

/** Null for a link and for the name of an account. */
function englishKey(word: string): number | null {
  const first = word.charCodeAt(0);
  const last = word.charCodeAt(word.length - 1);
  if (first === 0x40 || word.includes('/') || word.startsWith('www.')) return null;
  if (last === 0x25) return wordKey(WORD_CLASSES.percent);
  if (first >= 0x61 && first <= 0x7a) return wordKey(word);
  return wordKey(last <= 0x39 ? WORD_CLASSES.money : WORD_CLASSES.cashtag);
}

function chineseKeys(text: string): readonly number[] {
  const keys: number[] = [];
  for (const run of text.match(HAN_RUN) ?? []) {
    for (let at = 1; at < run.length; at += 1) keys.push(pairKey(run.charCodeAt(at - 1), run.charCodeAt(at)));
  }
  return keys;
}

/** The key of an English word or of a word of two Chinese characters. */
export function wordKey(word: string): number {
  const first = word.charCodeAt(0);
  if (first >= 0x4e00 && word.length === 2) return pairKey(first, word.charCodeAt(1));
  // FNV-1a.
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return hash | 0;
}

function pairKey(first: number, second: number): number {
  return Math.imul((first << 16) | second, 0x9e3779b1) | 0;
}
