/**
 * Brings a text into the one form that dictionaries and features are written in: lower case, half-width,
 * plain quotes and dashes, no control characters.
 *
 * The result has exactly the length of the input, so that spans found in it point into the original.
 * Nothing that carries meaning (signs, numbers, negation, currencies) is removed.
 */
export function foldText(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  const codes = new Uint16Array(text.length);
  for (let index = 0; index < text.length; index += 1) codes[index] = FOLDED[text.charCodeAt(index)] ?? 0;
  return decodeCodes(codes);
}

const PLAIN = /^[\n\x20-\x7e]*$/;
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Quotes, dashes and spaces that come in many shapes; all of them one UTF-16 unit long. */
const SAME_AS: ReadonlyMap<number, number> = new Map(
  [
    ['\u2018\u2019\u201b\u02bc\u2032', "'"],
    ['\u201c\u201d\u201e\u2033', '"'],
    ['\u2010\u2011\u2012\u2013\u2014\u2015\u2212', '-'],
    ['\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000', ' '],
  ].flatMap(([from = '', to = '']) =>
    Array.from(from, (char) => [char.charCodeAt(0), to.charCodeAt(0)] as const),
  ),
);

function foldCode(code: number): number {
  if (code < 0x80) {
    if (code >= 65 && code <= 90) return code + 32;
    return code < 32 && code !== 10 ? 32 : code;
  }
  if (code >= 0x4e00 && code <= 0x9fff) return SIMPLIFIED.get(code) ?? code;
  if (code >= 0xff01 && code <= 0xff5e) return foldCode(code - 0xfee0);
  const same = SAME_AS.get(code);
  if (same !== undefined) return same;
  if (code >= 0xd800 && code <= 0xdfff) return code;
  const lower = String.fromCharCode(code).toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : code;
}

/** Unpaired halves pass as they are: the engine copies units and checks nothing. */
function decodeCodes(codes: Uint16Array): string {
  if (!LITTLE_ENDIAN) return Array.from(codes, (code) => String.fromCharCode(code)).join('');
  return Buffer.from(codes.buffer, codes.byteOffset, codes.byteLength).toString('utf16le');
}

// Traditional characters that are common in finance news, each followed by its simplified form.
const SIMPLIFIED: ReadonlyMap<number, number> = new Map(
  Array.from(
    (
      '拋抛倉仓餘余裡里後后臺台佈布佔占併并兌兑漲涨虧亏損损業业績绩營营運运銷销減减擴扩張张縮缩債债務务資资產产淨净潤润額额億亿萬万達达標标預预測测評评級级調调買买賣卖贏赢輸输報报財财機机構构' +
      '銀银證证監监違违規规罰罚訴诉訟讼風风險险詐诈騙骗購购權权東东總总經经長长辭辞職职離离開开關关閉闭價价們们這这個个為为與与對对從从來来時时說说會会還还沒没無无過过動动勢势強强漸渐穩稳復复' +
      '甦苏創创紀纪錄录歷历紅红綠绿單单雙双數数據据電电車车氣气礦矿銅铜鋁铝鐵铁鋼钢貨货幣币匯汇滙汇興兴發发現现實实際际國国內内場场聯联儲储準准備备應应該该認认須须領领導导層层變变難难題题問问' +
      '續续終终結结約约協协議议簽签訂订訊讯軟软體体網网線线絡络術术藥药醫医療疗廠厂庫库滯滞戰战爭争稅税費费貿贸進进轉转負负錢钱償偿壓压擔担憂忧樂乐觀观勝胜優优遜逊於于較较僅仅幾几邊边點点寬宽' +
      '鬆松緊紧脹胀頭头檔档歲岁陸陆顯显顧顾慮虑審审計计帳账連连衝冲擊击誤误嚴严傷伤'
    ).matchAll(/../g),
    ([pair]) => [pair.charCodeAt(0), pair.charCodeAt(1)] as const,
  ),
);

const FOLDED = Uint16Array.from({ length: 65_536 }, (_, code) => foldCode(code));
