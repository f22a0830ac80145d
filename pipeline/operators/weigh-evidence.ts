import type { LinkReason } from '../core/scored.js';
import type { NameEntry, NameHit } from './find-names.js';
import { isIdeograph } from './find-names.js';
import { namesSomethingElse } from './other-organisations.js';
import {
  COMPANY_FOLLOWERS,
  COMPANY_LEADER,
  FINANCE_NEAR,
  FINANCE_NEAR_ZH,
  LEGAL_SUFFIX,
  LEGAL_SUFFIX_ZH,
  PLAIN_PRECEDERS,
} from './linking-words.js';

/** How well the words fit the name: `sure` links alone, `context` only with support, `no` never. */
export type Verdict = 'sure' | 'context' | 'no';

const REACH = 160;

/** The sentence around a hit, at most 160 units to each side. */
interface Surroundings {
  readonly before: string;
  readonly after: string;
  readonly startsSentence: boolean;
}

/**
 * Judges by the writing alone: the case of a one-word Latin name must fit ("Target" yes, "target" no), an acronym
 * must stand in capitals, an ambiguous name always wants support.
 */
export function judgeWriting(text: string, hit: NameHit, entry: NameEntry): Verdict {
  if (namesSomethingElse(text, hit, entry)) return 'no';
  if (hit.chinese) return entry.ambiguous ? 'context' : 'sure';
  const written = text.slice(hit.start, hit.end);
  const support: Verdict = entry.ambiguous || (entry.family && isPartOfName(text, hit)) ? 'context' : 'sure';
  if (isPartOfFund(text, hit, entry)) return 'no';
  if (isAcronym(entry.text)) {
    if (written !== written.toUpperCase()) return isOwnWriting(written) ? support : 'no';
    return entry.text.length <= 3 && isAllCapitals(text, hit) ? 'context' : support;
  }
  const severalWords = entry.text.includes(' ');
  if (severalWords) {
    if (!entry.ambiguous) return support;
    return everyWordCapital(written) ? 'context' : 'no';
  }
  return judgeOneWord(text, hit, entry, support);
}

function judgeOneWord(text: string, hit: NameHit, entry: NameEntry, support: Verdict): Verdict {
  const written = text.slice(hit.start, hit.end);
  if (isCapital(written.charAt(0))) {
    // "SNAP" or "GAP" in capitals within ordinary text is a tag or a shout, not the way the name is written.
    const shouted = written.length > 1 && written === written.toUpperCase() && written !== entry.text;
    return shouted && entry.text.length <= 4 && !isAllCapitals(text, hit) ? 'context' : support;
  }
  if (written === entry.text) return support;
  if (entry.ambiguous || entry.text.length < 5) return 'no';
  return isAmongChinese(text, hit) ? 'sure' : 'context';
}

/**
 * What in the text around an ambiguous name shows that the company is meant: a legal suffix, what companies have or do
 * right behind it, another company beside it, or, in the middle of a sentence, a finance word near by. Null when
 * nothing does.
 */
export function findCompanyContext(text: string, hit: NameHit, besideCompany: boolean): LinkReason | null {
  if (legalSuffixLength(text, hit) > 0) return 'legal_suffix';
  if (besideCompany) return 'beside_company';
  return hit.chinese ? findChineseContext(text, hit) : findLatinContext(text, hit);
}

/** Length of a legal suffix right behind the name, 0 without one. */
export function legalSuffixLength(text: string, hit: NameHit): number {
  const after = text.slice(hit.end, hit.end + 24);
  return (hit.chinese ? LEGAL_SUFFIX_ZH : LEGAL_SUFFIX).exec(after)?.[0].length ?? 0;
}

function findLatinContext(text: string, hit: NameHit): LinkReason | null {
  if (text[hit.start - 1] === '#' && isCapital(text.charAt(hit.start))) return 'hashtag';
  const { before, after, startsSentence } = surround(text, hit);
  const titleCase = isTitleCase(before + text.slice(hit.start, hit.end) + after);
  const partOfName = followsOtherName(before);
  if (partOfName && !titleCase) return null;
  if (!titleCase && continuesAsOtherName(text, hit)) return null;
  const lowerCase = !isCapital(text.charAt(hit.start));
  if (!partOfName && !lowerCase && isFollowedLikeCompany(after)) return 'company_words';
  if (COMPANY_LEADER.test(before) && !partOfName) return 'company_words';
  if (lowerCase) return isFinanceNear(before, after, 60) ? 'finance_words' : null;
  if (startsSentence || titleCase || isCompoundHead(after)) return null;
  return isFinanceNear(before, after, 80) ? 'finance_words' : null;
}

