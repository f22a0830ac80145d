import type { Severity } from '../../pipeline/core/alert.js';
import type { Certainty } from '../../pipeline/core/scored.js';

export type MailLanguage = 'en' | 'zh';

/** Everything a mail says beside the facts. English and Chinese are equals. */
export interface MailWords {
  readonly severity: Readonly<Record<Severity, string>>;
  readonly subject: (name: string, count: string, expected: string, documents: number) => string;
  readonly banner: Readonly<Record<'demo' | 'replay', string>>;
  readonly fired: (facts: LeadFacts) => string;
  readonly resolved: (facts: LeadFacts & { readonly resolvedAt: string }) => string;
  readonly facts: Readonly<
    Record<
      | 'series'
      | 'rule'
      | 'severity'
      | 'weight'
      | 'score'
      | 'polarity'
      | 'window'
      | 'began'
      | 'documents'
      | 'sources'
      | 'history'
      | 'model',
      string
    >
  >;
  readonly ruleValue: (id: string, version: string) => string;
  readonly weightValue: (count: string, expected: string, ratio: string) => string;
  readonly scoreValue: (score: string, threshold: string) => string;
  readonly windowValue: (from: string, to: string, hours: number) => string;
  readonly beganValue: (started: string, fired: string) => string;
  readonly documentsValue: (documents: number, stories: number, unread: number) => string;
  readonly historyValue: (days: number) => string;
  readonly modelValue: (name: string, version: string, hash: string) => string;
  readonly chartTitle: string;
  readonly chartNote: string;
  readonly evidenceTitle: string;
  readonly certainty: Readonly<Record<Exclude<Certainty, 'fact'>, string>>;
  readonly evidenceScore: (negative: string, share: string) => string;
  readonly spread: (facts: SpreadFacts) => string;
  readonly toldOnce: string;
  readonly driven: (accounts: number) => string;
  readonly ruled: (rules: readonly { readonly id: string; readonly reason: string }[]) => string;
  readonly weighed: (words: readonly string[]) => string;
  readonly noEvidence: string;
  readonly whyTitle: string;
  readonly why: (facts: WhyFacts) => readonly string[];
  readonly openPage: string;
  readonly footer: (alertId: string) => readonly string[];
}

export interface LeadFacts {
  readonly name: string;
  readonly documents: number;
  readonly stories: number;
  readonly hours: number;
  readonly count: string;
  readonly expected: string;
  readonly ratio: string;
  readonly since: string;
}

export interface SpreadFacts {
  readonly copies: number;
  readonly outlets: number;
  readonly accounts: number;
  /** Who told it first. */
  readonly first: string;
}

export interface WhyFacts {
  readonly score: string;
  readonly threshold: string;
  readonly count: string;
  /** The count without its strongest document. */
  readonly without: string;
  readonly historyDays: number;
}

const plural = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

const EN: MailWords = {
  severity: { warning: 'WARNING', high: 'HIGH', critical: 'CRITICAL' },
  subject: (name, count, expected, documents) =>
    `${name}: bad news ${count} (usual ${expected}), ${documents} docs`,
  banner: {
    demo: 'DEMO: invented companies and texts. Nothing here is real.',
    replay: 'REPLAY: recorded documents, run again at their own time. Nothing here is happening now.',
  },
  fired: (f) =>
    `Bad news on ${f.name} surged: ${plural(f.documents, 'document', 'documents')} in ${plural(f.stories, 'story', 'stories')} ` +
    `in the last ${f.hours} hours add up to a negative weight of ${f.count}, where ${f.expected} is usual (${f.ratio}). Since ${f.since}. ` +
    'Please read the documents below and judge.',
  resolved: (f) =>
    `Resolved at ${f.resolvedAt}: bad news on ${f.name} is back near its usual level. ` +
    `The alert began at ${f.since} with a negative weight of ${f.count} (usual ${f.expected}).`,
  facts: {
    series: 'Series',
    rule: 'Rule',
    severity: 'Severity',
    weight: 'Negative weight',
    score: 'Score',
    polarity: 'Mean polarity',
    window: 'Window',
    began: 'Began, fired',
    documents: 'Documents',
    sources: 'Sources below',
    history: 'History',
    model: 'Model',
  },
  ruleValue: (id, version) => `${id}, version ${version}`,
  weightValue: (count, expected, ratio) => `${count} (usual ${expected}, ${ratio})`,
  scoreValue: (score, threshold) => `${score} (fires at ${threshold})`,
  windowValue: (from, to, hours) => `${from} to ${to} (${hours} h)`,
  beganValue: (started, fired) => `${started}, ${fired}`,
  documentsValue: (documents, stories, unread) =>
    `${documents} in ${plural(stories, 'independent story', 'independent stories')}${unread === 0 ? '' : `, ${unread} of them not judged`}`,
  historyValue: (days) => `${plural(days, 'day', 'days')} of own history`,
  modelValue: (name, version, hash) => `${name}, version ${version}${hash === '' ? '' : ` (${hash})`}`,
  chartTitle: 'Negative weight by day',
  chartNote: 'Each bar is 24 hours up to the hour of the alert, UTC.',
  evidenceTitle: 'The strongest documents',
  certainty: { opinion: 'opinion', rumour: 'rumour' },
  evidenceScore: (negative, share) => `negative ${negative}, ${share} of the weight`,
  spread: ({ copies, outlets, accounts, first }) =>
    `Story: first told by ${first}; ${[
      plural(copies, 'copy', 'copies'),
      ...(outlets === 0 ? [] : [plural(outlets, 'outlet', 'outlets')]),
      ...(accounts === 0 ? [] : [plural(accounts, 'account', 'accounts')]),
    ].join(', ')} when it fired`,
  toldOnce: 'Story: told once when it fired',
  ruled: (rules) =>
    `Score decided by ${rules.length === 1 ? 'an expert rule' : 'expert rules'}, not by the model alone: ${rules.map(({ id, reason }) => `${id} (${reason})`).join('; ')}`,
  driven: (accounts) =>
    `Driven by ${plural(accounts, 'account', 'accounts')}: nine tenths of its posts came from ${accounts === 1 ? 'it' : 'them'}.`,
  weighed: (words) => `Words that made it negative, to the model: ${words.join(', ')}`,
  noEvidence: 'None of the documents of the window is stored any more.',
  whyTitle: 'Why it fired, and what would have changed it',
  why: (f) => [
    `The score ${f.score} is at or above ${f.threshold}. It compares the negative weight of the window (each document adds its probability of being negative) with what ${plural(f.historyDays, 'day', 'days')} of strictly earlier history make usual; copies of a story count once.`,
    `A score below ${f.threshold} would not have fired. Without its strongest document the weight would be ${f.without} instead of ${f.count}.`,
  ],
  openPage: 'Open the alert',
  footer: (id) => [
    'Automated; scores are model output and can be wrong. You get this because your address is in the mail settings of this Bellwether installation.',
    `Alert ${id}`,
  ],
};

