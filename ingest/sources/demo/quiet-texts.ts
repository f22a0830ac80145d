import type { DemoLanguage } from './outlets.js';

export const TONES = ['positive', 'neutral', 'negative'] as const;
export type Tone = (typeof TONES)[number];

/** A headline and the sentences from which its body is drawn. */
export interface QuietTexts {
  readonly headlines: readonly string[];
  readonly posts: readonly string[];
}

/** Ordinary days of a company. The negative ones are mild on purpose. */
export const COMPANY_TEXTS: Readonly<Record<DemoLanguage, Readonly<Record<Tone, QuietTexts>>>> = {
  en: {
    positive: {
      headlines: [
        '{c} quarterly profit rises {n}% on strong {good} demand',
        '{c} raises full-year guidance after solid {good} sales',
        '{c} wins {b} million order for its {good} business in {city}',
        '{c} lifts dividend by {n}% and extends share buyback',
        'Analysts upgrade {c} to buy, citing improving margins',
        '{c} opens new {good} site in {city}, adding {b} jobs',
        '{s} shares gain {n}% as {good} growth beats forecasts',
        '{c} and partners sign long-term {good} agreement worth {b} million',
      ],
      posts: [
        'Nice numbers from ${t}, {good} up {n}% and margins improving',
        'Adding a little more ${t} here, the {good} story keeps getting better',
        '{s} order book looks healthy, happy holder of ${t}',
        'Upgraded my view on {s}: cash flow strong, {good} growing again',
      ],
    },
    neutral: {
      headlines: [
        '{c} to publish quarterly results in {n} weeks',
        '{c} names new head of its {good} unit in {city}',
        '{c} schedules annual shareholder meeting in {city}',
        '{c} completes planned transfer of its {good} office to {city}',
        '{c} says {good} volumes were in line with last quarter',
        '{c} to present {good} plans at an industry conference in {city}',
        '{s} files routine notice on share capital: {b} million shares outstanding',
        '{c} keeps its full-year outlook unchanged',
      ],
      posts: [
        'Anyone listening to the {s} call on {good} today? ${t}',
        '${t} flat again, volume {m}% of the usual',
        'Waiting for {s} results before I decide anything',
        'Visited the {s} {good} place in {city}, looks like always',
      ],
    },
    negative: {
      headlines: [
        '{c} {good} revenue slips {d}% from a year earlier',
        '{s} shares ease {d}% in thin trading',
        '{c} delays start of {good} project in {city} by {n} weeks',
        '{c} sees slightly lower {good} margins this quarter',
      ],
      posts: [
        'A bit disappointed by {s} {good} growth this quarter ${t}',
        '${t} down {d}% today, nothing dramatic',
      ],
    },
  },
  zh: {
    positive: {
      headlines: [
        '{c}季度净利润同比增长{n}%，{good}需求强劲',
        '{c}上调全年业绩指引，{good}销售稳健',
        '{c}在{city}获得{b}亿元{good}订单',
        '{c}提高分红{n}%并延长股份回购',
        '分析师上调{c}评级至买入，看好利润率改善',
        '{s}股价上涨{n}%，{good}增长超预期',
      ],
      posts: [
        '{s}这份财报不错，{good}增长{n}%，继续持有',
        '加仓{s}，{good}业务越来越好',
        '{s}订单充足，看好后市',
      ],
    },
    neutral: {
      headlines: [
        '{c}将于{n}周后公布季度业绩',
        '{c}任命{city}{good}部门新负责人',
        '{c}将在{city}召开年度股东大会',
        '{c}称{good}业务量与上季度持平',
        '{c}维持全年展望不变',
        '{s}发布例行公告：总股本{b}百万股',
      ],
      posts: ['今天有人听{s}的{good}交流会吗？', '{s}今天横盘，成交量只有平时的{m}%', '等{s}财报出来再说'],
    },
    negative: {
      headlines: [
        '{c}{good}收入同比小幅下滑{d}%',
        '{s}股价微跌{d}%，成交清淡',
        '{c}{city}{good}项目推迟{n}周',
      ],
      posts: ['{s}这季度{good}增速有点失望', '{s}今天跌了{d}%，问题不大'],
    },
  },
};

