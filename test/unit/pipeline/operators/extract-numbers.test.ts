import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractNumbers, type NumberMention } from '../../../../pipeline/operators/extract-numbers.js';
import { processorMs } from '../../../support/processor-time.js';

/** "value unit-or-currency direction" of each figure, as the tables below write it. */
function brief({ value, unit, currency, direction }: NumberMention): string {
  return [value, unit ?? currency ?? '', direction].join(' ').replace('  ', ' ');
}

describe('extractNumbers', () => {
  it.each([
    ['Shares fell 3.2%', ['3.2 percent down']],
    ['Revenue was up from 5 to 7', ['5 none', '7 up']],
    ['Revenue rose to $7 from $5', ['7 USD up', '5 USD none']],
    ['Output rose 3% and 5%', ['3 percent up', '5 percent up']],
    ['a 12% drop in orders', ['12 percent down']],
    ['orders were 12 per cent lower', ['12 percent down']],
    ['The bank cut rates by 25 basis points', ['25 basis-point down']],
    ['yields widened 12bps', ['12 basis-point up']],
    ['margin shrank 1.5 percentage points', ['1.5 percentage-point down']],
    ['Loss widened to $1.2 billion', ['1200000000 USD up']],
    ['Loss narrowed to €20m', ['20000000 EUR down']],
    ['sales of 1,234,567.8 dollars', ['1234567.8 USD none']],
    ['It earned Rs 1,20,000 crore', ['1200000000000 INR none']],
    ['Profit did not fall 3%', ['3 percent none']],
    ['Margin −5 %, volume +3%', ['-5 percent down', '3 percent up']],
    ['down -$5bn', ['-5000000000 USD down']],
    ['a range of 5-7%', ['5 none', '7 percent none']],
    ['Umsatz minus 3,2 %', ['3.2 percent none']],
    ['earnings tripled, 3x the plan', ['3 times none']],
    ['Q3 at COVID-19 and A380', []],
    ['Profit fell in 2023 to £3k', ['2023 year none', '3000 GBP down']],
    ['On 2026-03-31 at 14:05 it said', ['2026 date none', '14 date none']],
    ['On March 3 it fell 2%', ['3 date none', '2 percent down']],
    ['HK$3.5bn and US$2', ['3500000000 HKD none', '2 USD none']],
    ['¥300 billion', ['300000000000 JPY none']],
  ])('reads %j', (text, expected) => {
    expect(extractNumbers(text).map(brief)).toEqual(expected);
  });

  it.each([
    ['股价下跌3.2%', ['3.2 percent down']],
    ['净利润同比增长20亿元', ['2000000000 CNY up']],
    ['亏损扩大至3.5亿元', ['350000000 CNY up']],
    ['亏损收窄至5000万美元', ['50000000 USD down']],
    ['毛利率由5%升至7%', ['5 percent none', '7 percent up']],
    ['从100万增长到150万', ['1000000 none', '1500000 up']],
    ['下调25个基点', ['25 basis-point down']],
    ['提升1.2个百分点', ['1.2 percentage-point up']],
    ['同比－５％', ['-5 percent down']],
    ['涨逾３．２％', ['3.2 percent up']],
    ['营收1.2万亿元，跌5%', ['1200000000000 CNY none', '5 percent down']],
    ['未下跌3%', ['3 percent none']],
    ['价格上涨三成', ['30 percent up']],
    ['增长百分之三点二', ['3.2 percent up']],
    ['亏损二十亿元', ['2000000000 CNY none']],
    ['销量增长两倍', ['2 times up']],
    ['实现20%的增长', ['20 percent up']],
    ['2025年11月27日收盘跌2%', ['2025 date none', '2 percent down']],
    ['2025年净利润减少4千万元', ['2025 year none', '40000000 CNY down']],
    ['公司成立三十周年', []],
    ['¥300', ['300 JPY none']],
    ['售价¥300', ['300 CNY none']],
  ])('reads %j', (text, expected) => {
    expect(extractNumbers(text).map(brief)).toEqual(expected);
  });

  it('points with its spans at sign, currency, figure, factor and unit', () => {
    const cut = (text: string) => extractNumbers(text).map(({ span }) => text.slice(...span));
    expect(cut('lost -$5.2bn, a −3 % move')).toEqual(['-$5.2bn', '−3 %']);
    expect(cut('增长２０亿元')).toEqual(['２０亿元']);
  });

  it('gives finite values and ordered spans inside any text', () => {
    const unit = fc.constantFrom(
      '1',
      '9',
      '.',
      ',',
      '%',
      '-',
      '$',
      ' ',
      'm',
      '亿',
      '百分之',
      '三',
      '点',
      '跌',
      'up ',
      '/',
      ':',
      '年',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        let last = 0;
        for (const { value, span } of extractNumbers(text)) {
          expect(Number.isNaN(value)).toBe(false);
          expect(span[0]).toBeGreaterThanOrEqual(last);
          expect(span[1]).toBeGreaterThan(span[0]);
          last = span[1];
        }
        expect(last).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is quick for hostile text', () => {
    for (const unit of ['1', '1,', '1.', '$1.', '9,99', '十', '百分之', 'fell ', '-', '1 up ', '，', '1:']) {
      const started = processorMs();
      extractNumbers(unit.repeat(Math.floor(50_000 / unit.length)));
      expect(processorMs() - started, unit).toBeLessThan(500);
    }
  });
});
