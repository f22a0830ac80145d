import { normaliseText } from '../normalise-text.js';

/** The words of a document without what an agency or a platform put around them. */
export interface TrimmedText {
  readonly text: string;
  /** It says itself that it was cut (`…`): its last word may be half a word. */
  readonly cut: boolean;
}

/** More than this of a text does not tell stories apart. */
const MAX_UNITS = 20_000;
/** So much of each end is searched for what agencies add; all but credits in brackets is short. */
const END_UNITS = 240;
const SHORT_END_UNITS = 48;
const MAX_PREFIXES = 4;

const AGENCY =
  'reuters|bloomberg(?: news)?|ap|afp|dpa|upi|pti|ians|ani|xinhua|dow jones(?: newswires)?|marketwatch|business ?wire|globe ?newswire|pr ?newswire|newsfile|kyodo|yonhap|cnbc|wsj|ft|the wall street journal|financial times|yahoo finance|seeking alpha|benzinga';
const AGENCY_ZH =
  '财联社|新华社|新浪财经|东方财富|证券时报|中国证券报|上海证券报|格隆汇|第一财经|界面新闻|每日经济新闻|华尔街见闻|财新|澎湃新闻|雪球|金融界|智通财经(?:app|网)?|中新社|中新网|中新经纬|央视新闻|央视财经|人民网|新华财经|券商中国|科创板日报|经济观察网|北京商报|同花顺|网易财经|腾讯财经|搜狐财经|路透社?|彭博社?';
const DATELINE =
  'Reuters|REUTERS|Bloomberg|AP|AFP|dpa|UPI|PTI|Xinhua|Dow Jones|MarketWatch|Business Wire|BUSINESS WIRE|GLOBE NEWSWIRE|PRNewswire|Kyodo|Yonhap';
const KIND =
  'update|upd|wrapup|refile|rpt|repeat|brief|corrected|correction|exclusive|breaking(?: news)?|just in|alert|flash|urgent|newsflash|focus|developing|market talk';
const KIND_ZH =
  '快讯|突发|最新消息|最新|公告速递|公告|独家|重磅|异动|速报|早报|午报|晚报|财经|要闻|头条|滚动|更新|更正|盘中|盘后|早盘|收盘|A股|港股|美股|业绩|研报|提示|机构|行业|原标题|本报讯|本网讯|转发微博|转发';

const PREFIXES: readonly RegExp[] = [
  /^\s*rt\b[\s:]*@\w+:?\s*/i,
  new RegExp(`^\\W{0,4}(?:${KIND})\\s*\\d{0,2}\\s*[-:|!–—]+\\s*`, 'i'),
  // "NEW YORK, Nov 27 (Reuters) - ": a place in capitals, so that no headline is taken for one.
  new RegExp(
    `^(?:[A-Z][A-Z .'/-]{1,30}(?:,\\s*[A-Z][a-z]{2,8}\\.?\\s*\\d{1,2})?\\s*)?\\((?:${DATELINE})\\)\\s*[-–—:]+\\s*`,
  ),
  /^[A-Z][A-Z .'/]{2,25},\s*[A-Z][a-z]{2,8}\.?\s*\d{1,2}\s*[-–—]+\s*/,
  new RegExp(`^(?:${AGENCY})\\s*[-:|–—]+\\s*`, 'i'),
  new RegExp(`^[【\\[](?:${KIND_ZH})[^】\\]\\d]{0,2}[】\\]]\\s*`),
  new RegExp(`^(?:${KIND_ZH})\\s*[:!|丨·-]+\\s*`),
  new RegExp(
    `^据?(?:${AGENCY_ZH})(?:\\p{Script=Han}{0,4}(?:讯|消息|报道|快讯|获悉)|(?=\\d{1,2}月))?[,:，：\\s|丨]*`,
    'u',
  ),
  /^(?:\p{Script=Han}{2,4})?\s*\d{1,2}月\d{1,2}日(?:电|讯|消息|丨|\|)[,:]?\s*/u,
  /^\((?:记者|编辑|通讯员)[^)]{0,24}\)\s*/,
];

/** In brackets at the end. */
const BRACKETED: readonly RegExp[] = [
  /\((?:reporting|writing|editing|compiled|additional reporting)\b[^()]{0,200}\)$/i,
  new RegExp(`\\(\\s*(?:${AGENCY}|${AGENCY_ZH})(?:\\.com)?\\s*\\)$`, 'i'),
  /\((?:文章来源|来源|编辑|责编|责任编辑|记者)[:\s][^()]{0,30}\)$/,
];

