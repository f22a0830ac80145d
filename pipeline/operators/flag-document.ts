import type { RawDocument } from '../core/document.js';
import type { DetectedLanguage } from './detect-language.js';

/** So much of a text is looked at for spam and debris. */
const SAMPLE_UNITS = 4_000;
/** Fewer letters and digits than this say too little for a model. */
const SHORT_UNITS = 8;
/** Longer texts are scored by their beginning. */
const LONG_UNITS = 20_000;
const OLD_MS = 30 * 86_400_000;

/** What reading a document may remark, whichever model scores it. */
export const DOCUMENT_FLAGS: readonly string[] = [
  'language_unsupported',
  'language_mixed',
  'text_short',
  'text_long',
  'debris',
  'spam',
  'future_time',
  'old_time',
  'backfill',
];

const SUPPORTED_LANGUAGES = new Set(['en', 'zh']);

/**
 * Remarks on a document that a reader of its scores should know, in a fixed order.
 *
 * `language_unsupported`, `language_mixed`; `text_short` (fewer than 8 letters and figures), `text_long` (over 20,000 units); `debris` (what is left of a page or a
 * program, wrongly decoded or repeated text); `spam`; `future_time` (published after it was received, by a clock that is
 * wrong), `old_time` (published 30 days before it came, and no history); `backfill`. Linear; looks at the first 4,000 units.
 */
export function flagDocument(
  document: Pick<RawDocument, 'publishedAt' | 'receivedAt' | 'backfill' | 'action'>,
  text: string,
  { language, mixed }: DetectedLanguage,
): readonly string[] {
  const sample = text.slice(0, SAMPLE_UNITS);
  const lateMs = Date.parse(document.receivedAt) - Date.parse(document.publishedAt);
  const remarks: readonly (readonly [flag: string, holds: boolean])[] = [
    ['language_unsupported', !SUPPORTED_LANGUAGES.has(language)],
    ['language_mixed', mixed],
    ['text_short', document.action !== 'retract' && isShort(sample)],
    ['text_long', text.length > LONG_UNITS],
    ['debris', isDebris(sample)],
    ['spam', isSpam(sample)],
    ['future_time', lateMs < 0],
    ['old_time', lateMs > OLD_MS && document.backfill !== true],
    ['backfill', document.backfill === true],
  ];
  return remarks.filter(([, holds]) => holds).map(([flag]) => flag);
}

/** A Chinese character counts for two letters. */
function isShort(sample: string): boolean {
  let count = 0;
  for (const { 0: unit } of sample.slice(0, 200).matchAll(/[\p{L}\p{N}]/gu)) {
    count += unit >= '\u2e80' ? 2 : 1;
    if (count >= SHORT_UNITS) return false;
  }
  return true;
}

