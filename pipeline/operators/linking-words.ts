/** Words that tell a company from an ordinary word, and phrases that only look like a company. */

/** Says, right behind a capitalised name, that a company is meant: what companies have and what headlines let them do. */
export const COMPANY_FOLLOWERS: ReadonlySet<string> = wordSet(`
  share shares stock stocks shareholder shareholders investor investors bond bonds options
  profit profits earnings revenue revenues sales results result quarterly annual guidance forecast outlook margin margins
  dividend dividends buyback buybacks ipo eps ebitda q1 q2 q3 q4 first-quarter second-quarter third-quarter fourth-quarter
  ceo cfo coo chairman chairwoman president chief executive executives board directors spokesman spokeswoman spokesperson
  says said reports reported posts posted beats tops misses raises lifts boosts cuts trims warns expects sees plans agrees
  buys acquires sells unveils unveiled launches launched announces announced introduces names appoints hires fires sues
  sued settles settled recalls recalled files filed hits declares halts suspends delays invests bought sold wins loses
  lost gains gained falls fell rises rose drops dropped jumps jumped slides slid slips slipped tumbles tumbled plunges
  plunged soars soared surges surged climbs climbed sinks sank rallies rallied upgraded downgraded reiterated initiated
  faces faced reveals revealed confirms confirmed denies denied admits admitted rejects rejected seeks
  subsidiary unit supplier suppliers rival rivals workers employees staff factory factories plant plants stores dealers
  customers analysts analyst valuation managing director promoter promoters net pat volumes order orders deal scrip counter
  zooms zoomed cracks cracked slumps slumped tanks tanked spurts spurted edges hovers extends recovers rebounds jumped plunge jump surge rally fall rise gain drop
  looks looking likely set plans aims targets bags bagged secures secured clocks logs gets got offers stakes stake arm eyes mulls eyeing iphone iphones ipad ipads watch mac macbook pay music tv`);

/** Before `of`, `in`, `at`, `by`, `from` or `for` and a capitalised name: a company. */
const LEADING_NOUNS =
  'shares?|stock|stocks|stake|stakes|investors?|shareholders?|ceo|cfo|chief|chairman|president|results|earnings|profits?|sales|revenues?|forecast|guidance|dividend|bonds?|executives?|analysts?|suppliers?|valuation|acquisition|takeover|bid';
export const COMPANY_LEADER = new RegExp(
  `\\b(?:${LEADING_NOUNS}) (?:of|in|at|by|from|for) (?:the )?$|\\b(?:giant|maker|retailer|automaker|carmaker|rival|supplier|owner|parent|operator|insurer|lender|bank|company|firm|group|buy|sell|short|long|bullish on|bearish on) $`,
  'i',
);

/** Anywhere near in the sentence: the text is about companies and their shares. */
export const FINANCE_NEAR =
  /\b(?:shares?|stocks?|shareholders?|investors?|profits?|earnings|revenues?|quarterly|quarter|ceo|cfo|dividends?|buybacks?|ipo|eps|nasdaq|nyse|dow|s&p|ftse|dax|analysts?|downgrade[ds]?|upgrade[ds]?|price target|market cap|valuation|bullish|bearish|billion|acquisition|merger|takeover|stake|bankruptcy|guidance|forecasts?|results)\b/i;

export const FINANCE_NEAR_ZH =
  /股价|股票|股份|股东|财报|业绩|营收|净利|利润|亏损|涨|跌|市值|A股|港股|美股|H股|董事|总裁|CEO|首席|上市|回购|分红|派息|减持|增持|持股|评级|目标价|研报|收购|并购|季度|季报|年报|中报|半年报|销量|订单|概念股|供应链|营业收入|毛利|每股|停牌|复牌|融资|债券|违约|处罚|监管|投资者|证监会|交易所|纳斯达克|纽交所|发布会|新品|裁员|召回/i;

