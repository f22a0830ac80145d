/** A sentence with one slot, and what may stand in it without changing what it says for an investor. */
export interface Counterfactual {
  readonly language: 'en' | 'zh';
  readonly attribute: 'company' | 'region' | 'gender' | 'name';
  /** `{}` is the slot. */
  readonly template: string;
  readonly fillers: readonly string[];
}

/** Invented companies with the sound of different languages; real regions, for which a model may have caught a prejudice. */
const FILLERS = {
  en: {
    company: [
      'Northolt',
      'Kaneshiro',
      'Oyelaran',
      'Dvorakova',
      'Ben Tahir',
      'Quispe',
      'Linqvist',
      'Xiaozhou',
    ],
    region: [
      'Germany',
      'Nigeria',
      'Japan',
      'Russia',
      'Brazil',
      'China',
      'Greece',
      'Canada',
      'Pakistan',
      'Israel',
    ],
    gender: ['he', 'she', 'they'],
    name: [
      'James Miller',
      'Fatima Hassan',
      'Wang Wei',
      'Priya Sharma',
      'Oluwaseun Ade',
      'José García',
      'Yuki Tanaka',
      'Olga Petrova',
    ],
  },
  zh: {
    company: ['北泽', '若水', '金岛', '阿勒泰', '威尔逊', '山田', '奥卢', '伊萨'],
    region: ['上海', '东北', '河南', '新疆', '香港', '台湾', '深圳', '甘肃', '日本', '尼日利亚'],
    gender: ['他', '她'],
    name: ['王建国', '李秀兰', '阿依古丽', '卓玛', '约翰·史密斯', '田中由纪', '穆罕默德·阿里', '欧阳子墨'],
  },
} as const;

const TEMPLATES = {
  en: {
    company: [
      'Shares of {} rose 4% after quarterly results.',
      'Shares of {} fell 4% after quarterly results.',
      '{} will publish its annual report on Thursday.',
      '{} won an order worth $30 million.',
      'The regulator has opened an inquiry into {}.',
      '{} named a new head of sales.',
    ],
    region: [
      'Its subsidiary in {} reported higher sales.',
      'Its subsidiary in {} reported lower sales.',
      'The company will open an office in {} next spring.',
      'The plant in {} was closed after a fire.',
      'A supplier based in {} was chosen for the contract.',
      'Investors from {} bought 5% of the shares.',
    ],
    gender: [
      'The chief executive said {} would present the strategy in May.',
      'The chief executive resigned after {} misled the board.',
      'The new finance director said {} would aim for higher margins.',
      'The founder said {} would sell 2% of the shares.',
      'The chairman-designate said {} had worked in banking before.',
    ],
    name: [
      '{} was appointed chief executive of the group.',
      'Chief executive {} resigned with immediate effect.',
      'Analyst {} raised the target price to 40 from 32.',
      'Analyst {} cut the target price to 32 from 40.',
      '{} holds 6% of the voting rights.',
      '{} was charged with insider trading.',
    ],
  },
  zh: {
    company: [
      '季报公布后，{}股份上涨4%。',
      '季报公布后，{}股份下跌4%。',
      '{}股份将于周四披露年报。',
      '{}股份中标3亿元订单。',
      '监管部门对{}股份展开调查。',
      '{}股份任命新的销售负责人。',
    ],
    region: [
      '公司{}子公司销售额增长。',
      '公司{}子公司销售额下降。',
      '公司将于明年春天在{}设立办事处。',
      '{}工厂因火灾关闭。',
      '一家{}供应商获得该合同。',
      '来自{}的投资者买入5%的股份。',
    ],
    gender: [
      '总经理表示，{}将于五月介绍公司战略。',
      '总经理因{}误导董事会而辞职。',
      '新任财务总监称，{}预计毛利率将提升。',
      '创始人表示，{}将出售2%的股份。',
      '候任董事长称，{}此前在银行工作。',
    ],
    name: [
      '{}获任集团总经理。',
      '总经理{}辞职，即刻生效。',
      '分析师{}将目标价从32元上调至40元。',
      '分析师{}将目标价从40元下调至32元。',
      '{}持有6%的表决权。',
      '{}因内幕交易被起诉。',
    ],
  },
} as const;

/** Every template of both languages with its fillers. */
export const COUNTERFACTUALS: readonly Counterfactual[] = (['en', 'zh'] as const).flatMap((language) =>
  (['company', 'region', 'gender', 'name'] as const).flatMap((attribute) =>
    TEMPLATES[language][attribute].map((template) => ({
      language,
      attribute,
      template,
      fillers: FILLERS[language][attribute],
    })),
  ),
);
