import type { SectorId } from '../../../pipeline/core/taxonomy.js';

type Words = Readonly<Record<'en' | 'zh', readonly string[]>>;

export const NUMBERS_FROM = { n: [2, 9], m: [11, 48], b: [110, 940] } as const;

export const CITIES: Words = {
  en: ['Port Ellisar', 'Marrowgate', 'Tessaly Bay', 'Old Vintry', 'Kirrin Falls', 'Saltmarch'],
  zh: ['青岚港', '望川城', '澜石市', '云汀', '鹤浦', '松陵镇'],
};

/** What a company of each sector makes or sells. */
export const GOODS: Readonly<Record<SectorId, Words>> = {
  banks: { en: ['retail lending', 'mortgage', 'payments'], zh: ['零售贷款', '按揭', '支付'] },
  financials: { en: ['travel cover', 'pension', 'reinsurance'], zh: ['旅行险', '养老金', '再保险'] },
  technology: { en: ['sensor chip', 'storage', 'developer tools'], zh: ['传感芯片', '存储', '开发工具'] },
  communication: { en: ['fibre', 'streaming', 'roaming'], zh: ['光纤', '流媒体', '漫游'] },
  consumer: { en: ['oat snacks', 'loyalty card', 'winter range'], zh: ['燕麦零食', '会员卡', '冬季系列'] },
  automotive: { en: ['compact van', 'battery pack', 'city car'], zh: ['小型货车', '电池包', '城市车型'] },
  health: { en: ['asthma spray', 'heart monitor', 'allergy tablet'], zh: ['哮喘喷雾', '心电监测', '过敏药'] },
  energy: { en: ['gas storage', 'refining', 'drilling services'], zh: ['储气', '炼化', '钻井服务'] },
  materials: { en: ['copper concentrate', 'lithium', 'gravel'], zh: ['铜精矿', '锂盐', '砂石'] },
  industrials: { en: ['cargo', 'maintenance', 'regional routes'], zh: ['货运', '维修', '支线'] },
  utilities: { en: ['wind park', 'grid', 'district heating'], zh: ['风电', '电网', '供热'] },
  real_estate: { en: ['office', 'student housing', 'warehouse'], zh: ['写字楼', '学生公寓', '仓储'] },
  funds: { en: ['index fund'], zh: ['指数基金'] },
};
