import { judgeByLetters } from './language-profile.js';
import { TELLING_LETTERS, WORD_VOTES } from './language-words.js';

/** Only so much of a long text is looked at: the language is clear by then. */
const SAMPLE_UNITS = 4_000;

/** Scripts that are used by one language of the news, or mostly so. */
const SCRIPTS: readonly (readonly [code: string, from: number, to: number])[] = [
  ['ja', 0x3040, 0x30ff],
  ['ja', 0x31f0, 0x31ff],
  ['ko', 0xac00, 0xd7af],
  ['ko', 0x1100, 0x11ff],
  ['ko', 0x3130, 0x318f],
  ['zh', 0x4e00, 0x9fff],
  ['zh', 0x3400, 0x4dbf],
  ['ru', 0x0400, 0x052f],
  ['ar', 0x0600, 0x077f],
  ['he', 0x0590, 0x05ff],
  ['el', 0x0370, 0x03ff],
  ['th', 0x0e00, 0x0e7f],
  ['hi', 0x0900, 0x097f],
];

/** `$TSLA`: a habit of posts in English. Chinese ones write the name, `$贵州茅台(SH600519)$`. */
const CASHTAG = /\$[A-Za-z]{1,6}\b/;

export interface DetectedLanguage {
  /** ISO 639-1, or `und` when it does not show. */
  readonly language: string;
  /** A good part of the text is in another script: a fifth of it, and more than a name. */
  readonly mixed: boolean;
}

/**
 * The language of a text as ISO 639-1 code, or `und` when it does not show (links alone, one name).
 *
 * The script decides where it can, a vote of small words decides among languages in Latin letters. The
 * sender's hint only decides a vote without winner. Links, @users and hashtags have no say; cashtags only where nothing else
 * speaks ("$CAT +5.1%, $RIO +4.5%" is English). Linear; looks at the first 4,000 units.
 */
export function detectLanguage(text: string, hint: string | null): string {
  return describeLanguage(text, hint).language;
}

