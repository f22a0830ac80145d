import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  incompleteBeta,
  logGamma,
  negativeBinomialTail,
  normalUpperQuantile,
} from '../../../../alerts/rules/negative-binomial.js';

/** Equal to nine digits, also where numbers are tiny. */
function expectClose(actual: number, reference: number): void {
  expect(Math.abs(actual - reference)).toBeLessThanOrEqual(1e-9 * Math.abs(reference) + 1e-300);
}

// Reference values: scipy 1.x, scipy.special.gammaln and betainc, scipy.stats.nbinom.sf and norm.isf.
describe('negative binomial tail and normal quantile', () => {
  it.each([
    [0.1, 2.252712651734206],
    [0.5, 0.5723649429247],
    [3.7, 1.428072326665388],
    [12, 17.502307845873887],
    [150.5, 602.5139548705853],
  ])('computes ln Γ(%f) as scipy does', (x, reference) => {
    expectClose(logGamma(x), reference);
  });

  it.each([
    [0.2, 0.5, 3.3, 0.7577976313552842],
    [0.7, 2.5, 1.1, 0.4479902641125303],
    [0.01, 10, 25, 1.0533974662305974e-12],
    [0.5, 200, 180, 0.15212954940791235],
    [0.999, 3, 0.4, 0.8940597203655919],
  ])('computes the incomplete beta function at %f (%f, %f) as scipy does', (x, a, b, reference) => {
    expectClose(incompleteBeta(x, a, b), reference);
  });

  it.each([
    [1.5, 0.3, 0.3, 0.10696407726833339],
    [3, 2.2, 0.3, 0.35988611031106604],
    [10, 2, 0.3, 0.002310847810278931],
    [30, 2, 0.3, 6.633983313280399e-11],
    [120, 40, 0.04, 1.0615421946021398e-8],
    [0.4, 5, 0.3, 0.9875241726965488],
    [500, 300, 0.04, 0.002934588231409756],
  ])('computes P(Y ≥ %f) for mean %f and dispersion %f as scipy does', (y, mean, dispersion, reference) => {
    expectClose(negativeBinomialTail(y, mean, dispersion), reference);
  });

  it.each([
    [0.3, 0.5244005127080409],
    [0.07, 1.4757910281791706],
    [0.025, 1.9599639845400545],
    [1e-10, 6.361340902404056],
    [1e-40, 13.31092137142517],
    [0.9, -1.2815515655446004],
    [0.9999, -3.719016485455709],
  ])('finds the normal quantile of the upper tail %f as scipy does', (tail, reference) => {
    expectClose(normalUpperQuantile(tail), reference);
  });

  it('gives a tail that lies between 0 and 1 and falls as the count grows', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 400, noNaN: true }),
        fc.double({ min: 0.3, max: 300, noNaN: true }),
        fc.constantFrom(0.04, 0.3, 1),
        (y, mean, dispersion) => {
          const tail = negativeBinomialTail(y, mean, dispersion);
          expect(tail).toBeGreaterThanOrEqual(0);
          expect(tail).toBeLessThanOrEqual(1);
          expect(negativeBinomialTail(y + 1, mean, dispersion)).toBeLessThanOrEqual(tail + 1e-12);
        },
      ),
    );
  });
});
