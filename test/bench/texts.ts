import { createHash } from 'node:crypto';

/** A document as the webhook takes it. */
export interface BenchDocument {
  readonly source: { readonly id: string; readonly kind: 'news' | 'social'; readonly name: string };
  readonly nativeId: string;
  readonly title: string;
  readonly text: string;
  readonly publishedAt: string;
}

/** A company as texts name it. */
export interface NamedCompany {
  readonly en: string;
  readonly zh: string;
}

export interface TextOptions {
  readonly seed: number;
  readonly companies: readonly NamedCompany[];
  /** Title and text together, characters. */
  readonly characters: number;
}

const EN_VERBS = ['said', 'reported', 'confirmed', 'warned that', 'expects', 'told analysts'];
const EN_PARTS = [
  'quarterly revenue rose NUM per cent on steady orders',
  'the margin slipped to NUM per cent as costs climbed',
  'a regulator opened an inquiry into NUM branches',
  'net profit fell NUM per cent, well below forecasts',
  'it would buy back shares worth NUM million',
  'a supplier dispute delays deliveries by NUM days',
  'its rating was cut by one notch after NUM months on watch',
  'it signed a contract for NUM sites and raised its outlook',
  'it recalled NUM thousand units over a faulty part',
  'management changes take effect in NUM weeks',
];
const EN_FILL = [
  'Traders pointed to thin volumes and waited for figures due later in the week.',
  'The company did not comment further on the matter.',
  'Analysts had expected a smaller move and kept their targets unchanged.',
  'Peers in the sector moved little in early dealings.',
];
const ZH_PARTS = [
  '季度营收增长NUM%，订单保持稳定',
  '毛利率降至NUM%，成本上升',
  '监管部门对NUM家分支机构展开调查',
  '净利润下降NUM%，远低于预期',
  '计划回购NUM亿元股份',
  '供应商纠纷导致交付推迟NUM天',
  '评级被下调一档，此前观察了NUM个月',
  '签署NUM个项目合同并上调全年指引',
  '因零件缺陷召回NUM千台产品',
  '管理层调整将在NUM周后生效',
];
const ZH_FILL = [
  '市场人士认为成交清淡，投资者等待本周稍后公布的数据。',
  '公司未就此事作进一步评论。',
  '分析师此前预计变动较小，目前维持目标价不变。',
  '同业公司早盘波动不大。',
];

/**
 * Invented documents: the same seed and index give the same words, with companies of an uneven fame, a third in Chinese,
 * every one a story of its own.
 */
export function createTexts(options: TextOptions): (index: number, publishedAt: number) => BenchDocument {
  return (index, publishedAt) => {
    const random = createRandom(options.seed * 1_000_003 + index);
    const company = pick(options.companies, random() ** 3);
    const other = random() < 0.3 ? pick(options.companies, random() ** 2) : null;
    const chinese = random() < 0.33;
    const number = () => String(Math.floor(random() * 9_000) / 10);
    const words = chinese
      ? chineseText(company, other, random, number)
      : englishText(company, other, random, number);
    const text = fill(words.body, chinese ? ZH_FILL : EN_FILL, {
      length: options.characters - words.title.length,
      random,
      mark: `${options.seed}-${index}`,
    });
    const source = Math.floor(random() * 8);
    return {
      source: {
        id: `bench-${source}`,
        kind: source < 5 ? 'news' : 'social',
        name: `Bench wire ${source}`,
      },
      nativeId: `${options.seed}-${index}`,
      title: words.title,
      text,
      publishedAt: new Date(publishedAt).toISOString(),
    };
  };
}

/** `count` very bad, different stories about one company: enough for a critical alert. */
export function crisisDocuments(
  company: NamedCompany,
  options: { readonly seed: number; readonly count: number; readonly publishedAt: number },
): readonly BenchDocument[] {
  const causes = [
    'fraud',
    'a criminal probe',
    'a bankruptcy filing',
    'a default',
    'huge losses',
    'a collapse',
  ];
  return Array.from({ length: options.count }, (_, n) => ({
    source: { id: `bench-${n % 5}`, kind: 'news' as const, name: `Bench wire ${n % 5}` },
    nativeId: `crisis-${options.seed}-${company.en}-${n}`,
    title: `${company.en} shares plunge ${String(11 + n)}% on ${causes[n % causes.length] ?? ''}`,
    text: `${company.en} shares crashed after ${causes[(n + 1) % causes.length] ?? ''} was disclosed. Losses mount to ${String(100 + n)} million and investors fear insolvency.`,
    publishedAt: new Date(options.publishedAt).toISOString(),
  }));
}

/** The id that the service gives the document. */
export function idOf({ source, nativeId }: BenchDocument): string {
  return createHash('sha256').update(`${source.id}\u001f${nativeId}`).digest('hex').slice(0, 32);
}

function englishText(
  company: NamedCompany,
  other: NamedCompany | null,
  random: () => number,
  number: () => string,
): { title: string; body: string } {
  const part = () => pick(EN_PARTS, random()).replace('NUM', number());
  const rival = other === null ? '' : ` Shares of ${other.en} were also in focus.`;
  return {
    title: `${company.en}: ${part()}`,
    body: `${company.en} ${pick(EN_VERBS, random())} ${part()}.${rival}`,
  };
}

function chineseText(
  company: NamedCompany,
  other: NamedCompany | null,
  random: () => number,
  number: () => string,
): { title: string; body: string } {
  const part = () => pick(ZH_PARTS, random()).replace('NUM', number());
  const rival = other === null ? '' : `${other.zh}股价也受到关注。`;
  return { title: `${company.zh}：${part()}`, body: `${company.zh}公告称，${part()}。${rival}` };
}

function fill(
  body: string,
  sentences: readonly string[],
  { length, random, mark }: { readonly length: number; readonly random: () => number; readonly mark: string },
): string {
  let text = `${body} (${mark}) `;
  while (text.length < length) text += `${pick(sentences, random())} `;
  return text.slice(0, Math.max(length, 1)).trimEnd();
}

function pick<T>(items: readonly T[], share: number): T {
  const item = items[Math.min(items.length - 1, Math.floor(share * items.length))];
  if (item === undefined) throw new RangeError('There is nothing to pick from.');
  return item;
}

/** mulberry32: small, quick and good enough for texts. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