/** As `detectLanguage`, and whether the text is mixed. */
export function describeLanguage(text: string, hint: string | null): DetectedLanguage {
  const head = text.slice(0, SAMPLE_UNITS);
  const sample = head.replace(/https?:\/\/\S+|[@#$][\w.]+/g, ' ');
  const counts = countScripts(sample);
  const script = leadingScript(counts);
  const shown =
    script === 'latin' ? voteByWords(sample, normaliseHint(hint)) : tellWithinScript(script, sample);
  return {
    language: shown === 'und' && CASHTAG.test(head) ? (normaliseHint(hint) ?? 'en') : shown,
    mixed: isMixed(counts, script),
  };
}

interface ScriptCounts {
  /** Units of each script that is not Latin. */
  readonly units: ReadonlyMap<string, number>;
  /** How much Latin words say, against units of an ideographic script. */
  readonly latin: number;
  readonly latinWords: number;
  /** Of these the ones in lower case, which are no names. */
  readonly plainWords: number;
}

/**
 * A Latin word in lower case says about as much as two characters; one with a capital is a name in any language
 * ("C3.ai(AI.N)跌超6%" is Chinese) and says little.
 */
function countScripts(sample: string): ScriptCounts {
  const units = new Map<string, number>();
  let latinWords = 0;
  let plainWords = 0;
  let han = 0;
  let inWord = false;
  for (let i = 0; i < sample.length; i++) {
    const code = sample.charCodeAt(i);
    const isLatin = isLatinLetter(code);
    if (isLatin && !inWord) {
      latinWords += 1;
      if (code >= 0x61) plainWords += 1;
    }
    inWord = isLatin;
    if (code < 0x370) continue;
    if (code >= 0x4e00 && code <= 0x9fff) {
      han += 1;
      continue;
    }
    const script = SCRIPTS.find(([, from, to]) => code >= from && code <= to);
    if (script !== undefined) units.set(script[0], (units.get(script[0]) ?? 0) + 1);
  }
  if (han > 0) units.set('zh', (units.get('zh') ?? 0) + han);
  const latin = plainWords * 2 + (latinWords - plainWords) / 2;
  return { units, latin, latinWords, plainWords };
}

function leadingScript({ units, latin }: ScriptCounts): string {
  const count = (script: string): number => units.get(script) ?? 0;
  const zh = count('zh');
  const kana = count('ja');
  // Japanese mixes kana into characters that Chinese uses too; one の in a Chinese brand name is not Japanese.
  if (kana >= 2 && kana * 6 >= zh) return kana + zh >= latin / 2 ? 'ja' : 'latin';
  if (zh > 0 && zh >= latin) return zh >= count('ko') ? 'zh' : 'ko';
  let best = 'latin';
  let most = latin;
  for (const [script, n] of units) {
    if (script === 'zh' || script === 'ja' || n <= most) continue;
    best = script;
    most = n;
  }
  return best === 'latin' && latin === 0 ? 'und' : best;
}

/** The other script is more than names: 8 characters or 4 words in lower case, and a fifth of the text. */
function isMixed({ units, latinWords, plainWords }: ScriptCounts, leading: string): boolean {
  let others = 0;
  let total = latinWords * 2;
  const family = leading === 'ja' ? new Set(['ja', 'zh']) : new Set([leading]);
  for (const [script, n] of units) {
    total += n;
    if (!family.has(script)) others += n;
  }
  const otherScript = others >= 8 && others * 5 >= total;
  return otherScript || (leading !== 'latin' && plainWords >= 4 && latinWords * 10 >= total);
}

const CASED_WORD = /[A-Za-zÀ-ÖØ-öø-ɏḀ-ỹ]{2,24}/g;
const ASCII_WORD = /[a-z]{1,24}/g;
const WORD = /[a-zß-öø-ɏḁ-ỹ]{1,24}/g;

function voteByWords(sample: string, hint: string | null): string {
  const { votes, words, accented } = countVotes(sample.toLowerCase());
  if (words === 0) return 'und';
  const [first, second] = [...votes].sort((a, b) => b[1] - a[1]);
  if (first !== undefined && first[1] > (second?.[1] ?? 0) && isClear(first, words, accented > 0))
    return first[0];
  if (hint !== null) return hint;
  if (!isWordy(sample, words)) return 'und';
  // English headlines and posts often hold no word of the lists at all: then the letters of the words decide.
  return judgeByLetters(sample.match(CASED_WORD) ?? [], votes, accented > 0);
}

interface Votes {
  readonly votes: ReadonlyMap<string, number>;
  readonly words: number;
  /** Words with letters beyond ASCII. */
  readonly accented: number;
}

/** So many words of English alone, twice those that other languages may use, and the rest of the text changes nothing. */
const CLEAR_VOTES = 6;

/** A word votes for each language that uses it, once a text, with its share; telling letters vote a little. */
function countVotes(lower: string): Votes {
  const votes = new Map<string, number>();
  const seen = new Set<readonly string[]>();
  const foreign = /[^\u0000-\u007f]/.test(lower);
  let words = 0;
  let accented = 0;
  let english = 0;
  let others = 0;
  for (const word of lower.match(foreign ? WORD : ASCII_WORD) ?? []) {
    words += 1;
    if (foreign && /[^a-z]/.test(word)) accented += 1;
    const languages = WORD_VOTES.get(word);
    // Each word has a list of its own.
    if (languages === undefined || seen.has(languages)) continue;
    seen.add(languages);
    for (const language of languages) votes.set(language, (votes.get(language) ?? 0) + 1 / languages.length);
    if (languages.length === 1 && languages[0] === 'en') english += 1;
    else others += 1;
    if (english >= CLEAR_VOTES && english > others * 2) break;
  }
  for (const [language, letters] of accented > 0 ? TELLING_LETTERS : []) {
    if (letters.test(lower)) votes.set(language, (votes.get(language) ?? 0) + 0.5);
  }
  return { votes, words, accented };
}

/** Small words are a fifth of running text; one or two among many are names or abbreviations ("El Pollo Loco"). */
function isClear([language, score]: readonly [string, number], words: number, accented: boolean): boolean {
  if (language === 'en') return true;
  return score >= (accented ? 1.2 : 1.5) && score * 7 >= words;
}

/** A word in lower case, or two words in all: one name in capitals says nothing. */
function isWordy(sample: string, words: number): boolean {
  return words >= 2 || /(?<![A-Za-z])[A-Za-z]?[a-z]{2,}/.test(sample);
}

/** Languages that share a script with the one that leads by their own letters; what only one of them writes decides. */
const SCRIPT_MATES: Readonly<Record<string, readonly (readonly [language: string, sign: RegExp])[]>> = {
  ru: [
    ['be', /ў/i],
    ['uk', /[іїєґ]|прибуток|отрима|збитк|гривн/i],
    ['sr', /[јљњћђџ]/i],
    ['kk', /[әғқңұһ]/i],
    [
      'bg',
      /^(?!.*[ыэё])(?=.*(?:(?<!\p{L})(?:се|със|през|към|ще|срещу|от|че)(?!\p{L})|(?:ата|ите|ията|ът|ето)(?!\p{L})))/isu,
    ],
  ],
  ar: [
    ['ur', /[ٹڈڑںے]/],
    ['fa', /[پچژگکی]/],
  ],
};

const JAPANESE = 1;
const SIMPLIFIED = 2;
const OF_JAPANESE_WORD = 3;
/** Characters that only Japan writes so, that only China writes so, and that begin or end words of Japan; by code. */
const SIGNS = buildSigns([
  [
    JAPANESE,
    '円産売経済価気図広両発変対営権応伝戦関験実単楽検読駅続転軽遅拡収圧銭県鉄辺囲込枠働圏亜薬継総労厳悪増証',
  ],
  [SIMPLIFIED, '们这为时说过还东车业电证关经亿给让发动张资开头买卖长华银钱铁网财丰团实产应务际'],
  [OF_JAPANESE_WORD, '株銀予減'],
]);
const JAPANESE_WORD = /株(?:[安高主価]|式(?!会社|會社))|日銀|予[想測定]|減(?:[収益](?!持)|配)/;
/** A longer text of Japan has kana. */
const HEADLINE_UNITS = 60;

function buildSigns(signs: readonly (readonly [sign: number, units: string])[]): Uint8Array {
  const table = new Uint8Array(65_536);
  for (const [sign, units] of signs) {
    for (const unit of units) table[unit.charCodeAt(0)] = sign;
  }
  return table;
}

function tellWithinScript(script: string, sample: string): string {
  if (script === 'zh') return isJapaneseHeadline(sample) ? 'ja' : 'zh';
  return SCRIPT_MATES[script]?.find(([, sign]) => sign.test(sample))?.[0] ?? script;
}

function isJapaneseHeadline(sample: string): boolean {
  if (sample.length > HEADLINE_UNITS) return false;
  let japanese = false;
  let word = false;
  for (let i = 0; i < sample.length; i++) {
    const sign = SIGNS[sample.charCodeAt(i)];
    if (sign === SIMPLIFIED) return false;
    japanese ||= sign === JAPANESE;
    word ||= sign === OF_JAPANESE_WORD;
  }
  return japanese || (word && JAPANESE_WORD.test(sample));
}

function normaliseHint(hint: string | null): string | null {
  const code = /^([a-z]{2})(?:[-_]|$)/i.exec(hint ?? '')?.[1]?.toLowerCase();
  return code ?? null;
}

function isLatinLetter(code: number): boolean {
  return (
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0xc0 && code <= 0x24f && code !== 0xd7) ||
    (code >= 0x1e00 && code <= 0x1eff)
  );
}
