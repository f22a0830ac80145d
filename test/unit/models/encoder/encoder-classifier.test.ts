import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { createAnswerCache } from '../../../../models/encoder/answer-cache.js';
import { createEncoderClassifier, type EncoderParts } from '../../../../models/encoder/encoder-classifier.js';
import { parseEncoderManifest, type ServedLanguage } from '../../../../models/encoder/manifest.js';
import type { NetworkOutput } from '../../../../models/encoder/runtime/network.js';
import { parseTokenizer } from '../../../../models/encoder/tokenizer/parse-tokenizer.js';
import { createWordPiece } from '../../../../models/encoder/tokenizer/word-piece.js';
import { toSentiment } from '../../../../models/to-sentiment.js';
import type { Classifier } from '../../../../pipeline/core/model.js';
import { UNCLASSIFIED } from '../../../../pipeline/operators/score-sentiment.js';

const folder = new URL('../../../fixtures/models/encoder/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const manifest = parseEncoderManifest(JSON.parse(read('model.json')), 'tiny');
const tokenizers = new Map([
  ['en.tokenizer.json', createWordPiece(parseTokenizer(read('en.tokenizer.json'), 'tiny'))],
]);

/** Gives the outputs one after the other. */
function classifierWith(
  outputs: readonly (NetworkOutput | null)[],
  parts: Partial<Pick<EncoderParts, 'manifest' | 'ladder'>> = {},
) {
  const left = [...outputs];
  return createEncoderClassifier({
    model: { name: 'encoder', version: '1', sha256: '1' },
    manifest,
    pool: {
      ask: () => Promise.resolve(left.shift() ?? null),
      askTogether: () => Promise.resolve([]),
      warm: () => Promise.resolve(),
      separate: () => undefined,
      close: () => Promise.resolve(),
    },
    tokenizers,
    cache: createAnswerCache(100_000),
    ladder: new Map(),
    onCacheHits: () => undefined,
    ...parts,
  });
}

const input = { text: 'Halden Motors raises its outlook', language: 'en' };
const logits = (...place: readonly number[]) => manifest.topics.map((_, index) => place[index] ?? -5);

describe('the classifier on networks', () => {
  it('says unclassified for a text whose thread was lost, and asks again the next time', async () => {
    const classifier = classifierWith([null, { sentiment: [0, 0, 3], topics: logits(2) }]);
    const [lost] = await classifier.classify([input]);
    expect(lost).toMatchObject({
      flags: ['unclassified'],
      unanswered: true,
      sentiment: { label: 'neutral' },
    });
    const [answered] = await classifier.classify([input]);
    expect(answered).toMatchObject({ flags: [], sentiment: { label: 'positive' } });
  });

  it('says unclassified, and does not ask for another try, when the network comes to no number', async () => {
    const [answer] = await classifierWith([{ sentiment: [Number.NaN, 0, 0] }]).classify([input]);
    expect(answer?.flags).toEqual(['unclassified']);
    expect(answer?.unanswered).toBeUndefined();
  });

  it('names the best topic and others that pass the threshold; other stands alone', async () => {
    const other = manifest.topics.indexOf('other');
    const alone = manifest.topics.map((_, index) => (index === other ? 4 : 3));
    const several = classifierWith([
      { sentiment: [0, 0, 0], topics: logits(1, 3, -1) },
      { sentiment: [0, 0, 0], topics: logits(-1, -2) },
      { sentiment: [0, 0, 0], topics: alone },
    ]);
    const answers = [];
    for (const text of ['one', 'two', 'three'])
      answers.push(...(await several.classify([{ ...input, text }])));
    expect(answers.map(({ topics }) => topics.map(({ topic }) => topic))).toEqual([
      [manifest.topics[1], manifest.topics[0]],
      [manifest.topics[0]],
      ['other'],
    ]);
  });

  it('asks for topics whether or not the first who asks wants them: the answer is kept for all', async () => {
    const { en } = manifest.languages;
    if ('ladder' in en) throw new Error('The fixture has a network for English.');
    const foreign: ServedLanguage['foreign'] = {
      output: 'logits',
      order: ['negative', 'neutral', 'positive'],
      topics: 'words',
    };
    const words: Classifier = {
      model: { name: 'words', version: '1', sha256: '1' },
      classify: (inputs) =>
        Promise.resolve(
          inputs.map(({ sentimentOnly }) => ({
            ...UNCLASSIFIED,
            topics: sentimentOnly === true ? [] : [{ topic: 'earnings' as const, probability: 1 }],
          })),
        ),
      explain: () => Promise.resolve(null),
      close: () => Promise.resolve(),
    };
    const classifier = classifierWith([{ sentiment: [0, 0, 3] }], {
      manifest: { ...manifest, languages: { ...manifest.languages, en: { ...en, foreign } } },
      ladder: new Map([['words', words]]),
    });
    await classifier.classify([{ ...input, sentimentOnly: true }]);
    const [answer] = await classifier.classify([input]);
    expect(answer?.topics).toEqual([{ topic: 'earnings', probability: 1 }]);
  });

  describe('with a share of another model', () => {
    const { en } = manifest.languages;
    if ('ladder' in en) throw new Error('The fixture has a network for English.');
    const blended = (temperature: number) => ({
      ...en,
      blend: { ladder: 'words', weight: 0.5, temperature },
    });
    /** Three even chances from the network, for the text and each of so many companies; 0.64, 0.32, 0.04 from the other model. */
    const answerOf = async (companies: number, flags: readonly string[] = [], temperature = 1) => {
      const other = { ...UNCLASSIFIED, sentiment: toSentiment([0.64, 0.32, 0.04]), flags };
      const words: Classifier = {
        model: { name: 'words', version: '1', sha256: '1' },
        classify: (inputs) => Promise.resolve(inputs.map(() => other)),
        explain: () => Promise.resolve(null),
        close: () => Promise.resolve(),
      };
      const even = [0, 0, 0];
      const mentions = Array.from({ length: companies }, () => even);
      const classifier = classifierWith([{ sentiment: even, topics: logits(), mentions }], {
        manifest: { ...manifest, languages: { ...manifest.languages, en: blended(temperature) } },
        ladder: new Map([['words', words]]),
      });
      const [answer] = await classifier.classify([
        { ...input, mentions: mentions.map((_, at) => [[at, at + 1]]) },
      ]);
      return answer;
    };
    const third = { negative: expect.closeTo(1 / 3) as number };

    it('answers the weighted geometric mean of both, for a company named alone too', async () => {
      const [negative, neutral, positive] = [0.8, Math.sqrt(0.32), 0.2].map(
        (root, _, all) => root / all.reduce((a, b) => a + b),
      );
      const mean = {
        negative: expect.closeTo(negative ?? 0) as number,
        neutral: expect.closeTo(neutral ?? 0) as number,
        positive: expect.closeTo(positive ?? 0) as number,
      };
      expect(await answerOf(1)).toMatchObject({ sentiment: mean, mentions: [mean] });
    });

    it('is surer at a lower temperature', async () => {
      const { negative, neutral, positive } =
        (await answerOf(1, [], 0.5))?.sentiment ?? UNCLASSIFIED.sentiment;
      // The squares of what it is at 1.
      expect([negative, neutral, positive]).toEqual(
        [0.64, 0.32, 0.04].map((chance) => expect.closeTo(chance) as number),
      );
    });

    it('leaves several companies to the network: the other model cannot tell which it speaks of', async () => {
      expect(await answerOf(2)).toMatchObject({ mentions: [third, third] });
    });

    it('has none where the other model abstains', async () => {
      expect(await answerOf(1, ['unclassified'])).toMatchObject({ sentiment: third, mentions: [third] });
    });
  });

  it('says nothing of words where a network judges: they are left out one by one elsewhere', async () => {
    const classifier = classifierWith([{ sentiment: [0, 0, 2], topics: logits() }]);
    expect(await classifier.explain(input)).toBeNull();
  });
});
