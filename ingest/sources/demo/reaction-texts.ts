import type { DemoLanguage } from './outlets.js';

/** What the market, analysts and the public say of any trouble. Each is a voice of its own. */
export interface ReactionTexts {
  readonly news: readonly string[];
  readonly research: readonly string[];
  readonly posts: readonly string[];
}

export const REACTION_TEXTS: Readonly<Record<DemoLanguage, ReactionTexts>> = {
  en: {
    news: [
      '{c} shares plunge {m}%, wiping out {b} million of market value',
      'Panic selling hits {s} as investors flee after bad news',
      'Short sellers gain as {c} stock sinks to record low',
      'Fund managers dump {s}, call the disclosure a disaster',
      'Lawmakers demand answers from {c} over deepening scandal',
    ],
    research: [
      'Downgrade {c} to sell: risk of heavy losses, target slashed by {m}%',
      'We suspend our rating on {c}; trust in management is destroyed and losses look severe',
    ],
    posts: [
      '${t} is collapsing, down {m}% and no bid. Get out while you can',
      'Sold everything in {s}, this is a disaster and management lied to us',
      'Lost {b} today on ${t}. Terrible, terrible company',
      'How did nobody see the {s} crash coming? Ugly losses everywhere',
      '${t} puts are printing, this stock is going to zero',
      'My {s} position is wrecked, worst trade of the year',
      'If the reports about {c} are true, bankruptcy is next',
      'Avoid ${t}. Scandal, lawsuits, downgrades, it only gets worse',
      'Trading halt on {s} while retail holders get crushed again',
      'Cancelled my contract with {c} this morning, I do not trust them any more',
      'Awful day for {s} staff too, friends there fear massive layoffs',
      '${t} free fall: support broken, panic, margin calls hitting hard',
    ],
  },
  zh: {
    news: [
      '{c}股价闪崩，市值蒸发{b}亿元',
      '利空突袭，{s}遭恐慌性抛售',
      '多家基金清仓{s}，称损失惨重',
      '{c}危机发酵，合作方纷纷终止合同',
    ],
    research: ['下调{c}评级至卖出，目标价大幅下调{m}%，警惕巨额亏损风险'],
    posts: [
      '{s}跌停了，根本卖不出去，亏惨了',
      '割肉{s}，管理层太差劲，欺骗股民',
      '{s}这次要完，暴跌{m}%只是开始',
      '踩雷{s}，损失{b}，欲哭无泪',
      '千万别抄底{s}，利空不断，风险巨大',
      '{c}的客户都在退订，崩盘了',
    ],
  },
};
