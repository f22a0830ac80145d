import { ORDINARY_WORDS } from './ordinary-words.js';

/** What a name of a desk's list is good for: the forms to look for, none when it names no company. */
export interface NameVerdict {
  readonly forms: readonly { readonly text: string; readonly ambiguous: boolean }[];
  readonly remark: string | null;
}

const LEGAL_ENDING =
  /[ ,.]+(?:inc|incorporated|corp|corporation|co|company|ltd|limited|plc|llc|ag|se|sa|nv|asa|oyj|spa)\.?$/i;
/** What ends the name of a group of companies, of an index or of a good. */
const GROUP_ENDING =
  /(?:^|[ -])(?:stocks?|shares|companies|comapanies|cos|sectors?|space|spaces|bonds?|markets?|players|makers|investors|funds|futures|crops|contracts|names|industry|industries' index|cap|bankers|banks|etfs?|ancill?iary|court|commodities|services sector|m-cap)$/i;
const GOODS: ReadonlySet<string> = new Set(
  'gold silver copper nickel zinc platinum crude oil rubber cement tobacco commodities insurance logistic logistics hotel export defence aviation currency investment energy pharma healthcare markets market rupee dollar euro yen nifty sensex auto aluminium shipping plywood lead india china'.split(
    ' ',
  ),
);

/**
 * Judges a name by itself: words in small letters, plurals such as "steel companies" and goods name no company; short
 * words and ordinary ones ("Titan", "IDEA", 平安) are ambiguous, so that the text around must show the company. A legal
 * ending is taken off as well: both forms are looked for, and the longer one is never ambiguous.
 */
export function judgeName(name: string): NameVerdict {
  const plain = stripLegalEnding(name);
  const chinese = /[\u4e00-\u9fff]/.test(name);
  if (!chinese && isGroup(plain))
    return { forms: [], remark: `"${name}" names a group, a market or a good, no company` };
  const ambiguous = chinese ? plain.length <= 2 : isOrdinary(plain);
  const forms = [
    { text: plain, ambiguous },
    ...(plain === name ? [] : [{ text: name, ambiguous: false }]),
  ].filter(({ text }) => text.length >= 2);
  const remark = `"${plain}" also means something else: it links only with support`;
  return { forms, remark: ambiguous ? remark : null };
}

function stripLegalEnding(name: string): string {
  const plain = name.trim().replace(/[.,*]+$/, '');
  const shorter = plain.replace(LEGAL_ENDING, '');
  return shorter === plain || shorter.length < 2 ? plain : stripLegalEnding(shorter);
}

function isGroup(name: string): boolean {
  const words = name.split(/\s+/);
  if (!/[A-Z]/.test(name) && !/\d/.test(name)) return true;
  if (words.every((word) => GOODS.has(word.toLowerCase()))) return true;
  const last = words.at(-1) ?? '';
  return GROUP_ENDING.test(name) && (last === last.toLowerCase() || words.length > 1) && !/Bank$/.test(name);
}

function isOrdinary(name: string): boolean {
  // Capitals inside a word are nobody's ordinary writing: "IndiGo", "PayPal".
  if (/[a-z][A-Z]/.test(name)) return false;
  const words = name.toLowerCase().split(/[ -]+/);
  return words.every((word) => ORDINARY_WORDS.has(word) || /^\P{L}*\p{L}?\P{L}*\p{L}?\P{L}*$/u.test(word));
}
