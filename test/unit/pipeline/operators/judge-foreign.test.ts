import { describe, expect, it } from 'vitest';

import type { JudgeDomain } from '../../../../pipeline/core/model.js';
import type { LinkedMention } from '../../../../pipeline/core/scored.js';
import { judgeForeign, type ForeignHandling } from '../../../../pipeline/operators/judge-foreign.js';
import { rawDocument } from '../../../support/documents.js';

const judge: JudgeDomain = (text) =>
  text === 'soup' ? { score: 0.9, foreign: true } : { score: 0.2, foreign: false };
const link = (changes: Partial<LinkedMention>): LinkedMention => ({
  instrument: 'HBK.XTST',
  name: 'Harbour Bank',
  relevance: 1,
  via: ['name'],
  spans: [[0, 4]],
  ...changes,
});
const ask = (text: string, handling: ForeignHandling, links: readonly LinkedMention[] = []) =>
  judgeForeign({ document: rawDocument(), language: 'en', links }, text, { judge, handling });

describe('a document whose words are not those of finance', () => {
  it.each([
    ['abstain', ['foreign', 'unclassified']],
    ['flag', ['foreign']],
    ['off', []],
  ] as const)('has its score, and with "%s" the flags %j', (handling, flags) => {
    expect(ask('soup', handling)).toEqual({ foreignness: 0.9, flags });
  });

  it.each([
    ['its ticker', link({ via: ['cashtag'], reasons: ['cashtag'] }), []],
    ['its full name', link({ reasons: ['legal_suffix'] }), []],
    ['its provider', link({ via: ['provider'], reasons: ['provider_tag'], spans: [] }), []],
    ['a word that may be its name', link({ reasons: ['finance_words'] }), ['foreign', 'unclassified']],
    ['a link of release 0.1', link({}), ['foreign', 'unclassified']],
  ])('that is linked by %s', (_name, mention, flags) => {
    expect(ask('soup', 'abstain', [mention])).toEqual({ foreignness: 0.9, flags });
  });

  it('is told from one that speaks of finance', () => {
    expect(ask('profit', 'abstain')).toEqual({ foreignness: 0.2, flags: [] });
  });
});
