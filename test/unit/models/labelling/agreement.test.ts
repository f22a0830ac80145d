import { describe, expect, it } from 'vitest';

import { cohenKappa, krippendorffAlpha } from '../../../../models/labelling/agreement.js';

/* The reference figures are those of scikit-learn 1.9.1 (`cohen_kappa_score`) and of the package krippendorff 0.9.0 on the same strings. */
const FIRST = 'usuussggsussgguuggsssgsuussssgsgsgggggsguuusgsgsuugsgusuusgs';
const SECOND = 'usuuusggsusgguuuggsssgguusgssgggsgggsgggsuuggsguuugsgusugggs';
/** Three people a text, `-` where one did not label. */
const THREE =
  'uu-ssuuuguuuss-sssgggg-ssusuuus-sss--ugggsu-uuuug-g-suss-s--s-s-ggs--u--u-usss-s-ssss-sgug-s-g-g-ssggug--gsuggggggssu-sg-uuuu-ugusss-g-s-sgugsu-uuguuggg-ss-ggg--s-sgug-uugss--ggsss';

describe('agreement between people', () => {
  it("gives scikit-learn's κ for two people", () => {
    expect(cohenKappa(Array.from(FIRST), Array.from(SECOND))).toBeCloseTo(0.675, 12);
  });

  it('gives the α of the package krippendorff for three people who did not label everything', () => {
    const items = Array.from({ length: 60 }, (_, at) =>
      Array.from(THREE.slice(at * 3, at * 3 + 3)).filter((value) => value !== '-'),
    );
    expect(krippendorffAlpha(items)).toBeCloseTo(0.5253256150506512, 12);
  });

  it.each([
    ['nothing was labelled', [], []],
    ['both always said the same one thing', ['a', 'a'], ['a', 'a']],
  ])('says nothing when %s', (_, first, second) => {
    expect(cohenKappa(first, second)).toBeNull();
    expect(krippendorffAlpha(first.map((value, at) => [value, second[at] ?? '']))).toBeNull();
  });

  it('is 1 for full agreement, 0 for chance and below 0 for the opposite', () => {
    expect(cohenKappa(['a', 'b', 'a'], ['a', 'b', 'a'])).toBe(1);
    expect(cohenKappa(['a', 'a', 'b', 'b'], ['a', 'b', 'a', 'b'])).toBe(0);
    expect(cohenKappa(['a', 'b'], ['b', 'a'])).toBe(-1);
    expect(krippendorffAlpha([['a', 'a'], ['b', 'b'], ['a']])).toBe(1);
  });
});
