import { describe, expect, it } from 'vitest';

import {
  disagreementOf,
  rankCandidates,
  uncertaintyOf,
  wordsOf,
  type Candidate,
} from '../../../../models/labelling/rank-candidates.js';

const candidate = (id: string, more: Partial<Candidate> = {}): Candidate => ({
  id,
  storyId: `story ${id}`,
  words: [`word${id}`],
  probabilities: { negative: 0.1, neutral: 0.8, positive: 0.1 },
  second: null,
  alerts: 0,
  refuted: false,
  drawn: false,
  ...more,
});
const UNSURE = { negative: 0.4, neutral: 0.4, positive: 0.2 };
const OPTIONS = { size: 4, by: 'value', seed: 1, randomShare: 0, labelledWords: [] } as const;
const ids = (ranked: readonly { readonly candidate: Candidate }[]) =>
  ranked.map(({ candidate: { id } }) => id);

describe('the labelling queue', () => {
  it('puts a verdict against the model first, then alerts, then doubt, and says why', () => {
    const ranked = rankCandidates(
      [
        candidate('sure'),
        candidate('unsure', { probabilities: UNSURE }),
        candidate('quoted', { alerts: 2, probabilities: UNSURE }),
        candidate('refuted', { refuted: true, probabilities: UNSURE }),
        candidate('disputed', { second: { negative: 0.9, neutral: 0.1, positive: 0 } }),
      ],
      { ...OPTIONS, size: 5 },
    );
    expect(ids(ranked)).toEqual(['refuted', 'quoted', 'unsure', 'sure', 'disputed']);
    expect(ranked.map(({ reasons }) => reasons[0])).toEqual([
      'verdict',
      'in_alert',
      'uncertain',
      'new_words',
      'new_words',
    ]);
    expect(ranked[4]?.reasons).toContain('models_disagree');
    expect(ranked[2]?.reasons).toContain('new_words');
  });

  it('asks about a story once, and calls new what nobody has labelled', () => {
    const ranked = rankCandidates(
      [
        candidate('a', { words: ['bank', 'fraud'], probabilities: UNSURE }),
        candidate('copy', { storyId: 'story a', probabilities: UNSURE }),
        candidate('alike', { words: ['bank', 'fraud'], probabilities: UNSURE }),
        candidate('new', { words: ['chip', 'order'], probabilities: UNSURE }),
      ],
      OPTIONS,
    );
    expect(ids(ranked)).toEqual(['a', 'alike', 'new']);
    expect(ranked.map(({ reasons }) => reasons.includes('new_words'))).toEqual([true, false, true]);
  });

  it('draws its share by lot from the whole, the same for a seed, evenly spread', () => {
    const many = Array.from({ length: 100 }, (_, at) =>
      candidate(`${at}`, { drawn: true, probabilities: at < 50 ? UNSURE : candidate('').probabilities }),
    );
    const options = { ...OPTIONS, size: 20, randomShare: 0.25 };
    const ranked = rankCandidates(many, options);
    const lots = ranked.flatMap(({ reasons }, at) => (reasons.includes('random') ? [at] : []));
    expect(lots).toEqual([3, 7, 11, 15, 19]);
    expect(ids(ranked)).toEqual(ids(rankCandidates(many, options)));
    expect(ids(ranked)).not.toEqual(ids(rankCandidates(many, { ...options, seed: 2 })));
    const random = rankCandidates(many, { ...options, by: 'random' });
    expect(random.every(({ reasons }) => reasons[0] === 'random')).toBe(true);
    expect(new Set(ids(random)).size).toBe(20);
  });

  it('is empty without candidates and never longer than they are', () => {
    expect(rankCandidates([], OPTIONS)).toEqual([]);
    expect(rankCandidates([candidate('only')], OPTIONS)).toHaveLength(1);
  });

  it('measures doubt, disagreement and words in both languages', () => {
    expect(uncertaintyOf({ negative: 1, neutral: 0, positive: 0 })).toBe(0);
    expect(uncertaintyOf(UNSURE)).toBe(1);
    expect(disagreementOf(UNSURE, UNSURE)).toBe(0);
    expect(
      disagreementOf({ negative: 1, neutral: 0, positive: 0 }, { negative: 0, neutral: 0, positive: 1 }),
    ).toBe(1);
    expect(wordsOf('Bank fails; bank 利润增长!')).toEqual(['bank', 'fails', '利润', '润增', '增长']);
  });
});
