import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeLanguage, detectLanguage } from '../../../../pipeline/operators/detect-language.js';
import { processorMs } from '../../../support/processor-time.js';

describe('detectLanguage', () => {
  it.each([
    ['Apple shares fall after weak forecast', 'en'],
    ['Apple unveils iPhone', 'en'],
    ['$AAPL looking good here http://t.co/x', 'en'],
    ['贵州茅台股价创新低', 'zh'],
    ['特斯拉 Q3 交付创纪录', 'zh'],
    ['騰訊控股發布業績', 'zh'],
    ['トヨタの業績が悪化した', 'ja'],
    ['삼성전자 주가 하락', 'ko'],
    ['Акции Газпрома падают', 'ru'],
    ['ارتفاع أسهم البنك', 'ar'],
    ['Die Aktie der Deutschen Bank ist nach dem Quartal unter Druck', 'de'],
    ['Le bénéfice de la banque est en hausse pour cette année', 'fr'],
    ['Las acciones del banco caen por la crisis en el mercado', 'es'],
    ['Le azioni della banca sono in calo dopo il trimestre', 'it'],
    ['As ações do banco caem com a crise e não há mais lucro', 'pt'],
    ['De winst van het bedrijf is dit jaar niet hoger dan verwacht', 'nl'],
    ['$AAPL $MSFT $GOOG', 'en'],
    ['$CAT +5.1%, $RIO +4.5%', 'en'],
    ['$贵州茅台(SH600519)$', 'zh'],
    ['100 $', 'und'],
    ['http://t.co/abc @user #tag', 'und'],
    ['12345 67.8%', 'und'],
    ['', 'und'],
  ])('%s is %s', (text, expected) => {
    expect(detectLanguage(text, null)).toBe(expected);
  });

  it('knows each of the invented headlines in 21 languages', () => {
    const path = new URL('../../../fixtures/language/headlines.tsv', import.meta.url);
    const rows = readFileSync(path, 'utf8').trimEnd().split('\n');
    const wrong = rows.filter((row) => {
      const [language, headline = ''] = row.split('\t');
      return detectLanguage(headline, null) !== language;
    });
    expect(rows.length).toBeGreaterThan(60);
    expect(wrong).toEqual([]);
  });

  /** Right where a document is read as English or Chinese, or not: what is wrong there gets a score that means nothing. */
  it.each([
    ['short-dev', 0.99, 0.99],
    ['short-held-out', 0.6, 0.88],
  ])(
    'tells the short headlines of %s, and keeps other languages from English and Chinese',
    (file, exact, supported) => {
      const path = new URL(`../../../fixtures/language/${file}.tsv`, import.meta.url);
      const rows = readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((row) => row.split('\t'));
      const isScored = (language: string): boolean => language === 'en' || language === 'zh';
      const found = rows.map(([want = '', text = '']) => ({ want, got: detectLanguage(text, null) }));
      const right = found.filter(({ want, got }) => want === got);
      const safe = found.filter(({ want, got }) => want === got || !(isScored(want) || isScored(got)));
      expect(new Set(found.map(({ want }) => want)).size).toBeGreaterThanOrEqual(20);
      expect(rows.length).toBeGreaterThanOrEqual(150);
      expect(right.length / rows.length).toBeGreaterThanOrEqual(exact);
      expect(safe.length / rows.length).toBeGreaterThanOrEqual(supported);
    },
  );

  it('takes Chinese texts about Japan for Chinese', () => {
    for (const text of [
      '索尼株式会社发布财报',
      '三井住友入股',
      '台積電法說會登場',
      '豐田停產',
      '日经指数收跌',
    ])
      expect(detectLanguage(text, null)).toBe('zh');
  });

  it.each([
    ['美股下挫，Beam Global(BEEM.O)跌5.5%，Blink Charging(BLNK.O)跌4.6%', 'zh'],
    ['Kweichow Moutai (贵州茅台) shares fall', 'en'],
    ['深V', 'zh'],
    ['GO BITCOIN', 'en'],
    ['Deutsche Börse in talks to buy rival', 'en'],
  ])('takes names in another script or language for names: %s is %s', (text, expected) => {
    expect(detectLanguage(text, null)).toBe(expected);
  });

  it.each([
    ['公司发布公告称业绩下滑。 The company said profit fell and the outlook is weak this year', true],
    ['Shares of the company fell. 公司今日发布公告称前三季度业绩大幅下滑，股价应声下跌', true],
    ['苹果公司发布 iPhone 新品，股价上涨', false],
    ['Kweichow Moutai (贵州茅台) shares fall on weak demand', false],
    ['トヨタの業績が大幅に悪化したと発表した', false],
  ])('marks mixed text: %s', (text, mixed) => {
    expect(describeLanguage(text, null).mixed).toBe(mixed);
  });

  it('believes the hint only where the text does not say', () => {
    expect(detectLanguage('Volkswagen Gewinnwarnung', 'de-DE')).toBe('de');
    expect(detectLanguage('Shares of the bank fall', 'zh-CN')).toBe('en');
    expect(detectLanguage('贵州茅台跌停', 'en')).toBe('zh');
  });

  it('is quick for hostile text', () => {
    for (const unit of ['a', 'http://', '@', '中a', '\u0301']) {
      const started = processorMs();
      detectLanguage(unit.repeat(50_000), null);
      expect(processorMs() - started).toBeLessThan(500);
    }
  });
});
