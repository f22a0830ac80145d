import { describe, expect, it } from 'vitest';

import { InvalidDocumentError } from '../../../../pipeline/core/errors.js';
import type { Classification, Classifier, ClassifierInput } from '../../../../pipeline/core/model.js';
import { decodeRawDocument, encodeScoredMessage } from '../../../../pipeline/log/codec.js';
import { findTellingSentence } from '../../../../pipeline/operators/find-telling-sentence.js';
import { flagDocument } from '../../../../pipeline/operators/flag-document.js';
import { UNANSWERED } from '../../../../pipeline/core/scored.js';
import { scoreSentiment, UNCLASSIFIED } from '../../../../pipeline/operators/score-sentiment.js';
import {
  understandDocument,
  type UnderstandDeps,
} from '../../../../pipeline/operators/understand-document.js';
import { rawDocument } from '../../../support/documents.js';

/** Negative exactly when the text says "falls". */
function classifier(seen: ClassifierInput[][] = []): Classifier {
  const answer = ({ text }: ClassifierInput): Classification => {
    const negative = text.includes('falls') ? 0.9 : 0.1;
    const label = negative > 0.5 ? 'negative' : 'positive';
    return {
      sentiment: {
        negative,
        neutral: 0,
        positive: 1 - negative,
        polarity: 1 - 2 * negative,
        confidence: 0.9,
        label,
      },
      topics: [{ topic: 'other', probability: 1 }],
      flags: [],
    };
  };
  return {
    model: { name: 'words', version: '1', sha256: '' },
    classify: (inputs) => {
      seen.push([...inputs]);
      return Promise.resolve(inputs.map(answer));
    },
    explain: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
}
const splitSentences = (text: string) =>
  [...text.matchAll(/[^.]+\./g)].map((match) => [match.index, match.index + match[0].length] as const);
const now = () => 0;

const deps: UnderstandDeps = {
  decode: () => rawDocument({ text: 'Aldermoor falls. Brightwater rises.' }),
  describeLanguage: () => ({ language: 'en', mixed: false }),
  flag: flagDocument,
  link: () => [
    { instrument: 'ALD.XDEM', name: 'Aldermoor', relevance: 1, via: ['name'], spans: [[0, 9]] },
    { instrument: 'BRW.XDEM', name: 'Brightwater', relevance: 0.5, via: ['name'], spans: [[17, 28]] },
    { instrument: '?TAG', name: 'TAG', relevance: 0, via: ['provider'], spans: [] },
  ],
  storyIdOf: () => 'story',
  languages: null,
  now,
};
const message = {
  partition: 0,
  offset: 7,
  key: 'k',
  appendedAt: 0,
  value: new TextEncoder().encode('{"raw":1}'),
};

describe('understanding a document', () => {
  it('calls a document unclassified when the model comes to no number', async () => {
    const sound = classifier();
    const broken: Classifier = {
      ...sound,
      classify: async (inputs) =>
        (await sound.classify(inputs)).map((answer) => ({
          ...answer,
          sentiment: { ...answer.sentiment, polarity: Number.NaN },
        })),
    };
    const parts = { classifier: broken, splitSentences, now };
    const [scored] = await scoreSentiment([understandDocument(message, deps)], parts);
    expect(scored).toMatchObject({
      kind: 'scored',
      scored: { flags: ['unclassified'], sentiment: { polarity: 0, label: 'neutral' } },
    });
  });

  it('says of a text that is longer than the lead that it was read in part, unless nothing was read', async () => {
    const long = {
      ...deps,
      link: () => [],
      decode: () => rawDocument({ text: 'Aldermoor falls. '.repeat(100) }),
    };
    const flagsOf = async (words: Classifier, of: UnderstandDeps) => {
      const parts = { classifier: words, splitSentences, now };
      const [result] = await scoreSentiment([understandDocument(message, of)], parts);
      return result?.kind === 'scored' ? result.scored.flags : null;
    };
    const broken: Classifier = { ...classifier(), classify: () => Promise.resolve([UNCLASSIFIED]) };
    expect(await flagsOf(classifier(), long)).toEqual(['read_in_part']);
    expect(await flagsOf(classifier(), deps)).toEqual([]);
    expect(await flagsOf(broken, long)).toEqual(['unclassified']);
  });

  it('gives each company the sentiment of the sentences that name it, all sentences in one call of the model', async () => {
    const seen: ClassifierInput[][] = [];
    const [scored] = await scoreSentiment([understandDocument(message, deps)], {
      classifier: classifier(seen),
      splitSentences,
      now,
    });
    if (scored?.kind !== 'scored') throw new Error('not scored');
    expect(scored.scored.mentions.map((mention) => mention.polarity)).toEqual([
      -0.8,
      0.8,
      scored.scored.sentiment.polarity,
    ]);
    expect(seen.map((inputs) => inputs.map(({ text }) => text))).toEqual([
      ['Aldermoor falls. Brightwater rises.'],
      ['Aldermoor falls.', ' Brightwater rises.'],
    ]);
    expect(scored.raw).toEqual({ partition: 0, offset: 7 });
  });

  it('takes the word of a model that judges companies, and the sentences for what it leaves open', async () => {
    const seen: ClassifierInput[][] = [];
    const model = classifier(seen);
    const judging: Classifier = {
      ...model,
      classify: async (inputs) =>
        (await model.classify(inputs)).map((answer, index) =>
          inputs[index]?.mentions === undefined
            ? answer
            : { ...answer, mentions: [{ ...answer.sentiment, polarity: 0.25 }, null, null] },
        ),
    };
    const parts = { classifier: judging, splitSentences, now };
    const [scored] = await scoreSentiment([understandDocument(message, deps)], parts);
    if (scored?.kind !== 'scored') throw new Error('not scored');
    expect(scored.scored.mentions.map((mention) => mention.polarity)).toEqual([
      0.25,
      0.8,
      scored.scored.sentiment.polarity,
    ]);
    expect(seen[0]?.[0]?.mentions).toEqual([[[0, 9]], [[17, 28]], []]);
    expect(seen[1]?.map(({ text }) => text)).toEqual([' Brightwater rises.']);
  });

  it('reads past the end of a sentence that lies within a name', async () => {
    const text = 'Old. Mill falls. Brightwater rises.';
    const named: UnderstandDeps = {
      ...deps,
      decode: () => rawDocument({ text }),
      link: () => [
        { instrument: 'OLD.XDEM', name: 'Old. Mill', relevance: 1, via: ['name'], spans: [[0, 9]] },
      ],
    };
    const parts = { classifier: classifier(), splitSentences, now };
    const [scored] = await scoreSentiment([understandDocument(message, named)], parts);
    expect(scored).toMatchObject({ scored: { mentions: [{ polarity: -0.8 }] } });
  });

  it('makes a dead letter with the original bytes of what cannot be read, and its batch mates go on', async () => {
    const broken = understandDocument(message, {
      ...deps,
      decode: () => {
        throw new InvalidDocumentError('undecodable', 'The bytes are no document.');
      },
    });
    const results = await scoreSentiment([broken, understandDocument(message, deps)], {
      classifier: classifier(),
      splitSentences,
      now,
    });
    expect(results.map((result) => result.kind)).toEqual(['dead-letter', 'scored']);
    expect(results[0]).toMatchObject({
      letter: { reason: 'undecodable', originalBase64: Buffer.from('{"raw":1}').toString('base64') },
    });
  });

  it('keeps the beginning and the true length of what is too large for a dead letter', () => {
    const value = Buffer.from(`["${'x'.repeat(15_000_000)}`);
    const broken = understandDocument({ ...message, value }, { ...deps, decode: decodeRawDocument });
    if (broken.kind !== 'dead-letter') throw new Error('not refused');
    const letter = encodeScoredMessage({ kind: 'dead-letter', raw: broken.raw, letter: broken.letter });
    expect(letter.byteLength).toBeLessThan(2_000_000);
    const kept = Buffer.from(broken.letter.originalBase64, 'base64').toString();
    expect(kept).toMatch(/^.*15000002 bytes.*\n\["xxx/);
  });

  it('survives a fault of ours in linking: the document is a dead letter that says so', () => {
    const fault = understandDocument(message, {
      ...deps,
      link: () => {
        throw new RangeError('index');
      },
    });
    expect(fault).toMatchObject({ kind: 'dead-letter', letter: { reason: 'internal_error' } });
  });

  it('stores a document on which the model fails as unclassified, and scores its batch mates', async () => {
    const model = classifier();
    const failing: Classifier = {
      ...model,
      classify(inputs) {
        if (inputs.some((input) => input.text.includes('poison')))
          return Promise.reject(new RangeError('offset'));
        return model.classify(inputs);
      },
    };
    const documents = ['Aldermoor falls.', 'poison'].map((text) =>
      understandDocument(message, { ...deps, decode: () => rawDocument({ text }), link: () => [] }),
    );
    const results = await scoreSentiment(documents, { classifier: failing, splitSentences, now });
    expect(results.map((result) => (result.kind === 'scored' ? result.scored.flags : null))).toEqual([
      [],
      ['text_short', 'unclassified'],
    ]);
    const versions = results.map((result) => (result.kind === 'scored' ? result.scored.model.version : ''));
    expect(versions).toEqual([model.model.version, UNANSWERED]);
  });

  it('leaves a document to the next re-score when what runs the model was lost', async () => {
    const model = classifier();
    const losing: Classifier = {
      ...model,
      classify: async (inputs) =>
        (await model.classify(inputs)).map((answer) => ({
          ...answer,
          flags: ['unclassified'],
          unanswered: true,
        })),
    };
    const parts = { classifier: losing, splitSentences, now };
    const [scored] = await scoreSentiment([understandDocument(message, deps)], parts);
    expect(scored).toMatchObject({
      scored: { flags: ['unclassified'], model: { name: 'words', version: UNANSWERED } },
    });
  });

  it('does not ask for the sentences of a document that was not answered', async () => {
    const seen: ClassifierInput[][] = [];
    const losing: Classifier = {
      ...classifier(),
      classify: (inputs) => {
        seen.push([...inputs]);
        return Promise.resolve(inputs.map(() => ({ ...UNCLASSIFIED, unanswered: true as const })));
      },
    };
    await scoreSentiment([understandDocument(message, deps)], { classifier: losing, splitSentences, now });
    expect(seen.flat()).toHaveLength(1);
  });

  it.each([
    ['asks again about a document of which a sentence was not answered', true, ['unclassified'], UNANSWERED],
    ['gives a company the sentiment of the document where its sentence says nothing', false, [], '1'],
  ])('%s', async (_, unanswered, flags, version) => {
    const sound = classifier();
    const partly: Classifier = {
      ...sound,
      classify: async (inputs) => {
        const nothing = { ...UNCLASSIFIED, ...(unanswered ? { unanswered } : {}) };
        const answers = await sound.classify(inputs);
        return inputs.map(({ text }, index) => (text === 'Aldermoor falls.' ? nothing : answers[index]!));
      },
    };
    const parts = { classifier: partly, splitSentences, now };
    const [message1] = await scoreSentiment([understandDocument(message, deps)], parts);
    expect(message1).toMatchObject({
      scored: {
        flags,
        model: { version },
        sentiment: { label: 'negative' },
        mentions: [{ negative: 0.9 }, { negative: 0.1 }, { negative: 0.9 }],
      },
    });
  });

  it('drops languages that nobody asked for and marks those no model reads', () => {
    const french = { ...deps, describeLanguage: () => ({ language: 'fr', mixed: false }) };
    expect(understandDocument(message, { ...french, languages: ['en', 'zh'] })).toMatchObject({
      kind: 'drop',
      reason: 'language_filtered',
    });
    expect(understandDocument(message, french)).toMatchObject({ flags: ['language_unsupported'] });
  });
});

describe('the sentence that tells', () => {
  const text = 'Brightwater rises. Aldermoor falls. Cresthaven falls too.';
  it.each([
    ['is the most negative one', [], 'Aldermoor falls.'],
    ['is one that names the company', [[0, 11] as const], 'Brightwater rises.'],
  ])('%s', async (_, spans, expected) => {
    const span = await findTellingSentence(
      { text, language: 'en', spans },
      { classifier: classifier(), splitSentences },
    );
    expect(span === null ? null : text.slice(...span).trim()).toBe(expected);
  });

  it.each([
    [
      'is one that was answered for, whatever the silence about another looks like',
      1,
      'Cresthaven falls too.',
    ],
    ['is nothing when none was answered for', 3, null],
  ])('%s', async (_, lost, expected) => {
    const sound = classifier();
    const losing: Classifier = {
      ...sound,
      classify: async (inputs) => {
        const answers = await sound.classify(inputs);
        const isLost = (at: number) => lost === answers.length || at === lost;
        return answers.map((answer, at) => (isLost(at) ? { ...answer, unanswered: true as const } : answer));
      },
    };
    const span = await findTellingSentence(
      { text, language: 'en', spans: [] },
      { classifier: losing, splitSentences },
    );
    expect(span === null ? null : text.slice(...span).trim()).toBe(expected);
  });

  it('is nothing for an empty text', async () => {
    expect(
      await findTellingSentence(
        { text: '', language: 'en', spans: [] },
        { classifier: classifier(), splitSentences },
      ),
    ).toBeNull();
  });
});
