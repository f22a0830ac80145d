import { hashText } from './hash-text.js';

/**
 * What a word or phrase means to the comparison of two texts.
 *
 * `stop`: says nothing, and is left out. `fact`: a direction, a denial, a date: two texts of one story never differ in it.
 * `word`: anything else; what stands for the same has one name.
 */
export interface WordMeaning {
  readonly role: 'stop' | 'fact' | 'word';
  /** Of the name that it shares with all that means the same. */
  readonly hash: number;
  readonly denies: boolean;
}

export interface Phrase extends WordMeaning {
  readonly text: string;
}

const STOP_EN = `a an the of to in on at for by with as its it is was are were be been has have had that this these those from and
  will would said says say saying tells told adds added according which who their his her there inc corp co ltd plc llc company
  companies corporation limited incorporated firm sharply slightly strongly further again also now just still very quite
  significantly however meanwhile recently today reportedly latest s t`;

const STOP_ZH = `的 了 将 也 均 都 已 已经 目前 当前 据悉 据了解 据报道 据介绍 此外 另外 其中 同时 表示 称 指出 透露 介绍 公告称
  公告显示 公告 发布公告 发布 显示 日前 近日 大幅 进一步 正式 再次 再度 公司 本公司 该公司 有限公司 有限责任公司 等 与 和 及 以及
  对 于 在 为 是 约 至 到 其 该 第 不断 不过 不仅 不仅如此 共 则 并 且 个 消息 报道 数据 方面 相关 有关 出现 实现 记者 获悉 从 向
  由 所 之 而 因 因为`;

/** Words of one direction count as one; words of different directions never do. */
const FACTS_EN: Readonly<Record<string, string>> = {
  UP: `up rise rises rose risen rising gain gains gained gaining climb climbs climbed climbing jump jumps jumped jumping surge surges
    surged surging soar soars soared soaring advance advances advanced increase increases increased increasing higher grew grow grows
    growing growth rally rallies rallied rebound rebounds rebounded`,
  DOWN: `down fall falls fell fallen falling drop drops dropped dropping decline declines declined declining decrease decreases decreased
    lower slip slips slipped slipping slide slides slid sliding slump slumps slumped slumping plunge plunges plunged plunging tumble
    tumbles tumbled tumbling sink sinks sank sinking dip dips dipped shrink shrinks shrank retreat retreats retreated plummet plummets
    plummeted`,
  RAISE: 'raise raises raised raising lift lifts lifted hike hikes hiked boost boosts boosted',
  CUT: 'cut cuts cutting reduce reduces reduced reducing trim trims trimmed slash slashes slashed lowers lowered lowering',
  BEAT: 'beat beats beating exceed exceeds exceeded tops topped topping surpass surpasses surpassed',
  MISS: 'miss misses missed missing',
  ABOVE: 'above over',
  BELOW: 'below under',
  BUY: 'buy buys bought buying acquire acquires acquired acquiring purchase purchases purchased',
  SELL: 'sell sells sold selling divest divests divested offload offloads offloaded',
  UPGRADE: 'upgrade upgrades upgraded',
  DOWNGRADE: 'downgrade downgrades downgraded',
  APPROVE: 'approve approves approved approval clears cleared',
  BLOCK: 'block blocks blocked reject rejects rejected rejection',
  WIN: 'win wins won winning',
  LOSE: 'lose loses lost losing',
  PROFIT: 'profit profits profitable',
  LOSS: 'loss losses',
  APPOINT: 'appoint appoints appointed names hires hired',
  RESIGN: 'resign resigns resigned quits leaves departs ousts ousted fires fired',
  OPEN: 'open opens opened opening reopens',
  CLOSE: 'close closes closed closing shut shuts shutting',
  START: 'start starts started begin begins began launch launches launched',
  STOP: 'stop stops stopped halt halts halted suspend suspends suspended scrap scraps scrapped cancel cancels cancelled canceled ends',
  RESUME: 'resume resumes resumed',
  MORE: 'more',
  LESS: 'less fewer',
  BEST: 'best record highest',
  WORST: 'worst lowest',
  STRONG: 'strong stronger better improves improved',
  WEAK: 'weak weaker worse worsens worsened',
  BULLISH: 'bullish overweight outperform positive',
  BEARISH: 'bearish underweight underperform negative',
  CONFIRM: 'confirm confirms confirmed',
  EXPAND: 'expand expands expanded',
  DENY: 'deny denies denied denying false untrue hoax dismiss dismisses dismissed refute refutes refuted',
  NOT: 'not no never without cannot nor neither unlikely unable fail fails failed unchanged',
  MAY: 'may might could considers considering weighs mulls possible rumored rumoured',
  MON: 'monday mon',
  TUE: 'tuesday tue tues',
  WED: 'wednesday wed',
  THU: 'thursday thu thurs',
  FRI: 'friday fri',
  SAT: 'saturday',
  SUN: 'sunday',
  JAN: 'january jan',
  FEB: 'february feb',
  MAR: 'march',
  APR: 'april apr',
  JUN: 'june jun',
  JUL: 'july jul',
  AUG: 'august aug',
  SEP: 'september sep sept',
  OCT: 'october oct',
  NOV: 'november nov',
  DEC: 'december dec',
  FIRST: 'first',
  SECOND: 'second',
  THIRD: 'third',
  FOURTH: 'fourth',
  HALF: 'half halves halved',
  DOUBLE: 'double doubles doubled',
  TRIPLE: 'triple triples tripled',
  // Named as the numeral is, so that both are one.
  '1': 'one',
  '2': 'two',
  '3': 'three',
  '4': 'four',
  '5': 'five',
  '6': 'six',
  '7': 'seven',
  '8': 'eight',
  '9': 'nine',
  '10': 'ten',
  '11': 'eleven',
  '12': 'twelve',
};

