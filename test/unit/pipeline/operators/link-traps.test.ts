import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadInstruments } from '../../../../config/reference.js';
import { indexNames } from '../../../../pipeline/app/instruments/name-index.js';
import { evaluateLinking } from '../../../../pipeline/app/instruments/evaluate-linking.js';
import { readLinkingRows } from '../../../../pipeline/app/instruments/read-linking-rows.js';
import type { LinkReason } from '../../../../pipeline/core/scored.js';
import { createLinker, type Linker } from '../../../../pipeline/operators/link-instruments.js';

const TRAPS = 'test/fixtures/linking/traps.jsonl';

let linker: Linker;
beforeAll(async () => {
  linker = createLinker(await loadInstruments());
});

function link(text: string, publishedAt = '2023-06-01T12:00:00.000Z') {
  return linker.link({ text, language: 'en', tickers: [], publishedAt, kind: 'news' });
}

describe('the traps', () => {
  it('are at least 245, about half of them with a company in it', () => {
    const rows = readFileSync(TRAPS, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { text: string; expect: string[] });
    expect(rows.length).toBeGreaterThanOrEqual(245);
    const positive = rows.filter((row) => row.expect.length > 0).length;
    expect(Math.abs(positive / rows.length - 0.5)).toBeLessThan(0.05);
    expect(new Set(rows.map((row) => row.text)).size).toBe(rows.length);
  });

  it('pass, at least 98 in a hundred', async () => {
    const instruments = [...linker.byId.values()];
    const report = await evaluateLinking(readLinkingRows(TRAPS), {
      linker,
      names: indexNames(instruments),
      judged: new Set(linker.byId.keys()),
      maskCashtags: false,
    });
    expect(report.exactRows / report.rows).toBeGreaterThanOrEqual(0.98);
    expect(report.unlisted).toBe(0);
  });
});

describe('why', () => {
  it.each<[text: string, reasons: readonly LinkReason[]]>([
    ['Boeing halts deliveries', ['distinct_name']],
    ['Shell Ltd wins an order', ['legal_suffix']],
    ['Apple shares fall', ['company_words']],
    ['Investors wonder whether Apple can keep its margins, analysts say', ['finance_words']],
    ['A new #Apple watch', ['hashtag']],
    ['The lender (NYSE: BAC) settles', ['exchange_code']],
    ['$BA slips', ['cashtag']],
    ['Gap Ltd names a chief. The Gap is an old shop', ['legal_suffix', 'supported']],
    ['苹果集团发布新品', ['legal_suffix']],
    ['苹果股价大跌', ['company_words']],
  ])('%s', (text, reasons) => {
    expect(link(text)[0]?.reasons).toEqual(reasons);
  });

  it('a company beside one', () => {
    const ford = link('Ford, General Motors idle plants').find(({ instrument }) => instrument === 'F.XNYS');
    expect(ford?.reasons).toContain('beside_company');
  });

  it("a provider's ticker is a hint only: relevance 0 until the text speaks of it", () => {
    const mention = linker.link({
      text: 'Stocks were mixed',
      language: 'en',
      tickers: ['AAPL'],
      publishedAt: '2023-06-01T12:00:00.000Z',
      kind: 'news',
    })[0];
    expect(mention).toMatchObject({ instrument: 'AAPL.XNAS', relevance: 0, reasons: ['provider_tag'] });
  });
});

describe('names that go on', () => {
  it('abstain where another company would begin so', () => {
    expect(link('Tata Nobody Works opens a plant')).toEqual([]);
    expect(link('CSI 300 Growth ETF launched')).toEqual([]);
  });

  it('in Chinese text do not mind small letters', () => {
    expect(link('用paypal付款').map(({ instrument }) => instrument)).toEqual(['PYPL.XNAS']);
  });
});

describe('numbered codes', () => {
  const tagged = (text: string, tickers: readonly string[]) =>
    linker.link({ text, language: 'zh', tickers, publishedAt: '2023-06-01T12:00:00.000Z', kind: 'news' });

  it.each(['600519.SH 关于股东减持的公告', 'sh600519 关于股东减持的公告', '关于股东减持的公告（600519.SS）'])(
    'that name their exchange are what a notice is about: %s',
    (text) => {
      expect(link(text)).toMatchObject([
        { instrument: '600519.XSHG', relevance: 1, reasons: ['exchange_code'] },
      ]);
    },
  );

  it('without an exchange count only where the provider tags the company', () => {
    const text = '600519 关于股东减持的公告';
    expect(link(text)).toEqual([]);
    expect(tagged(text, ['600519'])).toMatchObject([
      {
        instrument: '600519.XSHG',
        relevance: 1,
        reasons: ['exchange_code', 'provider_tag'],
        spans: [[0, 6]],
      },
    ]);
    expect(tagged('成交600519手，跌0.600519%', ['000858'])[0]?.spans).toEqual([]);
  });

  it('stand once in a text that writes them with brackets', () => {
    expect(link('腾讯控股（00700.HK）回购股份')[0]?.spans).toHaveLength(2);
  });

  it('get back the zeros that a spreadsheet took, where the exchange is named', () => {
    const at = Date.parse('2023-06-01T12:00:00.000Z');
    const idOf = (ticker: string) => {
      const found = linker.resolve(ticker, at);
      return found.kind === 'known' ? found.instrument.id : found.kind;
    };
    expect(['1.SZ', '1.XSHE', '700.HK', '00700.HK', '00700'].map(idOf)).toEqual([
      '000001.XSHE',
      '000001.XSHE',
      '0700.XHKG',
      '0700.XHKG',
      '0700.XHKG',
    ]);
    expect(['1', '700', '9999999.SZ', '0.HK'].map(idOf)).toEqual([
      'unknown',
      'unknown',
      'unknown',
      'unknown',
    ]);
  });
});
