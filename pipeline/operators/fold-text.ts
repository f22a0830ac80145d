/** Pairs of a traditional character and its simple form, as far as company names and headlines on companies need them. */
const TRADITIONAL = [
  '騰腾訊讯華华銀银業业東东證证國国團团電电產产實实車车長长龍龙際际廣广爾尔藥药聯联動动亞亚馬马蘋苹臉脸書书輝辉強强輪轮諾诺羅罗飛飞維维奧奥達达寶宝豐丰匯汇滙汇恆恒環环滿满鐵铁橋桥燈灯',
  '網网創创納纳愛爱對对經经濟济貝贝萊莱興兴萬万園园資资貴贵陽阳農农設设勝胜麗丽億亿標标極极點点與与遠远導导體体無无藍蓝綠绿紅红銅铜鋁铝鋼钢礦矿氣气發发灣湾澤泽瀋沈衛卫視视優优統统記记',
  '賽赛歐欧蘭兰蘇苏倫伦傑杰勞劳雲云紐纽約约製制藝艺門门開开關关齊齐靈灵穩稳鄉乡碼码購购運运輸输遊游戲戏樂乐聲声壽寿險险財财機机場场學学醫医療疗張张劉刘趙赵楊杨馮冯鄭郑陳陈黃黄吳吴異异',
  '雙双單单參参權权債债貸贷舊旧觸触獲获擴扩擬拟報报揚扬換换據据擊击損损聖圣嶺岭島岛幣币幫帮應应廠厂彈弹徑径慶庆戰战錄录鎮镇鏈链鐘钟鑽钻閣阁陸陆隊队階阶頓顿領领頂顶預预飲饮飯饭養养餘余',
  '漲涨淨净潤润營营減减虧亏計计劃划準准僅仅處处調调屬属會会監监審审罰罚訴诉訟讼訂订簽签項项規规價价銷销額额較较現现將将歲岁個个幾几協协議议題题確确認认辭辞職职選选舉举總总課课稅税還还這这們们來来從从後后過过進进種种類类號号樓楼歸归償偿倉仓擔担擁拥擇择滯滞潛潜災灾獎奖貨货費费賣卖買买質质賠赔賬账賺赚貼贴贏赢趨趋輕轻軟软載载辦办遞递遲迟適适邊边釋释鈔钞鋰锂',
  '錢钱鍵键鑄铸閉闭間间闊阔隨随須须頻频願愿飼饲齡龄聞闻辯辩違违終终絕绝續续組组結结給给緊紧綜综縮缩織织罷罢響响當当條条構构樣样樁桩殺杀測测溫温烏乌煉炼熱热犧牺獨独瑪玛甕瓮畫画盤盘盡尽礎础離离稱称積积窮穷競竞筆笔節节範范簡简籌筹糧粮',
  '駐驻驗验驚惊鬆松魚鱼鮮鲜鳳凤鴻鸿鵬鹏麥麦龐庞',
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