const FACTS_ZH: Readonly<Record<string, string>> = {
  UP: '上涨 涨 上升 增长 增 增加 攀升 走高 上扬 提升 提高 上行 走强 回升',
  DOWN: '下跌 跌 下降 减少 减 下滑 走低 下行 回落 下挫 走弱 降低',
  LIMIT_UP: '涨停',
  LIMIT_DOWN: '跌停',
  STAKE_UP: '增持',
  STAKE_DOWN: '减持',
  RAISE: '上调 调高',
  CUT: '下调 调低',
  BEAT: '超预期 好于预期 高于预期 超出预期',
  MISS: '不及预期 低于预期 逊于预期',
  ABOVE: '高于 超过 超出',
  BELOW: '低于 不足 不到',
  BUY: '买入 收购 购入 并购',
  SELL: '卖出 出售 转让 抛售',
  PROFIT: '盈利',
  LOSS: '亏损',
  TURN: '扭亏 扭亏为盈',
  GOOD: '利好',
  BAD: '利空',
  APPROVE: '批准 通过 同意 获批 核准',
  BLOCK: '驳回 否决 拒绝 叫停',
  DENY: '否认 澄清 不实 谣言 辟谣 失实',
  NOT: '未 不 没有 没 无 非 否 并非 未能 尚未 不会 无法 并未 不再',
  START: '启动 开始 开工 投产',
  STOP: '终止 停止 暂停 取消 停产 停牌',
  RESUME: '恢复 复牌 重启 复产',
  APPOINT: '任命 聘任 出任 就任 上任',
  RESIGN: '辞职 离职 辞任 卸任',
  WIN: '胜诉 中标',
  LOSE: '败诉 落标',
  PASSIVE: '被 遭',
  MAY: '或 可能 考虑 传闻 疑似 拟 计划',
  YOY: '同比 较上年同期 较去年同期 比上年同期 比去年同期',
  QOQ: '环比 较上季度 较上一季度 比上季度',
  RECORD_HIGH: '新高',
  RECORD_LOW: '新低',
};