const ZH: MailWords = {
  severity: { warning: '预警', high: '高', critical: '严重' },
  subject: (name, count, expected, documents) =>
    `${name}：负面 ${count}（平时 ${expected}），${documents} 篇`,
  banner: {
    demo: '演示（DEMO）：公司与文字均为虚构。',
    replay: '回放（REPLAY）：历史文档按原时间重放，并非当前事件。',
  },
  fired: (f) =>
    `${f.name}的负面消息激增：最近 ${f.hours} 小时内 ${f.documents} 篇文档、${f.stories} 个独立事件，负面权重 ${f.count}，` +
    `平时为 ${f.expected}（${f.ratio}）。始于 ${f.since}。请阅读下列文档并作判断。`,
  resolved: (f) =>
    `已于 ${f.resolvedAt} 解除：${f.name}的负面消息已回到平时水平附近。` +
    `预警始于 ${f.since}，当时负面权重 ${f.count}（平时 ${f.expected}）。`,
  facts: {
    series: '对象',
    rule: '规则',
    severity: '级别',
    weight: '负面权重',
    score: '得分',
    polarity: '平均极性',
    window: '时间窗口',
    began: '开始、触发',
    documents: '文档',
    sources: '下列来源',
    history: '历史',
    model: '模型',
  },
  ruleValue: (id, version) => `${id}，版本 ${version}`,
  weightValue: (count, expected, ratio) => `${count}（平时 ${expected}，${ratio}）`,
  scoreValue: (score, threshold) => `${score}（达到 ${threshold} 触发）`,
  windowValue: (from, to, hours) => `${from} 至 ${to}（${hours} 小时）`,
  beganValue: (started, fired) => `${started}、${fired}`,
  documentsValue: (documents, stories, unread) =>
    `${documents} 篇，${stories} 个独立事件${unread === 0 ? '' : `，其中 ${unread} 篇未能判断`}`,
  historyValue: (days) => `自身历史 ${days} 天`,
  modelValue: (name, version, hash) => `${name}，版本 ${version}${hash === '' ? '' : `（${hash}）`}`,
  chartTitle: '每日负面权重',
  chartNote: '每条为截至预警时刻整点的 24 小时，UTC。',
  evidenceTitle: '最强的文档',
  certainty: { opinion: '观点', rumour: '传闻' },
  evidenceScore: (negative, share) => `负面概率 ${negative}，占权重 ${share}`,
  spread: ({ copies, outlets, accounts, first }) =>
    `事件：最早来源 ${first}；截至触发时 ${[
      `${copies} 篇转载`,
      ...(outlets === 0 ? [] : [`${outlets} 家媒体`]),
      ...(accounts === 0 ? [] : [`${accounts} 个账号`]),
    ].join('、')}`,
  toldOnce: '事件：截至触发时仅此一篇',
  ruled: (rules) =>
    `得分由专家规则决定，并非仅由模型给出：${rules.map(({ id, reason }) => `${id}（${reason}）`).join('；')}`,
  driven: (accounts) =>
    `主要由 ${accounts} 个账号推动：九成以上的帖子出自${accounts === 1 ? '该账号' : '它们'}。`,
  weighed: (words) => `模型判为负面的主要用词：${words.join('、')}`,
  noEvidence: '窗口内的文档已不在库中。',
  whyTitle: '为何触发，怎样才不会触发',
  why: (f) => [
    `得分 ${f.score} 达到 ${f.threshold}。得分把窗口内的负面权重（各文档负面概率之和）与此前 ${f.historyDays} 天自身历史的平时水平相比；同一事件的转载只计一次。`,
    `得分低于 ${f.threshold} 便不会触发。去掉最强的一篇，权重为 ${f.without}，而不是 ${f.count}。`,
  ],
  openPage: '打开预警',
  footer: (id) => [
    '本邮件自动生成；得分由模型给出，可能有误。您的地址在此 Bellwether 的邮件设置中，因此收到本邮件。',
    `预警 ${id}`,
  ],
};

export const MAIL_WORDS: Readonly<Record<MailLanguage, MailWords>> = { en: EN, zh: ZH };
