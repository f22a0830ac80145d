/** The words around figures in English and Chinese: factors, units, currencies, and which way something went. */

export type NumberUnit = 'percent' | 'percentage-point' | 'basis-point' | 'times' | 'year' | 'date';

/** What may stand behind a figure and multiplies it. Letters count only where no letter follows. */
export const FACTOR =
  /\s?-?(?:(hundred|thousand|million|mln|mn|billion|bln|bn|trillion|trln|tn|lakh|crore)(?![a-z])|([kmbt])(?![a-z\d]))|\s?([十百千]?(?:万亿|[万亿])|[百千](?=元|多|余))/iy;

export const FACTORS: ReadonlyMap<string, number> = new Map([
  ['hundred', 1e2],
  ['thousand', 1e3],
  ['k', 1e3],
  ['lakh', 1e5],
  ['million', 1e6],
  ['mln', 1e6],
  ['mn', 1e6],
  ['m', 1e6],
  ['crore', 1e7],
  ['billion', 1e9],
  ['bln', 1e9],
  ['bn', 1e9],
  ['b', 1e9],
  ['trillion', 1e12],
  ['trln', 1e12],
  ['tn', 1e12],
  ['t', 1e12],
  ['百', 1e2],
  ['千', 1e3],
  ['万', 1e4],
  ['十万', 1e5],
  ['百万', 1e6],
  ['千万', 1e7],
  ['亿', 1e8],
  ['十亿', 1e9],
  ['百亿', 1e10],
  ['千亿', 1e11],
  ['万亿', 1e12],
  ['十万亿', 1e13],
  ['百万亿', 1e14],
  ['千万亿', 1e15],
]);

/** Units behind a figure. The group that matches names the unit, in the order of `UNITS`. */
export const UNIT =
  /\s?-?(?:(percentage[ -]points?(?![a-z])|ppts?(?![a-z])|pp(?![a-z])|个?百分点)|(%|percent(?![a-z])|per cent(?![a-z])|pct(?![a-z]))|(basis[ -]points?(?![a-z])|bps?(?![a-z])|个?基点)|(times(?![a-z])|fold(?![a-z])|x(?![a-z\d])|倍))/iy;

export const UNITS: readonly NumberUnit[] = ['percentage-point', 'percent', 'basis-point', 'times'];

/** A currency right before a figure, at the end of the few characters before it. */
export const CURRENCY_BEFORE =
  /(US\$|HK\$|NT\$|A\$|C\$|S\$|R\$|\$|€|£|[¥￥]|₹|₩|₽|(?<![A-Za-z])(?:Rs\.?|RMB|CNY|USD|HKD|EUR|GBP|JPY|INR|CHF|AUD|CAD|SGD|KRW|TWD|人民币))\s?$/i;

/** A currency behind a figure and its factor. */
export const CURRENCY_BEHIND =
  /\s?-?(?:of\s)?(?:(?:多|余)?(美元|美金|港元|港币|欧元|英镑|日元|日圆|韩元|新台币|台币|澳元|加元|瑞士法郎|卢比|卢布|人民币|元|块)|(us dollars?|dollars?|euros?|pounds?|yen|yuan|renminbi|rupees?|won|francs?|usd|hkd|eur|gbp|jpy|cny|rmb|inr|chf|krw)(?![a-z])|(€|£|¥|₹))/iy;

export const CURRENCIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    USD: 'us$ $ usd dollar dollars 美元 美金',
    HKD: 'hk$ hkd 港元 港币',
    TWD: 'nt$ twd 新台币 台币',
    AUD: 'a$ aud 澳元',
    CAD: 'c$ cad 加元',
    SGD: 's$ sgd',
    BRL: 'r$',
    EUR: '€ eur euro euros 欧元',
    GBP: '£ gbp pound pounds 英镑',
    JPY: 'jpy yen 日元 日圆',
    // The sign ¥ is yen and yuan alike; in text with Chinese characters it is yuan (see the caller).
    CNY: 'rmb cny yuan renminbi 人民币 元 块',
    INR: '₹ rs rs. inr rupee rupees 卢比',
    KRW: '₩ krw won 韩元',
    RUB: '₽ 卢布',
    CHF: 'chf franc francs 瑞士法郎',
  }).flatMap(([code, names]) => names.split(' ').map((name): [string, string] => [name, code])),
);

const UP_EN = `up|above|rises?|rose|risen|rising|rallies|rallied|rally|gains?|gained|gaining|climbs?|climbed|climbing|jumps?|jumped|jumping|surges?|surged|surging|soars?|soared|soaring|spikes?|spiked|grows?|grew|grown|growing|growth|increases?|increased|increasing|raises?|raised|raising|hikes?|hiked|higher|expands?|expanded|widens?|widened|widening|adds|added|advances?|advanced|rebounds?|rebounded|tops|topped|upside|accelerates?|accelerated`;
const DOWN_EN = `down|below|falls?|fell|fallen|falling|drops?|dropped|dropping|declines?|declined|declining|slips?|slipped|slides?|slid|sinks?|sank|sunk|plunges?|plunged|plunging|tumbles?|tumbled|slumps?|slumped|decreases?|decreased|decreasing|cuts?|cutting|lowers?|lowered|lower|reduces?|reduced|reducing|reduction|shrinks?|shrank|shrunk|narrows?|narrowed|narrowing|loses|lost|losing|sheds?|shedding|dips?|dipped|eases?|eased|retreats?|retreated|crashes|crashed|slashes|slashed|trims?|trimmed|contracts|contracted|downside`;
const UP_ZH = `上涨|增长|上升|增加|大涨|暴涨|飙升|攀升|提高|提升|上调|扩大|激增|涨幅|增幅|升幅|升至|增至|涨至|涨到|升到|反弹|回升|新增|增持|走高|高开|涨停|加息|收涨|领涨|劲升|微涨|猛增|涨超|涨逾|拉升|翻升|走阔|升值`;
const DOWN_ZH = `下跌|下降|减少|大跌|暴跌|下滑|下调|收窄|缩减|回落|跌幅|降幅|减幅|跌至|降至|跌到|降到|减至|滑落|减持|走低|低开|跌停|降息|收跌|领跌|微跌|重挫|跌超|跌逾|萎缩|缩水|削减|裁员|裁减|降低|跳水|跌破|锐减|骤降|贬值|闪崩`;

export type WordDirection = 'up' | 'down';

/** English words in lower case and Chinese words of two characters. */
export const DIRECTION_WORDS: ReadonlyMap<string, WordDirection> = new Map([
  ...words(UP_EN, 'up'),
  ...words(UP_ZH, 'up'),
  ...words(DOWN_EN, 'down'),
  ...words(DOWN_ZH, 'down'),
]);

/** Single characters count only close to the figure. */
export const DIRECTION_CHARACTERS: ReadonlyMap<string, WordDirection> = new Map([
  ...words('涨|升|增', 'up'),
  ...words('跌|降|减', 'down'),
]);

function words(list: string, direction: WordDirection): readonly (readonly [string, WordDirection])[] {
  // A question mark behind a letter stands for both forms: "rises?" is "rise" and "rises".
  return list
    .split('|')
    .flatMap((word) => (word.endsWith('s?') ? [word.slice(0, -2), word.slice(0, -1)] : [word]))
    .map((word) => [word, direction] as const);
}

/** What turns a word of direction off when it stands right before it. */
export const NEGATED =
  /(?:\b(?:not|never|no|without|didn['’]t|doesn['’]t|don['’]t|won['’]t|isn['’]t|wasn['’]t)\s+(?:\w+\s+)?|不|未|没有|没|并非|并未|无|止|抗)$/iu;