const SUFFIXES: readonly RegExp[] = [
  new RegExp(`[-–—|_]\\s*(?:${AGENCY}|${AGENCY_ZH})(?:\\.com)?$`, 'i'),
  /\b(?:read more|click here|full story|continue reading|more here)\W{0,8}$/i,
  /(?:阅读全文|点击查看(?:全文)?|查看更多|展开全文|网页链接|全文)\W{0,6}$/,
  /(?:文章来源|责任编辑|责编)[:\s]\S{1,12}$/,
  /\bvia\s+@?\w{1,30}$/i,
];

/** A listing's code in brackets, which one outlet adds and the next does not. */
const CODES =
  /\(\s*(?:(?:nasdaq|nyse|amex|lse|tsx|asx|hkex|sse|szse|sh|sz|hk|bj)\s*[:.]?\s*[a-z0-9.]{1,8}|[A-Z]{1,5}(?:[.:][A-Z]{1,2})?|\d{4,6}[.:](?:SH|SZ|HK|SS|BJ)|\d{6})\s*\)/gi;

const PLAIN = /^[\t-\r -%'-;=-~]*$/;
const INVISIBLE =
  /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff<&]/;
/** Cleaning mark-up takes line ends away; a bar stands for them. */
const LINE_ENDS = /\n|<br\s*\/?>|<\/(?:p|div|h[1-6]|li|tr)>/gi;
const LINKS = /(?:https?:\/\/|www\.|pic\.twitter\.com\/|t\.co\/)\S*/gi;
const MENTIONS = /(?:\bvia\s+)?@\w+/g;
const CUT = /(?:\.{3,}|。{2,}|\[\.{3}\])\s*$/;

/**
 * NFKC text without mark-up, links, @users, prefixes (`UPDATE 1-`, `LONDON, Nov 27 (Reuters) -`, `【快讯】`, `财联社11月27日电`),
 * suffixes (`- Reuters`, `(Reporting by …)`, `阅读全文`) and listing codes in brackets.
 *
 * Linear in the text; at most 20,000 units of it are read, and patterns look at 240 units of each end at most.
 */
export function trimWireText(given: string): TrimmedText {
  const raw = given.slice(0, MAX_UNITS);
  // The careful way costs ten times as much, and is needed for mark-up and invisible characters only; plain ASCII needs neither.
  let text = raw;
  if (!PLAIN.test(raw))
    text = INVISIBLE.test(raw) ? normaliseText(raw.replace(LINE_ENDS, '|')) : raw.normalize('NFKC');
  text = trimPrefixes(text.trimStart());
  if (text.includes('@')) text = text.replace(MENTIONS, ' ');
  if (/:\/\/|www\.|\.com\/|t\.co/i.test(text)) text = text.replace(LINKS, ' ');
  text = trimSuffixes(text.trimEnd());
  const cut = CUT.test(text.slice(-8));
  if (text.includes('(')) text = text.replace(CODES, ' ');
  return { text, cut };
}

function trimPrefixes(text: string): string {
  let rest = text;
  for (let round = 0; round < MAX_PREFIXES; round += 1) {
    const head = rest.slice(0, END_UNITS);
    const match = firstMatch(PREFIXES, head);
    if (match === null || match[0].length === rest.length) return rest;
    rest = rest.slice(match[0].length);
  }
  return rest;
}

function trimSuffixes(text: string): string {
  let rest = text;
  for (let round = 0; round < MAX_PREFIXES; round += 1) {
    const bracketed = rest.endsWith(')');
    const tail = rest.slice(bracketed ? -END_UNITS : -SHORT_END_UNITS);
    const match = firstMatch(bracketed ? BRACKETED : SUFFIXES, tail);
    if (match === null || match[0].length === rest.length) return rest;
    rest = rest.slice(0, rest.length - match[0].length).trimEnd();
  }
  return rest;
}

function firstMatch(patterns: readonly RegExp[], text: string): RegExpExecArray | null {
  for (const pattern of patterns) {
    const match = pattern.exec(text);
    if (match !== null && match[0].length > 0) return match;
  }
  return null;
}