const WORDS_EN: Readonly<Record<string, string>> = {
  share: 'share shares stock stocks',
  outlook: 'forecast forecasts guidance outlook',
  estimate: 'estimate estimates expectations expectation consensus',
  revenue: 'revenue revenues sales turnover',
  staff: 'staff worker workers employee employees',
  probe: 'probe probes investigation inquiry enquiry investigate investigates',
  deal: 'deal agreement',
  plant: 'plant factory',
  suit: 'suit lawsuit',
  after: 'after following amid',
  quarter: 'quarter quarterly',
};

const WORDS_ZH: Readonly<Record<string, string>> = {
  净利润: '净利润 净利 归母净利润 归属于上市公司股东的净利润 归母净利',
  营业收入: '营业收入 营收 营业总收入',
  股价: '股价 股票 股份价格',
  控股股东: '控股股东 大股东',
  立案调查: '立案调查 立案',
  报告期: '报告期内 报告期 期内',
};

const DENIALS: readonly string[] = ['DENY', 'NOT'];

/** Meanings of single words of an alphabet, in lower case. */
export const WORD_MEANINGS: ReadonlyMap<string, WordMeaning> = new Map(
  phrases(STOP_EN, FACTS_EN, WORDS_EN).map((phrase) => [phrase.text, phrase]),
);

/** Bits of a spelling that `mayHaveMeaning` looks at. */
const SPELLING_BITS = 0x7fff;
const KNOWN_SPELLINGS = knownSpellings();

/** The spelling of a word is that of the word without its last unit, 0 before the first, and this unit. */
export function spell(spelling: number, unit: number): number {
  return (Math.imul(spelling, 31) + unit) | 0;
}

/**
 * False for the spelling of a word that `WORD_MEANINGS` does not know (a Bloom filter of one function): to cut each word out of a
 * text and look it up is a tenth of the cost of a sketch.
 */
export function mayHaveMeaning(spelling: number): boolean {
  return KNOWN_SPELLINGS[spelling & SPELLING_BITS] === 1;
}

/** What "n't" stands for. */
export const NEGATION: WordMeaning = { role: 'fact', hash: hashText('NOT'), denies: true };

/** Chinese phrases in simplified characters by their first unit, the longest first. */
export const PHRASES_BY_UNIT: ReadonlyMap<number, readonly Phrase[]> = byFirstUnit(
  phrases(STOP_ZH, FACTS_ZH, WORDS_ZH),
);

function phrases(
  stop: string,
  facts: Readonly<Record<string, string>>,
  words: Readonly<Record<string, string>>,
): readonly Phrase[] {
  const split = (list: string) => list.trim().split(/\s+/);
  const named = (role: 'fact' | 'word', groups: Readonly<Record<string, string>>) =>
    Object.entries(groups).flatMap(([name, list]) =>
      split(list).map((text) => ({ text, role, hash: hashText(name), denies: DENIALS.includes(name) })),
    );
  const stops = split(stop).map((text) => ({ text, role: 'stop' as const, hash: 0, denies: false }));
  return [...stops, ...named('word', words), ...named('fact', facts)];
}

function knownSpellings(): Uint8Array {
  const known = new Uint8Array(SPELLING_BITS + 1);
  for (const word of WORD_MEANINGS.keys()) {
    let spelling = 0;
    for (let i = 0; i < word.length; i++) spelling = spell(spelling, word.charCodeAt(i));
    known[spelling & SPELLING_BITS] = 1;
  }
  return known;
}

function byFirstUnit(list: readonly Phrase[]): ReadonlyMap<number, readonly Phrase[]> {
  const grouped = new Map<number, Phrase[]>();
  for (const phrase of list) {
    const unit = phrase.text.charCodeAt(0);
    grouped.set(unit, [...(grouped.get(unit) ?? []), phrase]);
  }
  for (const group of grouped.values()) group.sort((a, b) => b.text.length - a.text.length);
  return grouped;
}
