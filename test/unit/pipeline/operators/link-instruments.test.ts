import { beforeAll, describe, expect, it } from 'vitest';
import { loadInstruments } from '../../../../config/reference.js';
import type { LinkedMention } from '../../../../pipeline/core/scored.js';
import {
  createLinker,
  type Linker,
  type LinkInput,
} from '../../../../pipeline/operators/link-instruments.js';
import { POSITIVE_CASES, TRAP_CASES } from '../../../support/linking.js';
import { processorMs } from '../../../support/processor-time.js';

let linker: Linker;
beforeAll(async () => {
  linker = createLinker(await loadInstruments());
});

function link(text: string, options: Partial<LinkInput> = {}): readonly LinkedMention[] {
  return linker.link({
    text,
    language: 'en',
    tickers: [],
    publishedAt: '2023-06-01T12:00:00.000Z',
    kind: 'news',
    ...options,
  });
}

function ids(text: string, options: Partial<LinkInput> = {}): readonly string[] {
  return link(text, options)
    .map((mention) => mention.instrument)
    .sort();
}

describe('what links', () => {
  const cases = POSITIVE_CASES.map(([text, expected, publishedAt]) => ({ text, expected, publishedAt }));
  it.each(cases)('$text', ({ text, expected, publishedAt }) => {
    expect(ids(text, publishedAt === undefined ? {} : { publishedAt })).toEqual(expected.toSorted());
  });
});

describe('what does not link', () => {
  it.each(TRAP_CASES)('%s', (text) => {
    expect(ids(text)).toEqual([]);
  });
});

describe('tickers', () => {
  it('always mentions a cashtag, known or not', () => {
    expect(ids('$AAPL and $QZXV go up')).toEqual(['?QZXV', 'AAPL.XNAS']);
  });

  it('reads classes, exchanges and preferred shares in cashtags', () => {
    expect(ids('$BRK.B $BRK-A $DIS.N $BAC-L')).toEqual(['BAC.XNYS', 'BRK.B.XNYS', 'DIS.XNYS']);
  });

  it('keeps a foreign listing apart from the American company of the same letters', () => {
    expect(ids('$TSM.V drills for gold')).toEqual(['?TSM.V']);
  });

  it('takes neither amounts nor lower case for cashtags', () => {
    expect(ids('It cost $5B, or $100 each, says $aapl fan')).toEqual([]);
  });

  it('gives a provider ticker without words in the text relevance 0', () => {
    const [mention] = link('Nothing of the kind here', { tickers: ['XOM'] });
    expect(mention).toMatchObject({ instrument: 'XOM.XNYS', relevance: 0, via: ['provider'], spans: [] });
  });

  it('joins name, cashtag and provider in one mention', () => {
    const [mention, ...rest] = link('Boeing wins order $BA', { tickers: ['BA'] });
    expect(rest).toEqual([]);
    expect(mention?.via).toEqual(['name', 'cashtag', 'provider']);
    expect(mention?.spans).toEqual([
      [0, 6],
      [18, 21],
    ]);
  });
});

describe('time', () => {
  it.each([
    ['WM', '2008-09-20', 'WAMU.XNYS'],
    ['WM', '2015-01-02', 'WM.XNYS'],
    ['FB', '2015-01-02', 'META.XNAS'],
    ['META', '2015-01-02', '?META'],
    ['META', '2023-01-02', 'META.XNAS'],
    ['FB', '2023-01-02', '?FB'],
    ['UTX', '2018-01-02', 'RTX.XNYS'],
    ['PCLN', '2015-01-02', 'BKNG.XNAS'],
    ['GOOG', '2012-01-02', 'GOOGL.XNAS'],
    ['GOOG', '2016-01-02', 'GOOG.XNAS'],
    ['LEH', '2008-09-10', 'LEH.XNYS'],
    ['LEH', '2015-09-10', '?LEH'],
    ['TWTR', '2015-09-10', 'TWTR.XNYS'],
    ['IR', '2015-09-10', 'TT.XNYS'],
    ['IR', '2021-09-10', 'IR.XNYS'],
  ])('the ticker %s means on %s the instrument %s', (ticker, day, expected) => {
    expect(ids('no words', { tickers: [ticker], publishedAt: `${day}T00:00:00.000Z` })).toEqual([expected]);
  });

  it('links a dated name only in its time', () => {
    const text = 'Meta Platforms to cut jobs';
    expect(ids(text)).toEqual(['META.XNAS']);
    expect(ids(text, { publishedAt: '2015-01-01T00:00:00.000Z' })).toEqual([]);
  });
});

