import { TOPIC_IDS, type TopicId } from '../../pipeline/core/taxonomy.js';

/** How we read the topic names that labelled sets come with. A name that is not listed says nothing. */
const NATIVE_TOPICS: Readonly<Record<string, Readonly<Partial<Record<TopicId, readonly string[]>>>>> = {
  tfn_topic: {
    analyst: ['Analyst Update'],
    central_bank: ['Fed | Central Banks'],
    product_company: ['Company | Product News', 'Financials'],
    debt_credit: ['Treasuries | Corporate Debt'],
    dividend_buyback: ['Dividend'],
    earnings: ['Earnings'],
    commodities_energy: ['Energy | Oil', 'Gold | Metals | Materials'],
    currency: ['Currencies'],
    other: ['General News | Opinion'],
    ipo: ['IPO'],
    legal_regulation: ['Legal | Regulation'],
    mna: ['M&A | Investments'],
    macro: ['Macro'],
    markets: ['Markets'],
    politics: ['Politics'],
    personnel: ['Personnel Change'],
    stock_move: ['Stock Commentary', 'Stock Movement'],
  },
  fiqa: {
    earnings: ['Sales', 'Financial', 'Fundamentals'],
    mna: ['M&A'],
    stock_move: ['Price Action', 'Technical Analysis', 'Signal', 'Options'],
    personnel: ['Appointment'],
    product_company: ['Strategy', 'Company Communication'],
    dividend_buyback: ['Dividend Policy', 'Buyside'],
    fraud_risk: ['Risks', 'Reputation'],
    other: ['Rumors', 'Insider Activity'],
    legal_regulation: ['Legal', 'Regulatory'],
    ipo: ['IPO'],
    analyst: ['Coverage'],
    markets: ['Market', 'Volatility', 'Conditions'],
    currency: ['Currency'],
    central_bank: ['Central Banks'],
    macro: ['Trade'],
  },
  reuters21578: {
    commodities_energy: (
      'grain wheat corn crude sugar coffee gold veg-oil oilseed cocoa copper livestock nat-gas alum iron-steel rubber gas ' +
      'pet-chem carcass cotton tin zinc orange meal-feed lead strategic-metal heat silver ship'
    ).split(' '),
    earnings: ['earn'],
    mna: ['acq'],
    currency: ['money-fx', 'dlr'],
    central_bank: ['interest'],
    macro: 'money-supply trade gnp cpi bop jobs ipi reserves retail wpi lei'.split(' '),
    real_estate: ['housing'],
  },
  surge_crypto: { crypto: ['crypto'] },
  zh_finnl_topic: {
    product_company: ['公司', '行业'],
    markets: ['大盘'],
    macro: ['经济'],
    legal_regulation: ['政策'],
    politics: ['国际', '政治'],
    commodities_energy: ['期货', '能源'],
    debt_credit: ['债券'],
    real_estate: ['房地产'],
    currency: ['外汇'],
    crypto: ['虚拟货币'],
    other: ['新冠'],
  },
  zh_finese_event: {
    legal_regulation: ['信批违规', '交易违规', '投诉维权', '产品违规'],
    mna: ['实控人股东变更', '重组失败'],
    personnel: ['不能履职', '高管负面'],
    fraud_risk: [
      '涉嫌非法集资',
      '财务造假',
      '涉嫌传销',
      '资金账户风险',
      '涉嫌违法',
      '涉嫌欺诈',
      '资产负面',
      '失联跑路',
      '提现困难',
      '歇业停业',
    ],
    analyst: ['评级调整'],
    earnings: ['业绩下滑'],
    other: ['其他'],
  },
};

const BY_NAME: ReadonlyMap<string, TopicId> = new Map(
  Object.entries(NATIVE_TOPICS).flatMap(([set, topics]) =>
    Object.entries(topics).flatMap(([topic, names]) =>
      names.map((name) => [`${set}\n${name}`, topic as TopicId] as const),
    ),
  ),
);

/**
 * The topic of ours that a set's own topic name stands for, or null when it says nothing.
 *
 * `fiqa_…` names have levels (`Corporate/Sales`), of which the second counts. Our own ids are understood in every set.
 */
export function toTopicId(source: string, native: string): TopicId | null {
  if (source.startsWith('fiqa')) return BY_NAME.get(`fiqa\n${native.split('/')[1] ?? ''}`) ?? null;
  return BY_NAME.get(`${source}\n${native}`) ?? TOPIC_IDS.find((topic) => topic === native) ?? null;
}
