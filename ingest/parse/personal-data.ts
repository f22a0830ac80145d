import { isCardNumber, isIban, isResidentId } from './check-digits.js';

/** What stands in a text for personal data that was taken out. */
export type PersonalDataTag = '[EMAIL]' | '[PHONE]' | '[ID]' | '[CARD]' | '[ACCOUNT]' | '[HANDLE]';

/** What stands around a candidate, some 30 characters either way, lower case. */
export interface Around {
  readonly before: string;
  readonly after: string;
}

export interface PersonalDataPattern {
  readonly tag: PersonalDataTag;
  /** Global; starts only where no digit or letter goes before, so that each place is tried once. */
  readonly pattern: RegExp;
  readonly isMeant: (match: RegExpExecArray, around: Around) => boolean;
}

const PHONE_WORD =
  /tel|phone|mobile|cell|call|whats\s?app|contact|reach|\btext\b|\bring\b|sms|fax|手机|手機|电话|電話|致电|致電|联系|聯絡|拨打|号码是|打给/;
const ACCOUNT_WORD =
  /(?<![a-z])(?:cards?|accounts?|accts?|acc|a\/c|iban)(?![a-z])|银行卡|銀行卡|信用卡|储蓄卡|儲蓄卡|借记卡|卡号|卡號|账号|帐号|账户|帐户|賬號|帳號|賬戶|帳戶|户口|戶口/;
