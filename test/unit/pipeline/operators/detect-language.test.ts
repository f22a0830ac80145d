import { describe, expect, it } from 'vitest';
import { detectLanguage } from '../../../../pipeline/operators/detect-language.js';

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
    ['$AAPL $MSFT $GOOG', 'und'],
    ['http://t.co/abc @user #tag', 'und'],
    ['12345 67.8%', 'und'],
    ['', 'und'],
  ])('%s is %s', (text, expected) => {
    expect(detectLanguage(text, null)).toBe(expected);
  });

  it('believes the hint only where the text does not say', () => {
    expect(detectLanguage('Volkswagen Gewinnwarnung', 'de-DE')).toBe('de');
    expect(detectLanguage('Shares of the bank fall', 'zh-CN')).toBe('en');
    expect(detectLanguage('贵州茅台跌停', 'en')).toBe('zh');
  });

  it('is quick for hostile text', () => {
    for (const unit of ['a', 'http://', '@', '中a', '\u0301']) {
      const started = performance.now();
      detectLanguage(unit.repeat(50_000), null);
      expect(performance.now() - started).toBeLessThan(500);
    }
  });
});
