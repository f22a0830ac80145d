import type { SentimentLabel, TopicId } from '../pipeline/core/taxonomy.js';

/** Sentences no usable model may get wrong: run when a model is loaded, so that a mixed-up order of labels or topics never serves. */
export const GOLDEN_SENTENCES: readonly {
  readonly text: string;
  readonly language: 'en' | 'zh';
  readonly label: SentimentLabel;
  /** Of these one must stand first; empty where careful readers differ. */
  readonly topics: readonly TopicId[];
}[] = [
  {
    language: 'en',
    label: 'negative',
    topics: ['stock_move', 'earnings'],
    text: 'Shares plunge after the company cuts its outlook and warns of heavy losses',
  },
  {
    language: 'en',
    label: 'neutral',
    topics: [],
    text: 'The company will hold its annual general meeting in Zurich on Tuesday',
  },
  {
    language: 'en',
    label: 'positive',
    topics: ['earnings', 'stock_move'],
    text: 'Shares surge as quarterly profit beats expectations and the outlook is raised',
  },
  {
    language: 'zh',
    label: 'negative',
    topics: ['fraud_risk', 'stock_move', 'legal_regulation'],
    text: '公司涉嫌财务造假被立案调查，股价连续跌停，亏损大幅扩大',
  },
  { language: 'zh', label: 'neutral', topics: [], text: '公司将于下周二召开年度股东大会' },
  {
    language: 'zh',
    label: 'positive',
    topics: ['earnings', 'stock_move'],
    text: '公司业绩超预期，净利润同比大幅增长，股价涨停',
  },
];
