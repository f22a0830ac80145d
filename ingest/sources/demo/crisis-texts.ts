import type { DemoLanguage } from './outlets.js';

export interface Report {
  readonly title: string;
  readonly text: string;
}

/** How one kind of trouble is told. `second` is an independent story that follows; `corrected` replaces `first`. */
export interface Storyline {
  readonly id: string;
  readonly first: Report;
  readonly corrected: Report;
  readonly chinese: Report;
  readonly notice: Report;
  readonly second: Report;
  /** Own reports of other outlets, a headline each. */
  readonly reports: Readonly<Record<DemoLanguage, readonly string[]>>;
}

export const STORYLINES: readonly Storyline[] = [
  {
    id: 'fraud-probe',
    first: {
      title: 'Regulator opens fraud probe into {c} over falsified accounts; shares plunge {m}%',
      text: 'The Market Conduct Authority opened an accounting fraud investigation into {c} after auditors refused to sign the accounts and {b} million in cash could not be found. Shares plunged {m}% before trading was halted.',
    },
    corrected: {
      title: 'CORRECTED: Regulator opens fraud probe into two {c} subsidiaries; shares plunge',
      text: 'Corrects the scope and the missing amount. The Market Conduct Authority opened an accounting fraud investigation into two subsidiaries of {c}, not the whole group, after auditors refused to sign their accounts. The missing cash is put at {m} million. Shares plunged before trading was halted.',
    },
    chinese: {
      title: '{c}因涉嫌财务造假被立案调查，股价暴跌{m}%',
      text: '监管机构对{c}涉嫌财务造假立案调查，审计师拒绝签字，{b}亿元资金去向不明。消息传出后公司股价暴跌{m}%，随后停牌。',
    },
    notice: {
      title: 'Notice of formal investigation: {c}',
      text: 'The Authority has opened a formal investigation into suspected false accounting and market abuse at {c}. Trading in ticker {t} is suspended with immediate effect.',
    },
    second: {
      title: 'Credit rating of {c} cut to junk as lenders freeze credit lines after fraud allegations',
      text: 'A rating agency slashed {c} by {n} notches to junk and warned of default. Lenders froze credit lines of {b} million and customers began to withdraw.',
    },
    reports: {
      en: [
        'Auditor resigns at {c}, says it was misled over bank balances',
        'Police raid {s} offices in {city}, seize accounting records',
        '{s} finance chief detained on suspicion of false accounting',
        'Whistleblower alleges {s} booked sham {good} sales for {n} years',
      ],
      zh: ['{c}审计机构辞任，称遭公司欺骗', '{s}财务总监涉嫌造假被拘留', '警方突击搜查{s}{city}办公室'],
    },
  },
  {
    id: 'liquidity',
    first: {
      title: '{c} misses bond payment, warns it may run out of cash; shares crash {m}%',
      text: '{c} failed to pay {b} million due on its bonds and warned of a severe liquidity shortage. Shares crashed {m}% and bondholders threatened legal action. Bankruptcy cannot be ruled out.',
    },
    corrected: {
      title: 'CORRECTED: {c} misses interest payment on one bond; shares crash',
      text: 'Corrects the amount and the kind of payment. {c} failed to pay {m} million of interest due on one bond, not the principal, and warned of a severe liquidity shortage. Shares crashed and bondholders threatened legal action.',
    },
    chinese: {
      title: '{c}债务违约，陷入流动性危机，股价暴跌{m}%',
      text: '{c}未能按期兑付{b}亿元债券，公司承认流动性严重紧张，存在破产风险。股价暴跌{m}%，债权人准备起诉。',
    },
    notice: {
      title: 'Suspension of trading: {c}',
      text: 'Following the payment default announced by {c}, trading in ticker {t} is suspended. The Authority is concerned about the solvency of the company.',
    },
    second: {
      title: 'Creditors of {c} demand immediate repayment as rating is slashed to default',
      text: 'Creditors called in loans of {b} million after a rating agency slashed {c} to selective default. Suppliers stopped deliveries and customers cancelled contracts.',
    },
    reports: {
      en: [
        '{c} hires insolvency advisers as cash crisis deepens',
        'Suppliers halt shipments to {s} over unpaid bills',
        '{s} bonds collapse to {m} cents as default fears spread',
        '{s} fails to secure rescue loan, bankruptcy looms',
      ],
      zh: ['{c}聘请破产顾问，资金链断裂', '供应商因欠款停止向{s}供货', '{s}债券暴跌，违约担忧蔓延'],
    },
  },
  {
    id: 'data-breach',
    first: {
      title: '{c} hit by massive data breach, systems down; shares tumble {m}%',
      text: 'Hackers stole the records of {b} thousand customers of {c} and crippled its {good} systems. Shares tumbled {m}% and the company warned of heavy losses, fines and lawsuits.',
    },
    corrected: {
      title: 'CORRECTED: {c} hit by data breach in one region; shares tumble',
      text: 'Corrects the number of customers and the region. Hackers stole the records of {m} thousand customers of {c} in {city} and crippled its systems there. Shares tumbled and the company warned of losses, fines and lawsuits.',
    },
    chinese: {
      title: '{c}遭遇大规模数据泄露，系统瘫痪，股价大跌{m}%',
      text: '黑客窃取{c}约{b}千名客户资料并导致{good}系统瘫痪。公司警告将面临巨额亏损、罚款和诉讼，股价大跌{m}%。',
    },
    notice: {
      title: 'Enforcement action against {c}',
      text: 'The Authority has opened enforcement proceedings against {c} for failing to report a serious security breach and warns of substantial penalties.',
    },
    second: {
      title: 'Clients abandon {c} after breach; rating outlook cut to negative on expected losses',
      text: 'Large clients terminated contracts worth {b} million with {c}. A rating agency cut the outlook to negative and warned of mounting losses and lawsuits.',
    },
    reports: {
      en: [
        '{c} concealed breach for {n} months, former employee says',
        'Class action filed against {s} over stolen customer data',
        '{s} outage enters second day, losses mount',
        '{s} security chief fired after catastrophic hack',
      ],
      zh: ['{c}被曝隐瞒数据泄露{n}个月', '{s}遭客户集体诉讼，面临巨额索赔', '{s}系统故障持续，损失扩大'],
    },
  },
  {
    id: 'licence',
    first: {
      title: 'Authority suspends licence of {c} for serious violations; shares plummet {m}%',
      text: 'The Market Conduct Authority suspended the licence of {c} for its {good} business and fined it {b} million for serious violations. Shares plummeted {m}% and analysts warned of huge losses.',
    },
    corrected: {
      title: 'CORRECTED: Authority suspends {c} licence in {city} only; shares plummet',
      text: 'Corrects the extent of the suspension and the fine. The Market Conduct Authority suspended the licence of {c} in {city} only and fined it {m} million for serious violations. Shares plummeted.',
    },
    chinese: {
      title: '{c}因严重违规被吊销牌照并遭重罚，股价暴跌{m}%',
      text: '监管机构因严重违规暂停{c}{good}业务牌照，并处以{b}百万元罚款。股价暴跌{m}%，分析师警告公司将出现巨额亏损。',
    },
    notice: {
      title: 'Suspension of licence: {c}',
      text: 'For repeated and serious violations the Authority has suspended the licence of {c} and imposed a penalty. The company must stop the business concerned at once.',
    },
    second: {
      title: 'Customers desert {c} as rating is cut and banks withdraw funding after licence loss',
      text: 'Customers withdrew {b} million from {c} and banks cancelled funding after its rating was cut. Analysts fear insolvency.',
    },
    reports: {
      en: [
        '{c} to cut {b} jobs as licence suspension halts business',
        '{s} ignored repeated warnings, documents show',
        '{s} faces criminal charges over {good} violations',
        'Investors sue {s} for hiding compliance failures',
      ],
      zh: ['{c}业务停摆，拟裁员{b}人', '{s}多次无视监管警告，或面临刑事指控', '投资者起诉{s}隐瞒违规'],
    },
  },
  {
    id: 'profit-warning',
    first: {
      title: '{c} issues shock profit warning as chief executive resigns; shares collapse {m}%',
      text: '{c} warned of a record loss of {b} million and wrote down its {good} business. The chief executive resigned with immediate effect and shares collapsed {m}%, the worst day in the history of the company.',
    },
    corrected: {
      title: 'CORRECTED: {c} issues profit warning, chief executive to leave; shares collapse',
      text: 'Corrects the size of the loss and the date. {c} warned of a loss of {m} million and wrote down its {good} business. The chief executive leaves at the end of the quarter, not immediately. Shares collapsed.',
    },
    chinese: {
      title: '{c}业绩暴雷，预告巨额亏损，总裁辞职，股价暴跌{m}%',
      text: '{c}预计亏损{b}百万元并大幅计提{good}业务减值，总裁即时辞职。股价暴跌{m}%，创上市以来最大单日跌幅。',
    },
    notice: {
      title: 'Trading halt and inquiry: {c}',
      text: 'The Authority is examining whether {c} misled investors before its profit warning and has halted trading in ticker {t}.',
    },
    second: {
      title: 'Rating agency downgrades {c} to junk, warns covenant breach is likely after record loss',
      text: 'A rating agency downgraded {c} to junk and warned that it is likely to breach its loan covenants. Customers cancelled {good} orders worth {b} million.',
    },
    reports: {
      en: [
        '{c} scraps dividend after record loss',
        '{s} to close {n} sites and cut {b} jobs as losses mount',
        'Investors accuse {s} of misleading them on {good} sales',
        'Chairman of {s} also quits as crisis worsens',
      ],
      zh: ['{c}巨亏后取消分红', '{s}将关闭{n}处网点并裁员{b}人', '投资者指责{s}误导，亏损扩大'],
    },
  },
];
