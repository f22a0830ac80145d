import { describe, expect, it } from 'vitest';

import { tryBlends, type BlendRow } from '../../../../models/training/fit-blend.js';
import { toSentiment, type SentimentTriple } from '../../../../models/to-sentiment.js';
import type { Classifier } from '../../../../pipeline/core/model.js';
import { UNCLASSIFIED } from '../../../../pipeline/operators/score-sentiment.js';

const ALL = ['negative', 'neutral', 'positive'] as const;
const row = (
  text: string,
  right: BlendRow['right'],
  set = 'a',
  allowed: BlendRow['allowed'] = ALL,
): BlendRow => ({
  text,
  language: 'en',
  set,
  right,
  allowed,
});

function model(answers: Readonly<Record<string, SentimentTriple>>): Pick<Classifier, 'classify'> {
  return {
    classify: (inputs) =>
      Promise.resolve(
        inputs.map(({ text }) => {
          const triple = answers[text];
          return triple === undefined
            ? { ...UNCLASSIFIED, unanswered: true as const }
            : { ...UNCLASSIFIED, sentiment: toSentiment(triple) };
        }),
      ),
  };
}

describe('tryBlends', () => {
  it('finds the share at which models that err differently are right together', async () => {
    // Each is sure where it is right and unsure where it is wrong.
    const ours = model({ one: [0.9, 0.05, 0.05], two: [0.3, 0.3, 0.4] });
    const other = model({ one: [0.3, 0.4, 0.3], two: [0.05, 0.9, 0.05] });
    const trials = await tryBlends([row('one', ['negative']), row('two', ['neutral'])], [ours, other]);
    const at = (weight: number) => trials.find((trial) => trial.weight === weight);
    expect(at(0)?.accuracy.get('a')).toBe(0.5);
    expect(at(0.5)?.accuracy.get('a')).toBe(1);
    expect(at(0.5)?.logLoss).toBeLessThan(at(0)?.logLoss ?? 0);
    // What is always right can only be too unsure.
    expect(at(0.5)?.temperature).toBe(0.5);
  });

  it('counts classes that a set does not tell apart together, and lets all sets count alike', async () => {
    const ours = model({ one: [0.45, 0.3, 0.25], two: [0.4, 0.35, 0.25] });
    const rows = [
      row('one', ['neutral', 'positive'], 'not-negative'),
      row('two', ['positive'], 'binary', ['negative', 'positive']),
    ];
    const [trial] = await tryBlends(rows, [ours, ours]);
    expect(trial?.accuracy).toEqual(
      new Map([
        ['not-negative', 1],
        ['binary', 0],
      ]),
    );
    const loss = (temperature: number) => {
      const p = (chance: number) => chance ** (1 / temperature);
      const first = (p(0.3) + p(0.25)) / (p(0.45) + p(0.3) + p(0.25));
      const second = p(0.25) / (p(0.4) + p(0.25));
      return -(Math.log(first) + Math.log(second)) / 2;
    };
    expect(trial?.logLoss).toBeCloseTo(loss(trial?.temperature ?? 1), 6);
  });

  it('ends at a text without an answer', async () => {
    await expect(tryBlends([row('lost', ['negative'])], [model({}), model({})])).rejects.toThrow(/lost/);
  });
});
