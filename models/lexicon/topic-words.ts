import type { TopicId } from '../../pipeline/core/taxonomy.js';

/** Words that tell a topic, of our own choosing; `_` is a blank. One line a topic and language. */
export const TOPIC_WORDS: Readonly<
  Record<Exclude<TopicId, 'other'>, { readonly en: string; readonly zh: string }>
> = {
  earnings: {
    en: 'earnings profit profits revenue revenues sales eps ebitda quarterly q1 q2 q3 q4 net_income net_loss results guidance full-year fiscal',
    zh: '净利润 净利 营收 业绩 财报 年报 半年报 季报 中报 亏损 盈利 预增 预亏 扭亏 每股收益 同比增长 营业收入 扣非',
  },
  analyst: {
    en: 'analyst analysts upgrade upgrades upgraded downgrade downgrades downgraded price_target rating overweight underweight outperform initiates reiterates neutral_rating buy_rating',
    zh: '评级 研报 目标价 分析师 券商 首次覆盖 买入评级 增持评级 上调评级 下调评级 机构调研 维持买入',
  },
  mna: {
    en: 'acquire acquires acquired acquisition merger merge takeover buyout stake bid deal_to_buy to_buy divest divestiture joint_venture tender_offer',
    zh: '收购 并购 合并 重组 入股 要约 股权转让 控股权 借壳 资产注入 战略投资 增资扩股 剥离',
  },
  product_company: {
    en: 'launch launches launched product products unveils factory plant partnership customers store stores app service platform contract supply production chip vehicle drug trial',
    zh: '新品 发布 产品 工厂 投产 合作 订单 中标 门店 平台 量产 研发 客户 供应商 合同 产能 技术 药品 临床',
  },
  legal_regulation: {
    en: 'lawsuit court judge sues sued regulator regulators antitrust sec doj ftc fine fined settlement probe investigation ruling regulation compliance patent appeal',
    zh: '诉讼 法院 起诉 仲裁 监管 证监会 银保监会 交易所 处罚 罚款 问询函 警示函 立案 反垄断 违规 合规 判决 整改',
  },
  personnel: {
    en: 'ceo cfo chairman appoints appointed names resigns steps_down hires layoffs job_cuts board director executive strike union successor',
    zh: '董事长 总经理 总裁 辞职 离任 任命 聘任 高管 董事会 换届 裁员 员工 独立董事 财务总监 接任',
  },
  dividend_buyback: {
    en: 'dividend dividends buyback buybacks repurchase repurchases payout special_dividend ex-dividend yield',
    zh: '分红 派息 派现 股息 回购 送转 除权 除息 高送转 利润分配',
  },
  ipo: {
    en: 'ipo ipos listing lists_on debut prospectus spac goes_public public_offering share_offering roadshow',
    zh: 'ipo 上市申请 招股书 挂牌 首发 新股 申购 打新 过会 发行价 定增 配股 科创板上市',
  },
  macro: {
    en: 'gdp inflation cpi ppi unemployment payrolls jobless economy economic pmi retail_sales trade_deficit recession housing_starts consumer_confidence tariffs',
    zh: 'gdp cpi ppi pmi 经济 通胀 就业 失业率 进出口 社零 宏观 国家统计局 消费价格 工业增加值 贸易顺差 社融',
  },
  central_bank: {
    en: 'fed federal_reserve powell fomc ecb boe boj central_bank rate_hike rate_cut interest_rate interest_rates basis_points hawkish dovish rbi pboc',
    zh: '央行 美联储 加息 降息 降准 利率 逆回购 mlf lpr 货币政策 欧洲央行 缩表 基点',
  },
  currency: {
    en: 'dollar euro yen yuan pound rupee sterling currency currencies forex fx exchange_rate peso lira',
    zh: '汇率 人民币 美元 欧元 日元 英镑 外汇 中间价 离岸 在岸 贬值 升值',
  },
  debt_credit: {
    en: 'bond bonds treasury treasuries yields credit_rating notes debt default moody fitch loan loans refinancing coupon',
    zh: '债券 公司债 国债 债务 违约 兑付 信用评级 可转债 中票 短融 贷款 授信 收益率',
  },
  commodities_energy: {
    en: 'oil crude gold silver copper gas lng opec brent wti coal wheat corn soybean iron_ore steel aluminium lithium metals barrel',
    zh: '原油 黄金 白银 铜 天然气 煤炭 铁矿石 钢铁 螺纹钢 期货 大豆 锂 油价 欧佩克 有色 电力 光伏',
  },
  markets: {
    en: 'stocks s&p nasdaq dow wall_street futures index indices sensex nifty ftse dax nikkei equities market markets hang_seng',
    zh: '沪指 大盘 a股 创业板指 深成指 恒指 两市 北向资金 港股 美股 三大指数 板块 成交额 股指 行情',
  },
  stock_move: {
    en: 'shares stock soars plunges surges tumbles premarket after-hours breakout short squeeze calls puts chart support resistance 52-week all-time_high',
    zh: '涨停 跌停 股价 涨幅 跌幅 大涨 大跌 异动 龙虎榜 主力 拉升 跳水 换手率 收盘 开盘 庄家',
  },
  politics: {
    en: 'president congress senate election trump biden white_house parliament minister sanctions war ukraine government vote bill brexit',
    zh: '总统 国会 外交部 选举 制裁 首相 战争 政府 议会 白宫 俄乌 外长 两会 总书记',
  },
  crypto: {
    en: 'bitcoin btc ethereum eth crypto cryptocurrency blockchain token tokens stablecoin defi nft altcoin dogecoin coinbase binance',
    zh: '比特币 以太坊 虚拟货币 加密货币 区块链 币圈 代币 挖矿 稳定币 数字货币',
  },
  real_estate: {
    en: 'housing real_estate property mortgage mortgages home_prices homebuilder reit reits rents landlord',
    zh: '房地产 楼市 房企 房价 地产 土地 商品房 住宅 房贷 拿地 购房 物业',
  },
  fraud_risk: {
    en: 'fraud scam ponzi bankruptcy chapter_11 insolvency money_laundering accounting_scandal whistleblower data_breach hack embezzlement insider_trading short_seller',
    zh: '造假 诈骗 欺诈 非法集资 传销 破产 爆雷 暴雷 跑路 洗钱 失联 提现困难 资金占用 内幕交易 退市',
  },
};
