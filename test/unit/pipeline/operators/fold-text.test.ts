import { describe, expect, it } from 'vitest';
import { foldWord } from '../../../../pipeline/operators/fold-text.js';

describe('foldWord', () => {
  it.each([
    ['寧德時代擬回購不超過30億元股份', '宁德时代拟回购不超过30亿元股份'],
    ['鴻海擴產東南亞，訂單動能轉強', '鸿海扩产东南亚，订单动能转强'],
    ['滬深兩市縮量調整，證監會問詢', '沪深两市缩量调整，证监会问询'],
    ['聯發科營收創歷史新高，毛利率優於預期', '联发科营收创历史新高，毛利率优于预期'],
    ['恒瑞醫藥擬發行債券，評級機構下調展望', '恒瑞医药拟发行债券，评级机构下调展望'],
    ['濟南鋼鐵虧損擴大，債權人申請重組', '济南钢铁亏损扩大，债权人申请重组'],
    ['華潤啤酒與喜力續約，寧波工廠復產', '华润啤酒与喜力续约，宁波工厂复产'],
    ['國務院常務會議討論穩就業，補貼納稅人', '国务院常务会议讨论稳就业，补贴纳税人'],
  ])('writes %s as its simple form', (traditional, simple) => {
    expect(foldWord(traditional)).toBe(foldWord(simple));
  });

  it('keeps the length, so that places stay', () => {
    expect(foldWord('寧德時代 Ørsted').length).toBe('寧德時代 Ørsted'.length);
  });
});
