import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weighContributions } from '../../../../pipeline/operators/weigh-contributions.js';
import type { SectorId } from '../../../../pipeline/core/taxonomy.js';
import { START, mention, scoredDocument } from '../../../support/alerts.js';

const sectors: Readonly<Record<string, SectorId>> = { 'HBK.XTST': 'banks', 'LBK.XTST': 'banks' };
const sectorOf = (instrument: string) => sectors[instrument] ?? null;

function weigh(changes: Parameters<typeof scoredDocument>[2] = {}) {
  return weighContributions(scoredDocument('d', START, changes), { sectorOf });
}

function weightsOf(contributions: ReturnType<typeof weigh>): Record<string, number> {
  return Object.fromEntries(contributions.map(({ series, weight }) => [series, weight]));
}

const names = (count: number) => Array.from({ length: count }, (_, index) => mention(`N${index}.XTST`));

describe('weighContributions', () => {
  it('counts a document for the market, for its instrument and for the sector', () => {
    expect(weightsOf(weigh())).toEqual({ market: 1, 'HBK.XTST': 1, 'sector:banks': 1 });
  });

  it('gives the market the tone of the document and the name the tone of its own sentences', () => {
    const own = mention('HBK.XTST', { negative: 0.2, neutral: 0.3, positive: 0.5, relevance: 0.4 });
    const [market, instrument] = weigh({ mentions: [own] });
    expect(market).toMatchObject({ series: 'market', relevance: 1, negative: 0.8 });
    expect(instrument).toMatchObject({ series: 'HBK.XTST', relevance: 0.4, negative: 0.2, positive: 0.5 });
  });

  it('halves a name that stands below the title, and quarters one that only the provider gives', () => {
    const below = mention('HBK.XTST', { spans: [[60, 72]] });
    const tagged = mention('AAA.XTST', { spans: [], via: ['provider'], relevance: 0 });
    expect(weightsOf(weigh({ mentions: [below, tagged] }))).toMatchObject({
      'HBK.XTST': 0.5,
      'AAA.XTST': 0.25,
    });
  });

  it('takes a text without a title for a headline', () => {
    const post = { title: null, text: 'Terrible day again for everyone at $HBK' };
    const late = mention('HBK.XTST', { spans: [[35, 39]], via: ['cashtag'] });
    expect(weightsOf(weigh({ document: post, mentions: [late] }))).toMatchObject({ 'HBK.XTST': 1 });
  });

  it.each([
    [3, 1],
    [4, 1 / 2],
    [12, 1 / 10],
  ])(
    'shares a document of %i names, once: relevance, which knows of lists too, plays no part',
    (count, weight) => {
      const listed = names(count).map((one) => ({ ...one, relevance: 0.1 }));
      for (const mentions of [names(count), listed])
        expect(weightsOf(weigh({ mentions }))['N0.XTST']).toBeCloseTo(weight);
    },
  );

  it('counts once for a sector, with the name that matters most', () => {
    const contributions = weigh({
      mentions: [
        mention('HBK.XTST', { relevance: 0.3 }),
        mention('LBK.XTST', { relevance: 0.8, negative: 0.6 }),
      ],
    });
    const banks = contributions.filter(({ series }) => series === 'sector:banks');
    expect(banks).toHaveLength(1);
    expect(banks[0]).toMatchObject({ relevance: 0.8, negative: 0.6 });
  });

  it.each([
    ['a retraction', { document: { action: 'retract' as const } }],
    ['a text the model could not read', { flags: ['unclassified'] }],
    ['a language the model does not know', { flags: ['language_unsupported'] }],
    ['spam', { flags: ['text_short', 'spam'] }],
    ['debris', { flags: ['debris'] }],
  ])('gives %s no voice, and still counts it', (_name, changes) => {
    const contributions = weigh(changes);
    expect(contributions.map(({ series }) => series)).toEqual(['market', 'HBK.XTST', 'sector:banks']);
    expect(contributions.every(({ weight }) => weight === 0)).toBe(true);
  });

  it.each([['unclassified'], ['language_unsupported']])('lets what is %s say nothing in any mean', (flag) => {
    for (const { negative, neutral, positive } of weigh({ flags: [flag] }))
      expect([negative, neutral, positive]).toEqual([0, 0, 0]);
  });

  it.each([
    ['news', 1, 1],
    ['news', 0.7, 1],
    ['news', 0.35, 0.5],
    ['news', 0, 0],
    ['social', 0.3, 1],
    ['social', 0.1, 0.333],
  ] as const)('hears a %s source with credibility %f as %f voices', (kind, credibility, voice) => {
    const source = { id: 'x', kind, name: 'X', licence: null, credibility };
    expect(weigh({ document: { source } })[0]).toMatchObject({ voice, weight: voice });
  });

  it('names every series once, with a weight between 0 and 1', () => {
    const anyMention = fc.record({
      instrument: fc.constantFrom('HBK.XTST', 'LBK.XTST', 'AAA.XTST', '?ZZZ'),
      relevance: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(anyMention, { maxLength: 12 }), (found) => {
        const contributions = weigh({
          mentions: found.map(({ instrument, relevance }) => mention(instrument, { relevance })),
        });
        expect(new Set(contributions.map(({ series }) => series)).size).toBe(contributions.length);
        for (const { weight } of contributions) {
          expect(weight).toBeGreaterThan(0);
          expect(weight).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
