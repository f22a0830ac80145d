import { beforeAll, describe, expect, it } from 'vitest';
import { loadInstruments } from '../../../../config/reference.js';
import { documentText } from '../../../../pipeline/core/scored.js';
import { filersOf } from '../../../../pipeline/operators/find-filers.js';
import { createLinker, type Linker } from '../../../../pipeline/operators/link-instruments.js';
import { rawDocument } from '../../../support/documents.js';

const SOURCE = { id: 'edgar', kind: 'filing', name: 'EDGAR', licence: null, credibility: 1 } as const;

let linker: Linker;
beforeAll(async () => {
  linker = createLinker(await loadInstruments());
});

/** Links a filing whose parties have these names and numbers, as the source of filings writes it. */
function linkFiling(form: string, parties: readonly (readonly [role: string, name: string, cik: string])[]) {
  const document = rawDocument({
    source: SOURCE,
    title: `${form}: ${parties.map(([, name]) => name).join('; ')}`,
    text: parties.map(([role, name, cik]) => `${role}: ${name} (CIK ${cik})`).join('\n'),
    extra: { form, ciks: parties.map(([, , cik]) => cik) },
  });
  const text = documentText(document);
  const { publishedAt } = document;
  const filers = filersOf(document);
  const mentions = linker.link({ text, language: 'en', tickers: [], filers, publishedAt, kind: 'filing' });
  return mentions.map(({ instrument, spans, ...rest }) => ({
    instrument,
    ...rest,
    words: spans.map(([start, end]) => text.slice(start, end)),
  }));
}

describe('the parties to a filing', () => {
  it('link by their number where the name says nothing, and say so', () => {
    expect(linkFiling('8-K', [['Filer', 'SOME OLD NAME', '0000320193']])).toEqual([
      {
        instrument: 'AAPL.XNAS',
        name: 'Apple',
        relevance: 0.6,
        via: ['provider'],
        reasons: ['filer'],
        words: ['CIK 0000320193'],
      },
    ]);
  });

  it('link by number and name together', () => {
    const [apple] = linkFiling('10-Q', [['Filer', 'APPLE INC', '0000320193']]);
    expect(apple).toMatchObject({ relevance: 1, via: ['name', 'provider'] });
    expect(apple?.reasons).toContain('filer');
    expect(apple?.words).toEqual(['APPLE INC', 'APPLE INC', 'CIK 0000320193']);
  });

  it('are each a company or nobody: subject and bidder link, a person and a fund do not', () => {
    const links = linkFiling('SC TO-T', [
      ['Subject', 'GENERAL MOTORS CO', '0001467858'],
      ['Filed by', 'FORD MOTOR CO', '0000037996'],
      ['Filed by', 'DOE JANE', '0009000003'],
    ]);
    expect(links.map(({ instrument }) => instrument).sort()).toEqual(['F.XNYS', 'GM.XNYS']);
  });

  it('are not the company whose name theirs begins with', () => {
    expect(linkFiling('20-F', [['Filer', 'COCA COLA BOTTLERS OF NOWHERE', '0009000001']])).toEqual([]);
    expect(linkFiling('8-K', [['Filer', 'COCA COLA CO', '0000021344']])).toMatchObject([
      { instrument: 'KO.XNYS' },
    ]);
  });
});

describe('the numbers of a document', () => {
  it('are read from filings alone', () => {
    const extra = { ciks: ['0000320193'] };
    expect(filersOf({ source: SOURCE, extra })).toEqual(['320193']);
    expect(filersOf({ source: { ...SOURCE, kind: 'news' }, extra })).toEqual([]);
  });

  it.each([
    ['nothing', undefined, []],
    ['no list', '320193', []],
    ['what are none', ['320193', 320193, null, '', '0', '12345678901', '1e5', { toString: 1 }], ['320193']],
    ['repeats', ['1', '01', '1'], ['1']],
    ['too many', Array.from({ length: 500 }, (_, n) => String(n + 1)), 20],
  ])('put up with %s', (_, ciks, expected) => {
    const found = filersOf({ source: SOURCE, extra: { ciks } });
    if (typeof expected === 'number') expect(found).toHaveLength(expected);
    else expect(found).toEqual(expected);
  });
});