/** What may stand between such a word and its number and leaves no doubt: "account no. is #", 账户号码为. */
const NUMBER_IS =
  /^(?:[\s:.#()=：（）-]|numbers?|num|no|nr|ref|for|the|my|a|refund|with|you|ending|in|is|was|\d{8,}(?: and |,|、|和)|应该|應該|号码?|號碼?|的|为|為|是)*$/;
/** Between word and number they make it an amount, or another matter. */
const AMOUNT_WORD =
  /balance|worth|value|total|amount|holds?|contains?|receivable|payable|lost|gain|余额|餘額|金额|资金|资产|市值|收益|盈|亏|[.,;!?。，；！？]/;
const SSN_WORD = /(?<![a-z])(?:ssn|social security)[a-z .:#-]{0,14}$/;
const SORT_CODE_WORD = /(?<![a-z])sort[ -]?codes?[ :=]{0,3}(?:is |was )?$/;
/** Numbers of documents and things: no person. The last word of the two kinds before a number decides. */
const DOCUMENT_WORD =
  /order|invoice|\bref\b|reference|\bcase\b|ticket|docket|isbn|serial|tracking|policy|contract|patent|accession|\bcik\b|\bid of the fund\b|\bfile no|\bitem\b|\bversion\b|\bbatch\b|transaction|订单|訂單|单号|單號|编号|編號|公告|文号|合同|发票|专利|批号|流水|保单|案号|证书|代码|注册号|信用代码|期号|基金/;
const UNIT_BEHIND =
  /^\s?(?:[%‰元万亿股手吨人份票张]|[.,]\d|(?:shares?|dollars?|usd|eur|gbp|rmb|hkd|inr|yuan|yen|rupees?|million|billion|units?|tons?|barrels?|views?|votes?)(?![a-z]))/;
const MONEY_BEFORE = /(?:[$€£¥￥₹#]|\b(?:usd|eur|gbp|rmb|cny|hkd|inr|rs\.?)|价格?|金额|成交额|市值达?)\s?$/;

/** True where words say that the number is of a document, an amount or a count. */
function isOther({ before, after }: Around): boolean {
  return MONEY_BEFORE.test(before) || UNIT_BEHIND.test(after) || isDocument(before);
}

function isDocument(before: string): boolean {
  return lastIndex(before, DOCUMENT_WORD) > lastIndex(before, PHONE_WORD, ACCOUNT_WORD);
}

function lastIndex(text: string, ...words: readonly RegExp[]): number {
  return Math.max(...words.map((word) => lastMatch(text, word)?.index ?? -1));
}

function lastMatch(text: string, word: RegExp): RegExpExecArray | null {
  return [...text.matchAll(new RegExp(word.source, 'g'))].at(-1) ?? null;
}

const DATE = /^(?:19|20)\d{2}[-.]\d{2}[-.]\d{2}$/;
const COMPACT_DATE = /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/;

const always = (): boolean => true;
/** One point inside is the point of a decimal figure. */
const phone = ([text]: RegExpExecArray, around: Around): boolean =>
  !isOther(around) && !/^\d+\.\d+$/.test(text);
/** Bare digits are a telephone only where a word says so. */
const spokenPhone = (match: RegExpExecArray, around: Around): boolean =>
  phone(match, around) && PHONE_WORD.test(around.before) && !isPartOfRow(around);

/** Between other groups of digits it is a part of a longer number or of a table. */
function isPartOfRow({ before, after }: Around): boolean {
  return /\d[ -]$/.test(before) || /^[ -]\d/.test(after);
}

/** Blank, hyphen, dot, no-break and zero-width blanks: what people put into numbers. */
const GAP = '[ \\u00a0\\u200b\\u200c\\u200d\\ufeff.\\-]?';
const START = '(?<![\\d\\p{Script=Latin}.,+/_-])';
const END = '(?![\\d\\p{Script=Latin}_]|-\\d)';

/** Behind an account's "No." the point is no decimal one. */
const START_OF_ACCOUNT = '(?<![\\d\\p{Script=Latin},+/_-]|\\d\\.)';

function digits(body: string, start = START): RegExp {
  return new RegExp(`${start}${body.replaceAll('~', GAP)}${END}`, 'gu');
}

/** In order: what an earlier one took, a later one never sees. */
export const PERSONAL_DATA_PATTERNS: readonly PersonalDataPattern[] = [
  {
    tag: '[EMAIL]',
    pattern:
      /(?<![\p{L}\p{N}._%+-])[\p{Script=Latin}\p{N}][\p{Script=Latin}\p{N}._%+-]{0,63}(?:@|\s?[[(]at[\])]\s?)[a-z\d][a-z\d-]{0,62}(?:(?:\.|\s?[[(]dot[\])]\s?)[a-z\d][a-z\d-]{0,62}){0,3}(?:\.|\s?[[(]dot[\])]\s?)[a-z]{2,24}/giu,
    isMeant: always,
  },
  {
    // After Chinese words no blank stands before an address.
    tag: '[EMAIL]',
    pattern:
      /(?<=[\u4e00-\u9fff：])[a-z\d][a-z\d._%+-]{0,63}@[a-z\d][a-z\d-]{0,62}(?:\.[a-z\d][a-z\d-]{0,62}){0,3}\.[a-z]{2,24}/gi,
    isMeant: always,
  },
  {
    // Spoken: "jane dot doe at gmail dot com". Without a house of mail it is any site ("look at amazon dot com").
    tag: '[EMAIL]',
    pattern:
      /(?<![\p{L}\p{N}._-])[a-z\d][a-z\d._-]{1,40}(?: dot [a-z\d]{1,40}){0,3} at (?:gmail|googlemail|outlook|hotmail|live|yahoo|icloud|aol|gmx|proton(?:mail)?|qq|163|126|sina) dot [a-z]{2,4}(?: dot [a-z]{2})?(?![a-z\d])/giu,
    isMeant: always,
  },
  {
    tag: '[ACCOUNT]',
    pattern: /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?(?![\p{L}\p{N}])/giu,
    // Words in small letters may pass the check by chance; an account is figures for the most part.
    isMeant: ([text]) => (text.match(/\d/g)?.length ?? 0) >= 8 && isIban(text),
  },
  {
    tag: '[ID]',
    pattern: digits('[1-9]\\d{5}~(?:18|19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])~\\d{3}[\\dXx]'),
    isMeant: ([text]) => isResidentId(text),
  },
  {
    // Three, two and four digits tell a social security number (United States) by hyphens; other forms need the word.
    tag: '[ID]',
    pattern: digits('(?!000|666)\\d{3}~(?!00)\\d{2}~(?!0000)\\d{4}'),
    isMeant: ([text], around) =>
      SSN_WORD.test(around.before) || (/^[0-8]\d\d-\d\d-/.test(text) && !isOther(around)),
  },
  {
    // The fifteen digits of old cards have no check digit.
    tag: '[ID]',
    pattern: digits('[1-9]\\d{14}'),
    isMeant: (_, { before }) => /身份证|证件|身份證/.test(before),
  },
  {
    tag: '[CARD]',
    pattern: digits('[2-6](?:~\\d){12,18}'),
    isMeant: ([text], around) => isCardNumber(text) && !isOther(around),
  },
  {
    tag: '[ACCOUNT]',
    pattern: digits('\\d{2}~\\d{2}~\\d{2}'),
    isMeant: (_, { before }) => SORT_CODE_WORD.test(before),
  },
  {
    tag: '[ACCOUNT]',
    pattern: digits('\\d(?:~\\d){7,18}', START_OF_ACCOUNT),
    isMeant: isAccount,
  },
  { tag: '[PHONE]', pattern: digits('(?:(?:\\+|00)?86~)?1[3-9]\\d~\\d{4}~\\d{4}'), isMeant: phone },
  {
    tag: '[PHONE]',
    pattern:
      /(?<![\d+])(?:\+|00)\d{1,3}[ \u00a0.-]?(?:\(0\))?(?:[ \u00a0.-]?\(?\d{1,5}\)?){2,6}(?![\d%]|[.,]\d)/gu,
    isMeant: isInternational,
  },
  {
    tag: '[PHONE]',
    pattern: /(?<![\d.,+-])(?:\(0[1-9]\d{1,2}\)|0[1-9]\d{1,2})[ -]?\d{7,8}(?![\d%]|[.,-]\d)/gu,
    isMeant: isChineseLandline,
  },
  { tag: '[PHONE]', pattern: digits('07\\d{3}[ -]?\\d{3}[ -]?\\d{3}'), isMeant: phone },
  {
    tag: '[PHONE]',
    pattern: /(?<![\d.,+-])(?:\(0[12]\d{1,3}\)|0[12]\d{1,3})[ -]\d{3,4}[ -]\d{3,4}(?![\d%]|[.,-]\d)/gu,
    isMeant: phone,
  },
  {
    tag: '[PHONE]',
    pattern:
      /(?<![\d.,+-])(?:1[-. ])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}(?![\d%]|[.,-]\d)/gu,
    isMeant: phone,
  },
  { tag: '[PHONE]', pattern: digits('0?[6-9]\\d{4}[ -]\\d{5}'), isMeant: phone },
  { tag: '[PHONE]', pattern: digits('0?[2-9]\\d{2}~\\d{3}~\\d{4}'), isMeant: spokenPhone },
  { tag: '[PHONE]', pattern: digits('[235-9]\\d{3}~\\d{4}'), isMeant: spokenPhone },
  {
    tag: '[HANDLE]',
    pattern: /(?<![\p{L}\p{N}._@/]|\d )@[a-z_][\w]{2,30}(?![\w@])/giu,
    isMeant: always,
  },
  {
    tag: '[HANDLE]',
    pattern:
      /(?<=(?:微信|微信号|微信號|wechat|wechat id|weixin|vx|qq|qq号)[:： ]{0,3}(?:是|is)?[:： ]{0,2})(?<![a-z\d_-])(?!is\b|id\b|and\b|the\b|pay\b)(?=[a-z_-]{0,19}\d)[a-z\d][a-z\d_-]{4,19}(?![a-z\d_-])/giu,
    isMeant: always,
  },
];

/** The word stands before with nothing but "number is" between, or near; or behind: "55779911 is my account". */
function isAccount([text]: RegExpExecArray, around: Around): boolean {
  const { before, after } = around;
  if (UNIT_BEHIND.test(after) || DATE.test(text)) return false;
  if (/^ (?:is|was) my (?:bank )?(?:account|card|a\/c)/.test(after)) return true;
  const word = lastMatch(before, ACCOUNT_WORD);
  if (word === null) return false;
  const between = before.slice(word.index + word[0].length);
  if (NUMBER_IS.test(between)) return true;
  const near = /^[a-z]/.test(word[0]) ? 8 : 20;
  if (COMPACT_DATE.test(text)) return false;
  return (
    between.length <= near && !AMOUNT_WORD.test(between) && !PHONE_WORD.test(between) && !isOther(around)
  );
}

/** Behind a plus sign: 9 to 15 digits in all, the country code of one to three among them. */
function isInternational([text]: RegExpExecArray, around: Around): boolean {
  const count = text.replace(/\D/g, '').replace(/^00/, '').length;
  return count >= 9 && count <= 15 && !isOther(around) && !isPartOfRow(around);
}

/** The area code stands in brackets or before a hyphen, or a word says that it is a telephone. */
function isChineseLandline([text]: RegExpExecArray, around: Around): boolean {
  return (/[()-]/.test(text) || PHONE_WORD.test(around.before)) && !isOther(around);
}