/** Right behind a capitalised name; `Co`, `Company`, `Group` count only with a capital. */
export const LEGAL_SUFFIX =
  /^,? ?\b(?:Inc|INC|Corp|CORP|Corporation|CORPORATION|Co|CO|Company|COMPANY|Cos|Companies|Ltd|LTD|Limited|LIMITED|PLC|Plc|plc|LLC|LP|AG|SE|SA|NV|AB|ASA|Oyj|SpA|KGaA|S\.A|N\.V|S\.p\.A|A\/S|Group|GROUP|Holdings|HOLDINGS|Holding|Motor Co|Motor Company|Motors)\b\.?/;

export const LEGAL_SUFFIX_ZH = /^(?:股份有限公司|有限责任公司|有限公司|股份|集团|公司|控股|科技公司)/;

/** Capitalised words before a name that do not make it part of another name. */
export const PLAIN_PRECEDERS: ReadonlySet<string> = wordSet(`
  the a an and or but as if is are was will would can could should why how what when where who does did do has have had
  with for of in on at to by from after before amid over than like vs versus not no new buy sell short long own hold
  says said via about into against watch why's that this these those its our my your their more most only even also
  since because though while whether once until if so then just it he she they we you all any some both each another next last former meet being today's week's beyond under between within
  rt breaking update exclusive report ceo cfo chairman investors analysts monday tuesday wednesday thursday friday
  january february march april may june july august september october november december today yesterday`);

/**
 * Phrases that hold a name without meaning the company. They take part in matching, the longest wins, and link
 * to nothing. Latin ones stand at word boundaries and in any case; Chinese ones anywhere.
 */