/** Ordinary days of the market as a whole. */
export const MARKET_TEXTS: Readonly<Record<DemoLanguage, Readonly<Record<Tone, QuietTexts>>>> = {
  en: {
    positive: {
      headlines: [
        'Stocks edge higher as {m} of the demo index members gain',
        'Factory orders rise {d}% in {city}, beating forecasts',
        'Consumer confidence improves for {n} months in a row',
        'Exports from {city} grow {n}% on firm demand',
        'Services activity expands at the fastest pace in {m} months',
      ],
      posts: [
        'Green day across the board, my list is up {d}%',
        'Good growth numbers out of {city} this morning',
        'Breadth is improving, {m} names at new highs',
      ],
    },
    neutral: {
      headlines: [
        'Stocks little changed in quiet trading, turnover {b} million',
        'Central bank holds its key rate at {d}% as expected',
        'Crude trades near {m} a barrel ahead of inventory data',
        'Currency steady before trade figures from {city}',
        'Week ahead: {m} companies report, inflation data due',
        'Statistics office in {city} to revise its price basket',
        'Bond auction in {city} draws bids of {b} million, in line with average',
        'Gold holds in a narrow range of {d}% for the week',
        'Housing starts in {city} unchanged at {b} units',
      ],
      posts: [
        'Slow session, only {b} lots traded so far',
        'What is everyone watching today? I have {m} names on my screen',
        'Reading the minutes of the {city} rate meeting',
        'Coffee and the calendar: {n} data releases before noon',
        'Rebalanced my list, now {m} positions',
      ],
    },
    negative: {
      headlines: [
        'Stocks slip {d}% as traders take some profit',
        'Retail sales in {city} dip {d}% from the month before',
        'Freight rates ease {n}% after the holiday season',
      ],
      posts: ['Small red day, down {d}%', 'Retail numbers from {city} a touch weak'],
    },
  },
  zh: {
    positive: {
      headlines: [
        '大盘小幅收高，{m}只成分股上涨',
        '{city}工业订单增长{d}%，好于预期',
        '{city}出口同比增长{n}%，需求稳健',
      ],
      posts: ['今天普涨，自选股涨了{d}%', '{city}的数据不错，心情好'],
    },
    neutral: {
      headlines: [
        '大盘窄幅震荡，成交额{b}亿元',
        '央行维持基准利率{d}%不变，符合预期',
        '原油在每桶{m}附近交投，等待库存数据',
        '下周前瞻：{m}家公司公布业绩，通胀数据将出炉',
        '{city}新屋开工{b}套，与上月持平',
        '汇率平稳，市场等待{city}贸易数据',
      ],
      posts: [
        '今天成交清淡，才{b}手',
        '大家今天看什么？我盯着{m}只',
        '在读{city}议息会议纪要',
        '调了一下仓，现在{m}个标的',
      ],
    },
    negative: {
      headlines: ['大盘微跌{d}%，部分资金获利了结', '{city}零售额环比小幅下降{d}%'],
      posts: ['小跌{d}%，正常回调', '{city}零售数据略弱'],
    },
  },
};

/** Second sentences, so that two texts from one headline differ as real ones do. */
export const CONTINUATIONS: Readonly<Record<DemoLanguage, readonly string[]>> = {
  en: [
    'The figures were published in {city} before the market opened.',
    'Turnover reached {b} million, compared with {m} million on an average day.',
    'A spokesman said that further details would follow within {n} weeks.',
    'The statement was read to reporters in {city} and covers the past {m} weeks.',
    'Traders in {city} said that most clients had expected it.',
    'The next update is planned in {m} days.',
    'About {b} people work in the area concerned.',
    'Volumes were {n}% away from their yearly average.',
  ],
  zh: [
    '相关数据于开盘前在{city}发布。',
    '当日成交{b}百万元，日均为{m}百万元。',
    '发言人表示，更多细节将在{n}周内公布。',
    '{city}的交易员称，多数客户对此已有预期。',
    '下一次更新安排在{m}天之后。',
    '相关业务约有员工{b}人。',
  ],
};
