/** The closed lists that every part shares: topics, sectors, sentiment labels. */

export const SENTIMENT_LABELS = ['negative', 'neutral', 'positive'] as const;
export type SentimentLabel = (typeof SENTIMENT_LABELS)[number];

export interface TermNames {
  readonly en: string;
  readonly zh: string;
}

/** Topic ids with their names; a document may carry several, `other` only alone. */
export const TOPICS = {
  earnings: { en: 'Earnings', zh: '业绩' },
  analyst: { en: 'Analyst views', zh: '评级与研报' },
  mna: { en: 'Mergers and investments', zh: '并购与投资' },
  product_company: { en: 'Products and business', zh: '产品与经营' },
  legal_regulation: { en: 'Law and regulation', zh: '法律与监管' },
  personnel: { en: 'Management and staff', zh: '人事' },
  dividend_buyback: { en: 'Dividends and buy-backs', zh: '分红与回购' },
  ipo: { en: 'Listings and offerings', zh: '上市与发行' },
  macro: { en: 'Economy', zh: '宏观经济' },
  central_bank: { en: 'Central banks and rates', zh: '央行与利率' },
  currency: { en: 'Currencies', zh: '外汇' },
  debt_credit: { en: 'Bonds and credit', zh: '债券与信用' },
  commodities_energy: { en: 'Commodities and energy', zh: '商品与能源' },
  markets: { en: 'Markets', zh: '大盘' },
  stock_move: { en: 'Share price moves', zh: '股价异动' },
  politics: { en: 'Politics', zh: '政治' },
  crypto: { en: 'Crypto assets', zh: '虚拟货币' },
  real_estate: { en: 'Real estate', zh: '房地产' },
  fraud_risk: { en: 'Fraud and risk events', zh: '欺诈与风险事件' },
  other: { en: 'Other', zh: '其他' },
} as const satisfies Record<string, TermNames>;
export type TopicId = keyof typeof TOPICS;
export const TOPIC_IDS = Object.keys(TOPICS) as readonly TopicId[];

export const SECTORS = {
  banks: { en: 'Banks', zh: '银行' },
  financials: { en: 'Insurance and other financials', zh: '保险与非银金融' },
  technology: { en: 'Technology', zh: '科技' },
  communication: { en: 'Media and telecoms', zh: '传媒与通信' },
  consumer: { en: 'Consumer goods and retail', zh: '消费与零售' },
  automotive: { en: 'Cars', zh: '汽车' },
  health: { en: 'Health care', zh: '医药健康' },
  energy: { en: 'Energy', zh: '能源' },
  materials: { en: 'Materials', zh: '原材料' },
  industrials: { en: 'Industrials and transport', zh: '工业与交通' },
  utilities: { en: 'Utilities', zh: '公用事业' },
  real_estate: { en: 'Real estate', zh: '房地产' },
  funds: { en: 'Funds and indices', zh: '基金与指数' },
} as const satisfies Record<string, TermNames>;
export type SectorId = keyof typeof SECTORS;
export const SECTOR_IDS = Object.keys(SECTORS) as readonly SectorId[];
