import { describe, expect, it } from 'vitest';

import { insistOnAnswers } from '../../../../models/evaluation/insist-on-answers.js';
import { toSentiment } from '../../../../models/to-sentiment.js';
import type { Classification, Classifier } from '../../../../pipeline/core/model.js';

const answered: Classification = { sentiment: toSentiment([0.8, 0.1, 0.1]), topics: [], flags: [] };
const lost: Classification = {
  sentiment: toSentiment([0.15, 0.7, 0.15]),
  topics: [],
  flags: ['unclassified'],
  unanswered: true,
};
const input = (text: string) => ({ text, language: 'en' });

/** Gives no answer to a text the first `times` that it is asked. */
function slow(times: Readonly<Record<string, number>>) {
  const asked: string[][] = [];
  const left = new Map(Object.entries(times));
  const classifier: Classifier = {
    model: { name: 'stub', version: '1', sha256: '0' },
    classify: (inputs) => {
      asked.push(inputs.map(({ text }) => text));
      return Promise.resolve(
        inputs.map(({ text }) => {
          const misses = left.get(text) ?? 0;
          left.set(text, misses - 1);
          return misses > 0 ? lost : answered;
        }),
      );
    },
    explain: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
  return { asked, classifier: insistOnAnswers(classifier) };
}

describe('insistOnAnswers', () => {
  it('asks again for what was not answered, and for that alone', async () => {
    const { asked, classifier } = slow({ b: 2 });
    expect(await classifier.classify(['a', 'b', 'c'].map(input))).toEqual([answered, answered, answered]);
    expect(asked).toEqual([['a', 'b', 'c'], ['b'], ['b']]);
  });

  it('ends with an error where no answer comes: neutral would be a figure that nobody measured', async () => {
    const { asked, classifier } = slow({ b: 9, c: 9 });
    await expect(classifier.classify(['a', 'b', 'c'].map(input))).rejects.toMatchObject({
      code: 'model_unanswered',
      message: expect.stringContaining('2 texts') as string,
    });
    expect(asked).toHaveLength(4);
  });

  it('ends when a model answers fewer texts than it was given', async () => {
    const { classifier } = slow({});
    const short = insistOnAnswers({ ...classifier, classify: () => Promise.resolve([answered]) });
    await expect(short.classify(['a', 'b'].map(input))).rejects.toMatchObject({ code: 'answers_missing' });
  });

  it('takes a text of which nothing can be said as answered', async () => {
    const unreadable: Classification = { ...answered, flags: ['unclassified'] };
    const { classifier } = slow({});
    const one = insistOnAnswers({ ...classifier, classify: () => Promise.resolve([unreadable]) });
    expect(await one.classify([input('…')])).toEqual([unreadable]);
  });
});
