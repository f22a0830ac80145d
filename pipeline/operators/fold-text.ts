/** Pairs of a traditional character and its simple form, as far as company names and headlines on companies need them; names and stories fold by it. */
const TRADITIONAL = [
  '騰腾訊讯華华銀银業业東东證证國国團团電电產产實实車车長长龍龙際际廣广爾尔藥药聯联動动亞亚馬马蘋苹臉脸書书輝辉強强輪轮諾诺羅罗飛飞維维奧奥達达寶宝豐丰匯汇滙汇恆恒環环滿满鐵铁橋桥燈灯',
  '網网創创納纳愛爱對对經经濟济貝贝萊莱興兴萬万園园資资貴贵陽阳農农設设勝胜麗丽億亿標标極极點点與与遠远導导體体無无藍蓝綠绿紅红銅铜鋁铝鋼钢礦矿氣气發发灣湾澤泽瀋沈衛卫視视優优統统記记',
  '賽赛歐欧蘭兰蘇苏倫伦傑杰勞劳雲云紐纽約约製制藝艺門门開开關关齊齐靈灵穩稳鄉乡碼码購购運运輸输遊游戲戏樂乐聲声壽寿險险財财機机場场學学醫医療疗張张劉刘趙赵楊杨馮冯鄭郑陳陈黃黄吳吴異异',
  '雙双單单參参權权債债貸贷舊旧觸触獲获擴扩擬拟報报揚扬換换據据擊击損损聖圣嶺岭島岛幣币幫帮應应廠厂彈弹徑径慶庆戰战錄录鎮镇鏈链鐘钟鑽钻閣阁陸陆隊队階阶頓顿領领頂顶預预飲饮飯饭養养餘余',
  '漲涨淨净潤润營营減减虧亏計计劃划準准僅仅處处調调屬属會会監监審审罰罚訴诉訟讼訂订簽签項项規规價价銷销額额較较現现將将歲岁個个幾几協协議议題题確确認认辭辞職职選选舉举總总課课稅税還还這这們们來来從从後后過过進进種种類类號号樓楼歸归償偿倉仓擔担擁拥擇择滯滞潛潜災灾獎奖貨货費费賣卖買买質质賠赔賬账賺赚貼贴贏赢趨趋輕轻軟软載载辦办遞递遲迟適适邊边釋释鈔钞鋰锂',
  '錢钱鍵键鑄铸閉闭間间闊阔隨随須须頻频願愿飼饲齡龄聞闻辯辩違违終终絕绝續续組组結结給给緊紧綜综縮缩織织罷罢響响當当條条構构樣样樁桩殺杀測测溫温烏乌煉炼熱热犧牺獨独瑪玛甕瓮畫画盤盘盡尽礎础離离稱称積积窮穷競竞筆笔節节範范簡简籌筹糧粮',
  '駐驻驗验驚惊鬆松魚鱼鮮鲜鳳凤鴻鸿鵬鹏麥麦龐庞',
  '寧宁時时評评級级請请復复務务論论補补為为並并該该見见親亲觀观覽览訪访許许詳详誤误說说誰谁談谈諒谅謀谋謂谓講讲謝谢譯译護护變变讓让讀读負负貢贡貧贫責责貫贯貿贸賀贺賓宾賢贤賦赋賭赌贈赠贊赞軌轨軍军軸轴輔辅輛辆輩辈',
  '輻辐輯辑轄辖轉转轟轰逕径連连遙遥郵邮鄧邓鄰邻醬酱釀酿針针釘钉鈦钛鈣钙鈷钴鈾铀鉀钾鉑铂鉛铅鉬钼鉻铬鋅锌鋪铺銳锐錦锦錫锡錳锰鍊链鍋锅鍍镀鎂镁鎢钨鎳镍鏡镜鐳镭鑒鉴閃闪閒闲閱阅闆板闖闯闡阐陣阵陝陕陰阴隱隐雋隽雖虽雜杂',
  '難难靜静韋韦韌韧韓韩頁页頗颇頒颁顏颜顛颠顧顾顯显颱台飆飙飽饱餅饼館馆饋馈馳驰駕驾騎骑騙骗騷骚驅驱驕骄驟骤髮发鬥斗鬧闹鯨鲸鯊鲨鱷鳄鳥鸟鴨鸭鷹鹰鹽盐黨党齒齿龜龟偉伟側侧偵侦傢家備备傳传傷伤傾倾僑侨儀仪儘尽儲储兇凶',
  '兌兑內内冊册凍冻凱凯別别刪删剛刚剝剥劇剧劍剑勳勋勢势勵励勸劝區区卻却厲厉叢丛呂吕員员問问啟启喪丧喬乔喚唤嗎吗嘗尝噸吨嚴严囑嘱圍围圓圆圖图執执堅坚堯尧塊块塗涂塵尘墊垫墜坠墾垦壓压壘垒壞坏壟垄壩坝壯壮夢梦夥伙奪夺',
  '奮奋娛娱婦妇嬌娇嬰婴孫孙宮宫寢寝寬宽寫写專专尋寻尷尴屜屉層层屍尸崗岗崙仑嶄崭巔巅帥帅師师帶带幹干庫库廈厦廢废廳厅彙汇徵征徹彻恥耻悅悦悶闷惡恶惱恼態态慘惨慣惯慮虑憂忧憑凭憲宪憶忆懇恳懲惩懷怀懸悬懼惧戀恋戶户拋抛',
  '挾挟捨舍掃扫掛挂採采揮挥搶抢搖摇撐撑撓挠撥拨撫抚撲扑擋挡擠挤擱搁擺摆攏拢攔拦攜携攝摄攤摊敗败敘叙敵敌數数斂敛斃毙斬斩斷断於于昇升晉晋暈晕暢畅暫暂曆历曉晓朧胧柵栅棄弃棟栋棧栈楓枫榮荣槍枪槓杠樞枢樹树橢椭橫横檔档',
  '檢检櫃柜櫻樱歡欢歷历殘残殼壳毀毁氫氢汙污決决沒没沖冲況况洩泄涼凉淚泪淺浅淪沦淵渊渦涡渾浑湊凑湯汤溝沟滄沧滅灭滬沪滲渗滾滚漁渔漸渐漿浆潔洁潰溃澀涩澆浇濃浓濕湿濤涛濫滥濱滨瀏浏瀕濒灘滩烴烃煙烟煥焕煩烦熒荧爍烁爐炉',
  '爛烂爭争牆墙牽牵犢犊狀状狹狭猶犹獄狱獅狮獵猎獻献玀猡瑋玮璽玺瓊琼畝亩畢毕疊叠瘋疯癱瘫皺皱盜盗盪荡矚瞩矯矫硃朱硤硖碩硕磚砖礙碍礫砾祕秘禍祸禦御禮礼稟禀穀谷窩窝窺窥築筑篩筛籃篮籤签籲吁糾纠紀纪紋纹紗纱紛纷紙纸紡纺',
  '細细紳绅絡络絞绞絲丝綁绑綱纲綿绵緒绪線线緝缉締缔緣缘編编緩缓練练縣县縱纵績绩繞绕繪绘繫系繳缴繼继纏缠纖纤義义習习翹翘聰聪聽听肅肃脅胁脈脉脫脱腎肾腦脑腫肿膚肤膠胶膽胆臨临臺台艦舰艙舱艱艰莊庄莖茎葉叶葷荤蒼苍蓋盖',
  '蔔卜蔣蒋蕭萧薦荐薩萨蘆芦蘊蕴虛虚虜虏蝦虾蝕蚀螢萤蟲虫蠟蜡衆众眾众衝冲裝装裏里裡里複复褲裤襲袭覓觅討讨訓训託托診诊註注詐诈詞词試试詩诗話话誇夸誌志誠诚誘诱語语誼谊諧谐諸诸諮咨謊谎謹谨譜谱譽誉谘咨豎竖豬猪販贩貪贪',
  '貯贮賁贲賈贾賊贼賒赊賞赏賴赖贖赎趕赶跡迹踐践蹤踪躍跃軀躯軋轧軒轩輾辗轎轿辮辫邁迈鄒邹鄺邝釁衅鈞钧鉅巨鉤钩鋒锋鋸锯錯错鍾钟鎖锁鏟铲鐮镰鑑鉴閏闰閘闸閥阀閩闽闕阙闢辟陞升隸隶霧雾靂雳靚靓鞏巩韻韵順顺頌颂頡颉頭头頸颈',
  '顎颚風风飢饥餓饿餵喂饑饥駁驳駛驶駱骆騁骋驛驿髒脏鬍胡鬱郁魯鲁鮑鲍鱸鲈鳴鸣鶴鹤麼么黴霉齋斋兩两詢询',
].join('');

