import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainByDeletion, type Classify } from '../../../../models/explanation/explain-by-deletion.js';
import { shapleyValues } from '../../../../models/explanation/shapley-values.js';

/** A model whose log ratio is a function of the words it finds. */
function modelOf(ratioOf: (words: readonly string[]) => number): Classify {
  return (inputs) =>
    Promise.resolve(
      inputs.map(({ text }) => {
        const ratio = ratioOf(text.split(/\s+/).filter((word) => word !== ''));
        const negative = 1 / (1 + Math.exp(-ratio));
        const sentiment = { negative, positive: 1 - negative, neutral: 0, polarity: 0, confidence: 1 };
        return { sentiment: { ...sentiment, label: 'negative' as const }, topics: [], flags: [] };
      }),
    );
}

const WEIGHTS: Readonly<Record<string, number>> = { bad: 2, good: -1.5, odd: 0.25 };
const additive = modelOf((words) => 0.5 + words.reduce((sum, word) => sum + (WEIGHTS[word] ?? 0), 0));
const ofWords = async (
  text: string,
  classify: Classify,
  options: Parameters<typeof explainByDeletion>[2],
) => {
  const explanation = await explainByDeletion({ text, language: 'en' }, classify, options);
  if (explanation === null) throw new Error('There was no answer.');
  return {
    ...explanation,
    byWord: Object.fromEntries(explanation.words.map((w) => [w.word, w.contribution])),
  };
};

describe('explainByDeletion', () => {
  it.each(['shapley', 'leave-one-out'] as const)(
    'finds the weights of a model that adds up, by %s',
    async (method) => {
      const text = 'the odd bad news and good news of a day in May';
      const { byWord, bias, standardError } = await ofWords(text, additive, { method, maxTexts: 60 });
      expect(Object.keys(byWord).slice(0, 3)).toEqual(['bad', 'good', 'odd']);
      expect([byWord['bad'], byWord['good'], byWord['odd']]).toEqual([
        expect.closeTo(2, 6),
        expect.closeTo(-1.5, 6),
        expect.closeTo(0.25, 6),
      ]);
      expect(bias).toBeCloseTo(0.5, 6);
      expect(standardError).toBeCloseTo(0, 6);
    },
  );

  it('gives each of two words that only tell together the half of it, exactly for a short text', async () => {
    const together = modelOf((words) => (words.includes('not') && words.includes('good') ? 3 : 0));
    const { byWord, standardError } = await ofWords('it is not good', together, {
      method: 'shapley',
      maxTexts: 16,
    });
    expect(byWord).toEqual({ not: expect.closeTo(1.5, 6) as number, good: expect.closeTo(1.5, 6) as number });
    expect(standardError).toBe(0);
  });

  it('tells the error of its estimate, which falls with more texts', async () => {
    const odd = modelOf((words) => (new Set(words).size % 3) - 1);
    const text = 'a b c d e f g h i j';
    const few = await ofWords(text, odd, { method: 'shapley', maxTexts: 40 });
    const many = await ofWords(text, odd, { method: 'shapley', maxTexts: 800 });
    expect(few.standardError).toBeGreaterThan(0);
    expect(many.standardError).toBeLessThan(few.standardError);
  });

  it('adds up, is the same again and asks no more than it may, whatever the text and the model', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('bad', 'good', 'odd', '跌停', '。', '-3.5%', 'x'), { maxLength: 60 }),
        fc.constantFrom('shapley', 'leave-one-out'),
        fc.integer({ min: 8, max: 120 }),
        async (parts, method, maxTexts) => {
          let asked = 0;
          const classify: Classify = (inputs) => {
            asked += inputs.length;
            return modelOf((words) => Math.sin(words.join('').length) * 3)(inputs);
          };
          const options = { method, maxTexts } as const;
          const explanation = await ofWords(parts.join(' '), classify, options);
          expect(asked).toBeLessThanOrEqual(maxTexts);
          const sum = explanation.words.reduce((total, word) => total + word.contribution, explanation.bias);
          expect(sum).toBeCloseTo(explanation.total, 9);
          expect(await ofWords(parts.join(' '), classify, options)).toEqual(explanation);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('explains an empty text with nothing', async () => {
    const { words, bias, total } = await ofWords('', additive, { method: 'shapley', maxTexts: 16 });
    expect(words).toEqual([]);
    expect(bias).toBeCloseTo(total, 9);
  });
});

describe('shapleyValues', () => {
  it('solves the game of the gloves: who has the rare one gets the most', () => {
    // Players 0 and 1 hold left gloves, player 2 the right one; a pair is worth 1.
    const values = shapleyValues(3, (coalition) => ((coalition & 4) !== 0 && (coalition & 3) !== 0 ? 1 : 0));
    expect(values).toEqual([expect.closeTo(1 / 6), expect.closeTo(1 / 6), expect.closeTo(4 / 6)]);
  });
});