describe('resolve', () => {
  const at = Date.parse('2024-01-02');
  it.each([
    ['AAPL.XNAS', 'AAPL.XNAS'],
    ['aapl', 'AAPL.XNAS'],
    ['0700.XHKG', '0700.XHKG'],
    ['0700.HK', '0700.XHKG'],
    ['00700.HK', '0700.XHKG'],
    ['700.HK', '0700.XHKG'],
    ['600519', '600519.XSHG'],
    ['600519.SS', '600519.XSHG'],
    ['2318.HK', '601318.XSHG'],
    ['FB.XNAS', 'META.XNAS'],
    ['BRK/B', 'BRK.B.XNYS'],
    ['BRK-A', 'BRK.B.XNYS'],
    ['GS.N', 'GS.XNYS'],
    ['BP.L', 'BP.XLON'],
    ['SAN', 'SAN.XMAD'],
  ])('%s is %s', (wanted, expected) => {
    const resolution = linker.resolve(wanted, at);
    expect(resolution.kind === 'known' ? resolution.instrument.id : resolution.kind).toBe(expected);
  });

  it('names all candidates where no exchange decides', () => {
    const resolution = linker.resolve('BAS.XLON', at);
    expect(resolution).toEqual({ kind: 'unknown', id: '?BAS.XLON' });
    const two = createLinker(
      ['XLON', 'XETR'].map((mic) => ({
        id: `ABC.${mic}`,
        name: mic,
        nameZh: null,
        sector: 'technology' as const,
        country: 'GB',
        listings: [{ ticker: 'ABC', mic, from: null, to: null }],
        names: [{ text: `${mic} Systems`, from: null, to: null, ambiguous: false }],
        isin: null,
        cik: null,
        parent: null,
        peers: [],
      })),
    ).resolve('ABC', at);
    expect(two.kind === 'ambiguous' ? two.candidates.map((c) => c.id) : two.kind).toEqual([
      'ABC.XLON',
      'ABC.XETR',
    ]);
  });
});

describe('posts', () => {
  it('are about what they tag', () => {
    expect(ids('$AAPL beats Microsoft and Boeing', { kind: 'social' })).toEqual(['AAPL.XNAS']);
    expect(ids('Microsoft slips', { kind: 'social', tickers: ['AAPL'] })).toEqual(['AAPL.XNAS']);
  });

  it('without tags link by name', () => {
    expect(ids('Microsoft slips again', { kind: 'social' })).toEqual(['MSFT.XNAS']);
  });
});

describe('spans and relevance', () => {
  it('point into the original text, behind entities, tags and full-width letters', () => {
    const text = '<b>AT&amp;T</b> &amp; Ｂｏｅｉｎｇ\u200b fall';
    const found = link(text);
    const words = Object.fromEntries(
      found.map((mention) => [mention.instrument, mention.spans.map(([from, to]) => text.slice(from, to))]),
    );
    expect(words).toEqual({ 'T.XNYS': ['AT&amp;T'], 'BA.XNYS': ['Ｂｏｅｉｎｇ'] });
  });

  it('count a headline more than the body and a lone company more than one of many', () => {
    const found = link('Boeing cuts jobs\nThe move follows a similar one at Lockheed Martin.');
    expect(found.map((mention) => mention.instrument)).toEqual(['BA.XNYS', 'LMT.XNYS']);
    expect(found[0]?.relevance).toBeGreaterThan((found[1]?.relevance ?? 1) + 0.2);
    expect(link('Boeing cuts jobs')[0]?.relevance).toBe(1);
    const many = link('$AAPL $MSFT $GOOG $FB $AMZN $T $GE $GM $F $BA');
    expect(Math.max(...many.map((mention) => mention.relevance))).toBeLessThan(0.5);
  });

  it('stay in linear time for hostile text', () => {
    const hostile = ['Apple ', '$A', '(', '$AAPL ', 'Apple, ', '平安', '美的', 'a@', '<', '&', 'the Gap '];
    for (const unit of hostile) {
      const text = unit.repeat(Math.floor(50_000 / unit.length));
      const started = processorMs();
      link(text);
      expect(processorMs() - started, JSON.stringify(unit)).toBeLessThan(1_000);
    }
  });
});