export const DECOYS: readonly string[] = [
  ...lines(`
  h&r block|dj-ubs|yahoo finance|fox-pitt kelton|fox-pitt|federal reserve bank of new york|new york fed|amex stadium|american express community stadium|
  big apple|apple pie|apple pies|apple juice|apple cider|apple sauce|apple tree|apple trees|apple orchard|apple growers|apple crop|apple harvest|apple exports|apple imports|adam's apple|candy apple|apple picking
  price target|price targets|target price|target prices|target date|target rate|target range|inflation target|target zone|stop target|profit target|on target|target audience|target market|target group|target company|target companies
  visa waiver|visa ban|visa bans|visa rules|visa fee|visa fees|visa application|visa applications|visa program|visa programme|visa holders|visa restrictions|visa policy|visa free|visa-free|h-1b visa|work visa|student visa|tourist visa|golden visa|visa applicants|visa overstay|visa requirements|entry visa|visa system|visa on arrival
  shell company|shell companies|shell firm|shell firms|shell corporation|shell game|shell shock|shell script|shell casing|shell casings|bombshell|tortoise shell|sea shell
  wage gap|pay gap|gender gap|output gap|gap up|gap down|gap between|trade gap|budget gap|funding gap|gap year|gap fill|gap narrows|gap widens|fiscal gap|wealth gap|income gap|skills gap|mind the gap|valuation gap|gap in|cumberland gap
  orange juice|orange county|orange crop|orange grove|orange groves|orange alert|orange revolution|agent orange|orange jumpsuit|orange is the new black|syracuse orange|orange peel|orange blossom|clockwork orange
  ford foundation|harrison ford|gerald ford|tom ford|rob ford|doug ford|betty ford|president ford|premier ford|mayor ford|ford's theatre|christine blasey ford|blasey ford|fort ford|stamford ford
  best buy for|best buy in|best buy on|the best buy|a best buy|best buy rating|best buy list|best buys
  amazon rainforest|amazon river|amazon basin|amazon jungle|amazon forest|amazon forests|amazon fires|amazon deforestation|amazon tribe|amazon tribes|brazilian amazon|brazil's amazon|peruvian amazon|amazon region
  match day|match-fixing|match fixing|match point|cricket match|football match|test match|boxing match|match winner|perfect match|match made
  blood pressure bp|high bp linked|high bp patients|bp reading|bp readings|bp monitor|bp monitors|bp medication|bp medications|bp medicine|bp medicines|bp pills|bp meds|systolic bp|diastolic bp|resting bp|bp check|bp checks
  oracle of omaha|oracle bone|oracle bones|delphic oracle|oracle of delphi|oracle card|oracle arena
  general dynamics of|southern company town|caterpillar larva|delta variant|delta force|mekong delta|niger delta|river delta|delta wave|delta strain|delta hedge|delta hedging|mississippi delta|pearl river delta|yangtze river delta|delta state|covid delta
  twitter user|twitter users|morgan freeman|piers morgan|alex morgan|captain morgan|stanley cup|stanley kubrick|fifth third street
  chase field|chase utley|car chase|police chase|chase down|paper chase|wild goose chase|citi field|citi bike
  block party|square feet|square foot|times square|trafalgar square|tahrir square|square mile|square meters|square metres|square kilometers|square kilometres|square miles|st peter's square|tiananmen square|madison square garden|city block|block chain|cell block|trading bloc
  snap election|snap elections|snap poll|snap judgment|snap vote|cold snap|oh snap|snap back|snap decision
  coach trip|head coach|assistant coach|coach class|football coach|coach driver|national grid reference|power grid
  carnival season|carnival parade|rio carnival|notting hill carnival|royal caribbean sea|dollar tree line|dollar general index
  progressive party|progressive democrats|progressive caucus|progressive tax|progressive policies|progressive politics|progressive movement|progressive candidate
  republic services sector|sun life expectancy|sun microsystem|public storage space|prudential regulation|prudential regulation authority|prudential regulator|prudential supervision|prudential rules|prudential regulatory|prudential center
  steel dynamics of|world cup|equity residential market|american airlines arena|american airlines center|american express lane|bank of america stadium|bank of america merrill lynch building|bank of china tower|fedex field|fedexfield|barclays center|barclays premier league|barclays arena|emirates stadium|ford field|at&t park|at&t stadium|at&t center|ubs center|coca-cola 600|ups and downs|ups & downs|3m high|philip morris chair
  unilever house|shell island|nike missile|intel community|intel committee|intel agencies|intel officials|intel chief|house intel|senate intel|intel report|intel reports|intel sharing|u.s. intel
  cardinal rule|cardinal sin|cardinal dolan|cardinal pell|st louis cardinal|discover new|constellation program|constellation of|viacom theatre|principal amount|school principal|principal and interest|loan principal|travelers checks|air travelers|business travelers|holiday travelers|paramount importance|of paramount|equinox day|autumn equinox|spring equinox|vernal equinox|fox news|fox business|megan fox|vicente fox|fox sports|liam fox|fox hunting|dow jones|dow jones industrial average|dow jones newswires|lowe's theatre|rob lowe|chris lowe|kellogg school|kellogg school of management|kellogg foundation|ross school|ross perot|wilbur ross|bob ross|diana ross|rick ross|commerce secretary ross|secretary ross|humana vitae|hershey park|hersheypark|tyson fury|mike tyson|neil degrasse tyson|cathy tyson|wells fargo center|wells fargo arena|wells fargo championship|kraft dinner|robert kraft|bob kraft|lehman college|lehman center|tom lehman|john lehman|merrill hodge|bear stearns asset|harley quinn|marathon runner|boston marathon|london marathon|new york marathon|marathon session|marathon talks|marathon meeting|berlin marathon|chicago marathon|nvidia shield tv|linde quist|ball game|ball bearing|rolling stock|waters edge|murky waters|muddy waters|international waters|troubled waters|maxine waters|roger waters|uncharted waters|john waters|eaton centre|eaton fire|public enemy`),
  ...lines(`
  京东白条|京东金条|京东金融|京东数科|京东数字科技|京东钱包|京东小金库|京东支付|京东云|百度一下|百度搜索|百度知道|百度金融|百度钱包|百度有钱花|百度贴吧|百度网盘|苏宁消费金融|苏宁任性付|腾讯微粒贷|中国软银|宁波软银|京东众筹|京东互保|平安财富宝|平安付|平安大华|平安基金|美团借钱|美团外卖|滴滴金融|网易有钱|小米金融|360金融|新浪金融|平安普惠|平安好贷|陆金所平安|
  金融创新|金融创客|金融创业|金融创投|新融创投|现金现代|北京东路|北京东城|北京东站|南京东路|北京东方财|京东方面|众里寻他千百度|寻他千百度|伊利诺伊|华瑞银行|瑞银信|北美银行|招商信诺|信诺达|软银中国|中国投资本|投资国投资本
  高通过率|根据港交所|据港交所|高通胀|高通缩|提高通|最高通过|两高通报|董监高通过|高通量|高通透|好时机|好时光|好时间|好时候|好时节|好时段|不好时|努力拓|大力拓|全力拓|着力拓|能力拓|合力拓|助力拓|加强生|增强生|强生态|微博通报|微博通知|报道指|媒体报道指
  中国航空|中国航运|中国航天|中国航海|中国航班|美国航|法国航|德国航|泰国航|英国航|韩国航|强国航|各国航|多国航|我国航|外国航|斯柯达|快乐购|股东航天|股东航空|上海康|通达能|泰达能|邦达能|空客运|双喜临门|旧金山办公|搭建行|其中石油|中国寿险|智慧与|恒大国能
  在推特上|推特上宣布|推特上发文|推特上表示|官方推特|推特账号|推特账户|推特发文|发推特|腾讯微博|腾讯网讯|百度新闻|百度经验|百度文库|百度网友|百度搜一下|在港交所|向港交所|于港交所|赴港交所|登陆港交所|港交所上市|港交所主板|港交所披露易|港交所公告|港交所挂牌|港交所网站|港交所文件|港交所资料|港交所权益资料
  平安夜|平安无事|一路平安|平安健康快乐|平安归来|平安出行|平安落地|平安度过|平安喜乐|岁岁平安|平安是福|平安中国|平安建设|平安校园|报平安|保平安|祝平安|求平安|平平安安|平安经|平安里|平安果|平安符|平安县|平安抵达|平安京
  万科技|万科研|万科学|万科普|苹果期货|苹果汁|苹果树|苹果种植|苹果产区|苹果价格指数|红富士苹果|苹果醋|苹果园|苹果主力|苹果合约|青苹果|烂苹果|苹果肌|苹果派|苹果批发|苹果收购价|洛川苹果|烟台苹果|苹果1月|苹果5月|苹果10月
  小米粥|小米加步枪|小米价格|小米种植|小米椒|小米辣|玉小米|黄小米|吃小米
  亚马逊雨林|亚马逊河|亚马逊森林|亚马逊丛林|亚马逊流域|亚马逊盆地|亚马逊热带雨林|亚马逊地区
  其中行|其中行业|其中行使|途中行|途中行驶|空中行|水中行|中行业|中行为|中行动|中行驶|中行程|中行使|中行走|集中行动|当中行|市场中行情|中行情|中行政|建行动|农行业|招行为|交行为|交行业|农行动|工行业|工行为|招行动|施工行|手工行|加工行|化工行|军工行|复工行|电工行|开工行|用工行|职工行|外交行|社交行|成交行|提交行|移交行|中行列|招招行|创建行|基建行|新建行|土建行|组建行
  最美的|更美的|完美的|优美的|甜美的|精美的|健美的|壮美的|华美的|凄美的|唯美的|秀美的|柔美的|鲜美的|绝美的|欧美的|北美的|南美的|赞美的|媲美的|对美的|在美的|赴美的|中美的|很美的|变美的|爱美的|审美的|美的人|美的事|美的风景|美的享受|美的追求|美的感受|和美的|与美的|拉美的|来美的|访美的|驻美的|英美的|日美的|俄美的|美美的
  腾讯科技讯|腾讯财经讯|腾讯网讯|腾讯汽车讯|百度新闻讯|网易科技讯|网易财经讯|物理学家特斯拉|发明家特斯拉|科学家特斯拉|尼古拉·特斯拉|特斯拉线圈|特斯拉效应|Nikola Tesla|Berkshire countryside|Berkshire village|Berkshire police|Royal Berkshire|West Berkshire|
  大众交通|大众公用|恒大高新|三星新材|三星医疗|ST三星|格力地产|苏宁环球|同花顺财经|同花顺iFinD|东方财富Choice|东方财富网|东方财富证券|腾讯财经|腾讯证券|腾讯新闻|网易财经|百度百科|百度地图|中国船舶重工|长城资产
  甲骨文出土|甲骨文字|甲骨文书法|甲骨文研究|甲骨文发现|殷墟甲骨文
  中信心|其中信|市场中信|中信息|中信任|中信号|当中信|中信用|中信贷
  大众消费|大众化|广大众|大众创业|大众点评网友|大众媒体|社会大众|普罗大众|大众认知|大众传媒|大众健康|大众投资|人民大众|劳苦大众|大众市场|大众品牌|大众口味|大众餐饮|大众旅游
  长城脚下|万里长城|长城抗战|钢铁长城|长城脚|八达岭长城|八达岭|大数据长城|绿色长城
  联想到|联想起|联想思维|令人联想|让人联想|引发联想|浮想联想|产生联想|不禁联想
  通用航空|通用性|通用技术|通用设备|通用会计|通用人工智能|通用语|通用规则|通用芯片|通用大模型|通用名|通用型|通用标准
  恒大足球|广州恒大|恒大淘宝|恒大队|恒大俱乐部|恒大夺冠|海尔兄弟|格力空调器行业|太平盛世|天下太平|太平洋战争|太平间|太平天国|太平山|不太平|太平无事|歌舞升平|国泰民安|国泰民|南太平洋|西太平洋|东太平洋|北太平洋|跨太平洋|泛太平洋|印度太平洋|太平洋战略|亚洲太平洋|太平洋岛|太平洋地区|太平洋舰队|太平洋沿岸|太平洋彼岸
  中国银行业|中国银行间|中国银行保险|上海银行间|上海银行业|北京银行业|中国银行体系|中国银行系统|中国银行股板块|中国建筑业|中国建筑市场|中国建筑材料|中国建筑学|中国石油需求|中国石油进口|中国石油消费|中国石油产量|中国石油储备|中国石油市场|中国石油和化学工业|中国石油大学|中国电信业|中国电信行业|中国电信市场|中国移动支付|中国移动互联网|中国移动电话用户|中国移动游戏|中国移动通信市场|中国移动广告|中国化学家|中国化学工业|中国化学会|中国软件产业|中国软件业|中国软件行业|中国软件协会|中国汽车工业|中国黄金需求|中国黄金市场|中国黄金协会|中国黄金储备|中国黄金消费|中国核电站|中国核电行业|中国核电发展|中国医药行业|中国医药产业|中国医药市场|中国医药工业|中国铝业协会|中国海油工程学院|中国人寿命|中国人保护|中国人保持|中国人保留|中国人保障|中国卫星导航系统|中国卫星发射|中国神华人|中国平安无事|新华保险业|农业银行业|海通证券业|东方财富自由|中国铁建设|中国交建设|招商银行业|宝马会|宝马香车|奔驰在|奔驰而|飞奔驰|奔驰电|奔驰向|奔驰于`),
];

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/));
}

function lines(phrases: string): readonly string[] {
  return [
    ...new Set(
      phrases
        .split(/[|\n]/)
        .map((phrase) => phrase.trim())
        .filter((phrase) => phrase !== ''),
    ),
  ];
}