/** Tags and entities are no debris: `normaliseText` reads through them. */
const CODE =
  /\bfunction\s?\(|\bvar \w+\s?=|\{"\w+":|\bundefined\b.{0,40}\bundefined\b|\[object Object\]|\bNaN\b.{0,40}\bNaN\b/;
const WRONGLY_DECODED = /\ufffd|[ÃÂ][\u0080-\u00bf]|â€|ï»¿|锟斤拷|烫烫烫|鈥|銆/g;

/** Looking for a word is far cheaper than trying a pattern at each place. */
const CODE_HINTS = ['function', 'var ', '{"', 'undefined', '[object', 'NaN'];
const OFFER_HINTS = [
  'telegram',
  'whatsapp',
  'discord',
  't.me/',
  'join ',
  'free ',
  'guaranteed',
  '100',
  'dm ',
  'double your',
  'make ',
  'send ',
  'work from',
  'link in',
  'add ',
  'click ',
  'you have won',
  "you've won",
  'claim your',
  'earn $',
];

function includesAny(text: string, hints: readonly string[]): boolean {
  return hints.some((hint) => text.includes(hint));
}

function isDebris(sample: string): boolean {
  if (includesAny(sample, CODE_HINTS) && CODE.test(sample)) return true;
  if (/[^\u0000-\u007f]/.test(sample) && (sample.match(WRONGLY_DECODED)?.length ?? 0) >= 3) return true;
  if (/^\s*(?:#(?:NAME|REF|VALUE|N\/A)[?!]?|null|undefined|none|nan|n\/a|test|title text)\s*$/i.test(sample))
    return true;
  return isRepeated(sample);
}

/** One word, or one sign, is more than half of a text of twelve and more. */
function isRepeated(sample: string): boolean {
  const words = sample.split(/\s+/, 400);
  if (words.length >= 12)
    return isMostly(words.filter((word) => word.length > 1 || /[\p{L}\p{N}]/u.test(word)));
  const units = sample.slice(0, 400).replace(/\s/g, '');
  return units.length >= 40 && isMostly(units.split(''));
}

function isMostly(items: readonly string[]): boolean {
  // Where one item is more than half, there are few others.
  const distinct = new Set(items).size;
  return distinct * 2 <= items.length + 2 && mostFrequent(items) * 2 > items.length;
}

function mostFrequent(items: readonly string[]): number {
  const counts = new Map<string, number>();
  let most = 0;
  for (const item of items) {
    const count = (counts.get(item) ?? 0) + 1;
    counts.set(item, count);
    most = Math.max(most, count);
  }
  return most;
}

const OFFERS =
  /\b(?:join (?:our|my|the|us on) .{0,30}(?:telegram|whatsapp|discord|vip|signals?)|(?:telegram|whatsapp|discord) (?:group|channel)|t\.me\/|chat\.whatsapp\.com|discord\.gg\/|free (?:signals?|crypto|bitcoin|money|trial signals)|guaranteed (?:profits?|returns?|gains?|income)|100 ?% (?:guaranteed|profit|win)|dm (?:me|us) (?:for|to|now)|double your (?:bitcoin|investment)|make \$?\d[\d,]* (?:a|per) (?:day|week)|send .{0,20}(?:btc|eth|bitcoin).{0,20}(?:receive|get back)|work from home and earn|link in bio|join telegram @|add (?:me|us) on (?:whatsapp|telegram)|click (?:here|(?:the|this|my) link)\b.{0,40}(?:https?:|\bwin\b)|free (?:iphone|gift|bitcoin|nft)s?\b.{0,20}(?:!!|click|claim)|you(?:'ve| have) won .{0,30}(?:free|prize|gift)|claim your (?:free|prize|reward|airdrop|bonus)|earn \$\d[\d,]* (?:daily|a day|per day).{0,40}(?:sign up|join|from home)|join (?:free )?now\b.{0,20}(?:!!|$)(?<=(?:\d ?%|\d+x|free|profits?)[^\n]{0,60}))/i;
const OFFERS_ZH =
  /加(?:我|群|Q群|微信|V信|薇信|威信|QQ|vx)|(?:扫码|私信|添加)(?:进群|入群|领取|我)|(?:免费|独家)(?:荐股|领取牛股|诊股)|内部(?:消息|牛股)|稳赚(?:不赔)?|包赚|保本高收益|日赚\d|带单|喊单|(?:牛股|黑马)推荐|(?:老师|团队)带你(?:赚|操作)|VIP群|点击(?:领取|注册)(?:红包|牛股|福利)|开户送|(?:关注|搜索)公众号.{0,6}(?:领取|牛股)/i;

/** An offer to the reader, or a heap of links or hashtags with little else. A list of cashtags is a round-up. */
function isSpam(sample: string): boolean {
  if (includesAny(sample.toLowerCase(), OFFER_HINTS) && OFFERS.test(sample)) return true;
  if (/[\u4e00-\u9fff]/.test(sample) && OFFERS_ZH.test(sample)) return true;
  if (!/#|:\/\//.test(sample)) return false;
  const tags = sample.match(/#[\p{L}\d_]{1,30}/gu)?.length ?? 0;
  const links = sample.match(/https?:\/\//g)?.length ?? 0;
  if (tags < 10 && links < 5) return false;
  const words = sample.match(/(?<![#$@\p{L}\d_/.])\p{L}{2,}/gu)?.length ?? 0;
  return tags + links * 2 > words;
}
