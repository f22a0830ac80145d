import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Classify } from '../../../../models/explanation/explain-by-deletion.js';
import { explainByProbe } from '../../../../models/explanation/explain-by-probe.js';
import type { Classification } from '../../../../pipeline/core/model.js';

const WEIGHTS: Readonly<Record<string, number>> = { loss: 2, profit: -1.5, halted: 1 };
const MODEL_WORDS = 40;

function sentimentOf(ratio: number): Classification['sentiment'] {
  const negative = 1 / (1 + Math.exp(-ratio));
  return { negative, positive: 1 - negative, neutral: 0, polarity: 0, confidence: 1, label: 'negative' };
}

/** Adds up its words, as far as it reads, and reads a company's place as half of what the words there say. */
function modelOf({ reads = MODEL_WORDS, judges = true } = {}): { classify: Classify; calls: string[][] } {
  const calls: string[][] = [];
  const classify: Classify = (inputs) => {
    calls.push(inputs.map(({ text }) => text));
    return Promise.resolve(
      inputs.map(({ text, mentions }) => {
        const weights = text
          .split(/\s+/)
          .slice(0, reads)
          .map((word) => WEIGHTS[word] ?? 0);
        const seen = text.split(/\s+/).slice(0, reads).join(' ').length;
        const answer = {
          topics: [],
          flags: [],
          sentiment: sentimentOf(0.5 + weights.reduce((a, b) => a + b, 0)),
        };
        if (!judges || mentions === undefined) return answer;
        return {
          ...answer,
          mentions: mentions.map(([span]) =>
            span === undefined || span[0] >= seen
              ? null
              : sentimentOf((WEIGHTS[text.slice(span[0], span[1])] ?? 0) / 2),
          ),
        };
      }),
    );
  };
  return { classify, calls };
}

/** For an invented model that always answers. */
async function explain(text: string, classify: Classify, maxTokens: number) {
  const probed = await explainByProbe({ text, language: 'en' }, classify, maxTokens);
  if (probed === null) throw new Error('There was no answer.');
  return probed.explanation;
}

const filler = (words: number) => Array.from({ length: words }, (_, index) => `w${index}`).join(' ');

describe('explainByProbe', () => {
  it('leaves out the words with the strongest readings, all in one call, and finds what they weigh', async () => {
    const { classify, calls } = modelOf();
    const text = `${filler(20)} loss ${filler(10)} profit w w`;
    const { words, bias, total, method } = await explain(text, classify, 100);
    expect(method).toBe('probe');
    expect(calls).toHaveLength(2);
    // Without each of three words, each of them alone, and nothing.
    expect(calls[1]).toHaveLength(7);
    expect(words.slice(0, 2)).toMatchObject([
      { word: 'loss', contribution: expect.closeTo(2, 6) as number },
      { word: 'profit', contribution: expect.closeTo(-1.5, 6) as number },
    ]);
    expect(words.reduce((sum, { contribution }) => sum + contribution, bias)).toBeCloseTo(total, 9);
  });

  it('names both of two words that say the same, though neither is missed without the other', async () => {
    const once: Classify = (inputs) =>
      Promise.resolve(
        inputs.map(({ text, mentions }) => {
          const bad = (words: string) => /loss|halted/.test(words);
          return {
            topics: [],
            flags: [],
            sentiment: sentimentOf(bad(text) ? 2 : 0),
            ...(mentions === undefined
              ? {}
              : {
                  mentions: mentions.map(([[from, to] = [0, 0]]) =>
                    sentimentOf(bad(text.slice(from, to)) ? 1 : 0),
                  ),
                }),
          };
        }),
      );
    const { words, bias, total } = await explain('the loss was halted today', once, 500);
    expect(words).toMatchObject([
      { word: 'loss', contribution: expect.closeTo(1, 6) as number },
      { word: 'halted', contribution: expect.closeTo(1, 6) as number },
    ]);
    expect([bias, total]).toEqual([expect.closeTo(0, 6), expect.closeTo(2, 6)]);
  });

  it('cuts Chinese into words, not into characters', async () => {
    const { classify, calls } = modelOf();
    await explain('会计师事务所执业许可被吊销', classify, 500);
    expect(calls[1]).toContain('吊销');
    expect(calls[1]).toContain('会计师事务所');
    expect(calls[1]).not.toContain('师');
  });

  it('says nothing of words that the model does not reach, and does not pull them in', async () => {
    const { classify, calls } = modelOf({ reads: 6 });
    const text = `loss ${filler(5)} profit halted`;
    const { words } = await explain(text, classify, 500);
    expect(words.map(({ word }) => word)).not.toContain('profit');
    expect(calls[1]?.some((asked) => asked.includes('profit'))).toBe(false);
  });

  it('tells the error of what it did not leave out, and none where it left out every word', async () => {
    const text = 'the loss was halted today';
    const all = await explain(text, modelOf().classify, 500);
    const some = await explain(`${text} ${filler(30)}`, modelOf().classify, 10);
    expect(all.standardError).toBe(0);
    expect(some.standardError).toBeGreaterThan(0);
  });

  it('leaves words out one by one where the model judges no companies', async () => {
    const { classify } = modelOf({ judges: false });
    const { words } = await explain('the loss and the profit', classify, 500);
    expect(words.map(({ word }) => word)).toEqual(['loss', 'profit']);
  });

  it('explains nothing where the model gave no answer', async () => {
    const lost: Classify = (inputs) =>
      Promise.resolve(inputs.map(() => ({ topics: [], flags: ['unclassified'], sentiment: sentimentOf(0) })));
    expect(await explain('loss', lost, 500)).toMatchObject({ words: [] });
  });

  it.each([
    ['the whole text', 0, true],
    ['a word that was left out', 1, true],
    ['a word, of a model that judges no companies', 1, false],
  ])(
    'says nothing where the model was lost at %s, rather than weigh its silence',
    async (_, lost, judges) => {
      const { classify } = modelOf({ judges });
      let calls = 0;
      const losing: Classify = async (inputs) => {
        const answers = await classify(inputs);
        const isLost = calls === lost;
        calls += 1;
        const [first, ...others] = answers;
        if (!isLost || first === undefined) return answers;
        return [{ ...first, flags: ['unclassified'], unanswered: true }, ...others];
      };
      expect(
        await explainByProbe({ text: 'the loss and the profit', language: 'en' }, losing, 500),
      ).toBeNull();
    },
  );

  it('adds up, is the same again and keeps to its bound, whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('loss', 'profit', 'halted', '跌停', '。', '-3.5%', 'x'), { maxLength: 60 }),
        fc.integer({ min: 10, max: 800 }),
        async (parts, maxTokens) => {
          const { classify, calls } = modelOf();
          const text = parts.join(' ');
          const explanation = await explain(text, classify, maxTokens);
          const sum = explanation.words.reduce(
            (all, { contribution }) => all + contribution,
            explanation.bias,
          );
          expect(sum).toBeCloseTo(explanation.total, 9);
          expect(calls.flat().length).toBeLessThanOrEqual(Math.max(1 + 8, maxTokens));
          expect(await explain(text, classify, maxTokens)).toEqual(explanation);
        },
      ),
      { numRuns: 100 },
    );
  });
});