function isFinanceNear(before: string, after: string, reach: number): boolean {
  return FINANCE_NEAR.test(before.slice(-reach)) || FINANCE_NEAR.test(after.slice(0, reach));
}

/** "Aditya Birla", "Mandarin Oriental": a capitalised word right before that is none that comes before any name. */
function followsOtherName(before: string): boolean {
  const preceding = /(?:^|[^\p{L}\p{N}@#_])([\p{L}][\p{L}'.&-]*) $/u.exec(before)?.[1];
  return (
    preceding !== undefined &&
    isCapital(preceding.charAt(0)) &&
    !PLAIN_PRECEDERS.has(preceding.toLowerCase()) &&
    !COMPANY_LEADER.test(before)
  );
}

/** "Bajaj Electricals", "Deepak Mohoni": a capitalised word goes on that is nothing companies have or do. */
function continuesAsOtherName(text: string, hit: NameHit): boolean {
  const word = /^ ((?:[A-Z]|& ?[A-Z])[\w&.-]*)/.exec(text.slice(hit.end, hit.end + 32))?.[1];
  if (word === undefined) return false;
  const plain = word.toLowerCase().replace(/[.]+$/, '');
  return !COMPANY_FOLLOWERS.has(plain) && !PLAIN_PRECEDERS.has(plain) && legalSuffixLength(text, hit) === 0;
}

/** "CSI 300 China A-Shares Fund": what is meant is a fund on the index. */
function isPartOfFund(text: string, hit: NameHit, { instrument }: NameEntry): boolean {
  return (
    instrument.sector === 'funds' &&
    !instrument.listings.some(({ mic }) => mic === 'ARCX' || mic === 'BATS') &&
    /^(?: [\w&.-]+){0,4} (?:ETF|ETN|Fund|Trust)\b/.test(text.slice(hit.end, hit.end + 60))
  );
}

function isPartOfName(text: string, hit: NameHit): boolean {
  return (
    continuesAsOtherName(text, hit) || followsOtherName(text.slice(Math.max(0, hit.start - 32), hit.start))
  );
}

/** An acronym of five letters is also written as a word ("Crisil"), a shorter one with capitals inside ("RCom"). */
function isOwnWriting(written: string): boolean {
  if (!isCapital(written.charAt(0))) return false;
  return written.length >= 5 || /[A-Z].*[A-Z]/.test(written);
}

/** "Apple shares", "Apple's profit", "Apple to cut jobs", "Apple Q3 results", "Apple +3%", "Apple (AAPL)". */
function isFollowedLikeCompany(after: string): boolean {
  // Things rarely own anything: "Apple's", "Shell's" is a company or a person, and people were ruled out before.
  if (/^['’]s [\p{L}"'‘“]/u.test(after)) return true;
  const rest = after.replace(/^['’](?= )/, '');
  const word = /^ ([A-Za-z][\w-]*)/.exec(rest)?.[1]?.toLowerCase();
  if (word !== undefined && COMPANY_FOLLOWERS.has(word)) return true;
  if (
    /^ (?:to|will|may|could) (?:be )?(?:buy|sell|cut|close|pay|launch|hire|acquire|open|raise|invest|spin|report|lay|build|split|recall|stop|start|offer|add|bought|sold|acquired|unveil|release|shut|slash|expand|appeal|face|settle|merge|layoff|post|announce)\b/i.test(
      rest,
    )
  )
    return true;
  if (FLIES.test(rest)) return true;
  return /^ ?(?:[-+]?\d+(?:\.\d+)?%|\([-+]?\d+(?:\.\d+)?%\)|(?:is )?(?:up|down) \$?\d)/.test(rest);
}

/** What nobody but an airline has or does: "Delta pilots", "United cancels 300 flights". */
const FLIES =
  /^ (?:pilots?|passengers?|flights?|flight attendants|planes?|jetliners?|(?:cancel|delay|scrap|axe|add|resume|suspend|ground)(?:s|e?d)? (?:[\w,.-]+ ){0,3}(?:flights|jets|planes))\b/;

/** A lower-case noun right behind ("Apple pie", "Orange crop") makes a compound unless it is a known follower. */
function isCompoundHead(after: string): boolean {
  return /^-[a-z]/.test(after);
}

function findChineseContext(text: string, hit: NameHit): LinkReason | null {
  const after = text.slice(hit.end, hit.end + 24);
  const before = text.slice(Math.max(0, hit.start - 24), hit.start);
  if (
    /^[ ]?\(?(?:股价|财报|业绩|营收|净利|CEO|总裁|董事|股东|港股|A股|发布|手机|市值|汽车\S{0,4}销量)/.test(
      after,
    )
  )
    return 'company_words';
  if (!standsFree(before, text.slice(hit.start, hit.end))) return null;
  return FINANCE_NEAR_ZH.test(after) || FINANCE_NEAR_ZH.test(before) ? 'finance_words' : null;
}

/** In Chinese text nobody cares for the case of Latin letters. */
function isAmongChinese(text: string, hit: NameHit): boolean {
  return isIdeograph(text.charCodeAt(hit.start - 1)) || isIdeograph(text.charCodeAt(hit.end));
}

/** Two characters inside running text may be parts of other words: something must set them off on the left. */
function standsFree(before: string, name: string): boolean {
  if (name.length >= 3) return true;
  const last = before.charAt(before.length - 1);
  return (
    last === '' ||
    !isIdeograph(last.charCodeAt(0)) ||
    /[和与及对向由被让给为买卖据是在至、，从持如像因将]/.test(last)
  );
}

function surround(text: string, hit: NameHit): Surroundings {
  const from = Math.max(0, hit.start - REACH);
  const left = text.slice(from, hit.start);
  const right = text.slice(hit.end, hit.end + REACH);
  const sentenceStart = lastSentenceEnd(left);
  const before = left.slice(sentenceStart);
  const sentenceEnd = /[.!?](?=\s+["'“]?[A-Z])|[。！？]/.exec(right)?.index ?? right.length;
  return {
    before,
    after: right.slice(0, sentenceEnd),
    startsSentence: before.replace(/^[\s"'“‘(:|-]+/, '') === '' && (from === 0 || sentenceStart > 0),
  };
}

/** Behind the last sentence end; the dot of "Inc." or "U.S." is none. Colons and dashes begin headlines anew. */
function lastSentenceEnd(left: string): number {
  let end = 0;
  for (const match of left.matchAll(/(\S*)([.!?。！？:|]|\s[-–—])["'”]?\s+/g)) {
    const abbreviation =
      match[2] === '.' && /^["'(]?(?:[A-Z][a-z]{0,3}|[A-Z](?:\.[A-Z])*)$/.test(match[1] ?? '');
    if (!abbreviation) end = match.index + match[0].length;
  }
  return end;
}

/** Most longer words capital: then capitals say nothing. */
function isTitleCase(sentence: string): boolean {
  const words = sentence.match(/[A-Za-z][a-z'’]{3,}/g) ?? [];
  if (words.length < 3) return false;
  const capital = words.filter((word) => isCapital(word.charAt(0))).length;
  return capital / words.length >= 0.7;
}

function isAllCapitals(text: string, hit: NameHit): boolean {
  const around = text.slice(Math.max(0, hit.start - 60), hit.start) + text.slice(hit.end, hit.end + 60);
  const letters = around.replace(/https?:\S+|[$@#]\w+/g, '').match(/[A-Za-z]/g) ?? [];
  if (letters.length < 8) return false;
  return letters.filter((letter) => isCapital(letter)).length / letters.length > 0.85;
}

function isAcronym(name: string): boolean {
  return /[A-Z]/.test(name) && !/[a-z]/.test(name) && !/[\u4e00-\u9fff]/.test(name) && !name.includes(' ');
}

function everyWordCapital(written: string): boolean {
  return written
    .split(/[ -]/)
    .every((word) => word === '' || /^(?:of|and|the|&|\d.*)$/.test(word) || isCapital(word.charAt(0)));
}

function isCapital(letter: string): boolean {
  return letter !== letter.toLowerCase();
}