/** One unit for each: letters in lower case without accents, curly quotes and dashes straight, traditional characters of names simple. */
const FOLD = buildFoldTable();

/**
 * The units of a text as names are compared: equal length, so every position stays what it was.
 *
 * Written into `into` where that is long enough (its unused rest is cut off by a view), else into a new array.
 */
export function foldUnits(text: string, into?: Uint16Array): Uint16Array {
  const units = into !== undefined && into.length >= text.length ? into : new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = FOLD[text.charCodeAt(i)] ?? 0;
  return units.length === text.length ? units : units.subarray(0, text.length);
}

/** The same as a string, for names and single words. */
export function foldWord(text: string): string {
  return String.fromCharCode(...foldUnits(text));
}

function buildFoldTable(): Uint16Array {
  const table = new Uint16Array(65_536);
  for (let code = 0; code < table.length; code++) table[code] = code;
  for (let code = 0x41; code < 0x250; code++) {
    const folded = String.fromCharCode(code).toLowerCase().normalize('NFD').charCodeAt(0);
    table[code] = folded;
  }
  const single: readonly (readonly [string, string])[] = [
    ['‘’ʼ`´', "'"],
    ['“”„«»', '"'],
    ['‐‑‒–—−', '-'],
    ['øØ', 'o'],
    ['łŁ', 'l'],
    ['đĐ', 'd'],
    ['\u00a0', ' '],
    ['•‧・∙', '·'],
  ];
  for (const [from, to] of single) {
    for (const unit of from) table[unit.charCodeAt(0)] = to.charCodeAt(0);
  }
  for (let i = 0; i + 1 < TRADITIONAL.length; i += 2) {
    table[TRADITIONAL.charCodeAt(i)] = TRADITIONAL.charCodeAt(i + 1);
  }
  return table;
}
