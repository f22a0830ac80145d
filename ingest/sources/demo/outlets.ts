import type { SourceInfo, SourceKind } from '../../../pipeline/core/document.js';

export type DemoLanguage = 'en' | 'zh';

export interface Outlet {
  readonly info: SourceInfo;
  readonly language: DemoLanguage;
}

/** Invented publishers and platforms; `.invalid` addresses lead nowhere by definition. */
const OUTLETS: readonly Outlet[] = [
  outlet('orrery-wire', 'news', 'Orrery Wire', 0.9, 'en'),
  outlet('lantern-post', 'news', 'The Lantern Post', 0.8, 'en'),
  outlet('quayside-daily', 'news', 'Quayside Daily', 0.7, 'en'),
  outlet('halcyon-ledger', 'news', 'Halcyon Ledger', 0.7, 'en'),
  outlet('thistle-markets', 'news', 'Thistle Markets', 0.6, 'en'),
  outlet('xinghe', 'news', '星河财讯', 0.85, 'zh'),
  outlet('chaosheng', 'news', '潮声财经', 0.75, 'zh'),
  outlet('wangtai', 'news', '望台日报', 0.7, 'zh'),
  outlet('gannet-research', 'research', 'Gannet Street Research', 0.8, 'en'),
  outlet('yanque-research', 'research', '岩雀研究', 0.8, 'zh'),
  outlet('conduct-authority', 'filing', 'Market Conduct Authority', 1, 'en'),
  outlet('conduct-authority-zh', 'filing', '市场行为监管署', 1, 'zh'),
  outlet('murmur', 'social', 'Murmur', 0.3, 'en'),
  outlet('weiyu', 'social', '微语', 0.3, 'zh'),
];

export function outletsOf(kind: SourceKind, language: DemoLanguage): readonly Outlet[] {
  return OUTLETS.filter((candidate) => candidate.info.kind === kind && candidate.language === language);
}

function outlet(
  name: string,
  kind: SourceKind,
  title: string,
  credibility: number,
  language: DemoLanguage,
): Outlet {
  const mark = language === 'en' ? ' (demo)' : '（演示）';
  return {
    info: { id: `demo-${name}`, kind, name: title + mark, licence: 'Invented for the demo', credibility },
    language,
  };
}
