import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import {
  parseBehaviourCase,
  type BehaviourCase,
} from '../../../../models/evaluation/behaviour/parse-case.js';
import { runBehaviour } from '../../../../models/evaluation/behaviour/run-behaviour.js';
import { sameTextKey } from '../../../../models/evaluation/same-text.js';
import type { TextModel } from '../../../../models/evaluation/text-model.js';
import { toSentiment } from '../../../../models/to-sentiment.js';

/** Answers later, as an encoder does: positive for "good", negative for "bad", else neutral. */
const model: TextModel = {
  model: { name: 'stub', version: '1', sha256: '0' },
  classify: (inputs) =>
    Promise.resolve(
      inputs.map(({ text }) => ({
        sentiment: toSentiment(
          text.includes('good') ? [0.1, 0.1, 0.8] : text.includes('bad') ? [0.8, 0.1, 0.1] : [0.1, 0.8, 0.1],
        ),
        topics: [],
        flags: [],
      })),
    ),
};
const parsed = (fields: object): BehaviourCase =>
  parseBehaviourCase(JSON.stringify({ lang: 'en', capability: 'negation', ...fields }), 'x:1');
const readSuite = (language: string) =>
  readFileSync(`models/evaluation/behaviour/${language}.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line, index) => parseBehaviourCase(line, `${language}.jsonl:${index + 1}`));

describe('runBehaviour', () => {
  it.each([
    ['a label that is allowed', { type: 'minimum', text: 'good', labels: ['positive', 'neutral'] }, true],
    ['a label that is not allowed', { type: 'minimum', text: 'bad', labels: ['positive', 'neutral'] }, false],
    ['the same label for both', { type: 'invariance', text: 'good', variant: 'Good, good' }, true],
    ['another label for the variant', { type: 'invariance', text: 'good', variant: 'bad' }, false],
    ['a polarity that falls', { type: 'direction', text: 'good', variant: 'bad', polarity: 'falls' }, true],
    [
      'a polarity that should rise',
      { type: 'direction', text: 'good', variant: 'bad', polarity: 'rises' },
      false,
    ],
    ['a polarity that stays', { type: 'direction', text: 'good', variant: 'good', polarity: 'falls' }, false],
  ])('judges %s', async (_, fields, passes) => {
    const report = await runBehaviour(model, [parsed(fields)]);
    expect(report.all.passed).toBe(passes ? 1 : 0);
    expect(report.failures.length).toBe(passes ? 0 : 1);
  });

  it('counts by capability, language and type, and lists what failed with the answers', async () => {
    const failing = parsed({ type: 'minimum', text: 'bad', labels: ['positive'] });
    const report = await runBehaviour(model, [
      parsed({ type: 'minimum', text: 'good', labels: ['positive'] }),
      failing,
      parsed({ lang: 'zh', capability: 'sarcasm', type: 'invariance', text: 'x', variant: 'y' }),
    ]);
    expect(report.byCapability).toMatchObject({
      negation: { en: { n: 2, passed: 1, value: 0.5 } },
      sarcasm: { zh: { n: 1, passed: 1 } },
    });
    expect(report.byLanguage).toMatchObject({ en: { n: 2 }, zh: { n: 1 } });
    expect(report.byType).toMatchObject({ minimum: { n: 2 }, invariance: { n: 1 } });
    expect(report.failures).toEqual([
      {
        case: failing,
        answer: { label: 'negative', polarity: expect.closeTo(-0.7) as number },
        variantAnswer: null,
      },
    ]);
  });
});

describe('parseBehaviourCase', () => {
  it.each([
    ['{', 'a JSON object'],
    ['{"lang":"en","capability":"x","text":"a","type":"other"}', 'field "type"'],
    ['{"lang":"en","capability":"x","text":" ","type":"minimum"}', 'field "text"'],
    ['{"lang":"en","capability":"x","text":"a","type":"minimum","labels":["good"]}', 'field "labels"'],
    ['{"lang":"en","capability":"x","text":"a","type":"invariance"}', 'field "variant"'],
    ['{"lang":"en","capability":"x","text":"a","type":"direction","variant":"b"}', 'field "polarity"'],
  ])('refuses %s, naming place and field', (line, problem) => {
    expect(() => parseBehaviourCase(line, 'suite.jsonl:3')).toThrow(`suite.jsonl:3: ${problem}`);
  });
});

describe('the built-in suite', () => {
  it.each(['en', 'zh'])('has at least 250 cases in %s, every capability and all three types', (language) => {
    const cases = readSuite(language);
    expect(cases.length).toBeGreaterThanOrEqual(250);
    expect(new Set(cases.map((each) => each.language))).toEqual(new Set([language]));
    expect(new Set(cases.map((each) => each.type)).size).toBe(3);
    expect(new Set(cases.map((each) => each.capability))).toEqual(new Set(CAPABILITIES));
  });

  it('shares no text with the texts that models are trained on', () => {
    const folder = 'models/training/own-texts';
    const seen = new Set(
      readdirSync(folder)
        .filter((name) => name.endsWith('.jsonl'))
        .flatMap((name) => readFileSync(`${folder}/${name}`, 'utf8').trim().split('\n'))
        .map((line) => sameTextKey((JSON.parse(line) as { text: string }).text).toString('hex')),
    );
    const shared = ['en', 'zh']
      .flatMap(readSuite)
      .flatMap((each) => (each.type === 'minimum' ? [each.text] : [each.text, each.variant]))
      .filter((text) => seen.has(sameTextKey(text).toString('hex')));
    expect(shared).toEqual([]);
  });
});

const CAPABILITIES = [
  'negation',
  'number-direction',
  'not-in-breach',
  'losses-narrow',
  'turnaround',
  'concession',
  'hard-neutral',
  'sarcasm',
  'typos',
  'entity-swap',
  'temporal',
  'expectations-gap',
];
