import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Classification, Classifier, ClassifierInput } from '../../pipeline/core/model.js';
import { TOPIC_IDS } from '../../pipeline/core/taxonomy.js';

/** Strings that stop naive tokenizers, each 50,000 characters long. */
const HOSTILE = [
  'a',
  '#a',
  'a-a-',
  '$1.$1.',
  '@@',
  '😀',
  '涨',
  '不不',
  '+-',
  "n't ",
  'http://',
  '\ud800',
  ' \n',
].map((part) => part.repeat(Math.ceil(50_000 / part.length)));

const INPUTS: readonly ClassifierInput[] = [
  { language: 'en', text: 'Halden Motors raises its outlook after record orders' },
  { language: 'en', text: '$HLDN is going to zero 📉' },
  { language: 'zh', text: '华澜科技净利润同比下降30%，低于市场预期' },
  { language: 'zh-CN', text: '明天必涨停，拿稳了' },
  { language: 'und', text: 'ok' },
  { language: 'fr', text: 'Le bénéfice net recule' },
  { language: 'en', text: '' },
  { language: 'zh', text: '😀😀' },
  { language: 'en', text: 'profit '.repeat(1500) },
];

/** What every adapter of the Classifier port keeps, whatever it knows about language. */
export function describeClassifier(load: () => Promise<Classifier>): void {
  it('answers every input in order with probabilities that sum to 1 and a label that is the largest', async () => {
    const answers = await (await load()).classify(INPUTS);
    expect(answers).toHaveLength(INPUTS.length);
    for (const { sentiment, topics } of answers) {
      expect(sentiment.negative + sentiment.neutral + sentiment.positive).toBeCloseTo(1, 9);
      expect(sentiment.polarity).toBeCloseTo(sentiment.positive - sentiment.negative, 9);
      expect(sentiment[sentiment.label]).toBe(sentiment.confidence);
      expect(topics.length).toBeGreaterThan(0);
      for (const { topic, probability } of topics) {
        expect(TOPIC_IDS).toContain(topic);
        expect(probability).toBeGreaterThanOrEqual(0);
        expect(probability).toBeLessThanOrEqual(1);
      }
      expect(topics.map((score) => score.probability)).toEqual(
        topics.map((score) => score.probability).sort((a, b) => b - a),
      );
      if (topics.some((score) => score.topic === 'other')) expect(topics).toHaveLength(1);
    }
  });

  it('gives a text the same answer alone, in a batch and again', async () => {
    const classifier = await load();
    const batch = await classifier.classify(INPUTS);
    const alone: (Classification | undefined)[] = [];
    for (const input of INPUTS) alone.push((await classifier.classify([input]))[0]);
    expect(alone).toEqual(batch);
    expect([...(await classifier.classify([...INPUTS].reverse()))].reverse()).toEqual(batch);
  });

  it('says unclassified, and leans neutral, for an empty text and for a language it does not know', async () => {
    for (const input of [
      { language: 'en', text: '' },
      { language: 'de', text: 'Der Gewinn bricht ein' },
    ]) {
      const [answer] = await (await load()).classify([input]);
      expect(answer?.flags).toContain('unclassified');
      expect(answer?.sentiment.label).toBe('neutral');
    }
  });

  it('takes less than a quarter of a second for any hostile text of 50,000 characters', async () => {
    const classifier = await load();
    for (const text of HOSTILE) {
      for (const language of ['en', 'zh', 'und']) {
        // Time of the processor, not of the clock: other work on the machine is no fault of the classifier.
        const started = process.cpuUsage();
        await classifier.classify([{ text, language }]);
        expect(process.cpuUsage(started).user / 1_000).toBeLessThan(250);
      }
    }
  });

  it('never fails and never answers with something that is not a number', async () => {
    const classifier = await load();
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.constantFrom('en', 'zh', 'und', 'fr', ''),
        async (text, language) => {
          const [answer] = await classifier.classify([{ text, language }]);
          expect(Number.isFinite(answer?.sentiment.polarity)).toBe(true);
          for (const { span, word } of (await classifier.explain({ text, language }))?.words ?? []) {
            expect(text.slice(span[0], span[1])).toBe(word);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('explains with words of the text, the strongest first, bad ones above 0', async () => {
    const classifier = await load();
    for (const input of [
      { language: 'en', text: 'Fraud at Halden Motors: shares plunge' },
      { language: 'zh', text: '恒拓股份涉嫌财务造假，股价暴跌' },
    ]) {
      const explanation = await classifier.explain(input);
      if (explanation === null) continue;
      const { words } = explanation;
      expect(words.length).toBeGreaterThan(0);
      expect(words[0]?.contribution).toBeGreaterThan(0);
      const sizes = words.map((word) => Math.abs(word.contribution));
      expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
      for (const { word, span } of words) expect(input.text.slice(span[0], span[1])).toBe(word);
    }
  });

  it('explains additively: bias and contributions sum to the log ratio of the two probabilities', async () => {
    const classifier = await load();
    await fc.assert(
      fc.asyncProperty(TELLING_TEXT, async ({ text, language }) => {
        const explanation = await classifier.explain({ text, language });
        if (explanation === null) return;
        const [answer] = await classifier.classify([{ text, language }]);
        const sum = explanation.words.reduce((total, word) => total + word.contribution, explanation.bias);
        expect(sum).toBeCloseTo(explanation.total, 5);
        const { negative = 0, positive = 0 } = answer?.sentiment ?? {};
        expect(Math.log(negative / positive)).toBeCloseTo(explanation.total, 5);
        const spans = explanation.words.map((word) => word.span).sort((a, b) => a[0] - b[0]);
        for (const [index, [start, end]] of spans.entries()) {
          expect(start).toBeLessThan(end);
          expect(start).toBeGreaterThanOrEqual(spans[index - 1]?.[1] ?? 0);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('takes less than a quarter of a second to explain any hostile text of 50,000 characters', async () => {
    const classifier = await load();
    for (const text of HOSTILE) {
      for (const language of ['en', 'zh', 'und']) {
        const started = process.cpuUsage();
        await classifier.explain({ text, language });
        expect(process.cpuUsage(started).user / 1_000).toBeLessThan(250);
      }
    }
  });
}

/** Texts in which words act on each other, with marks and white space between them. */
const TELLING_TEXT = fc
  .constantFrom('en', 'zh')
  .chain((language) =>
    fc
      .array(
        fc.oneof(
          fc.constantFrom(
            ...(language === 'en'
              ? 'not|very|sharply|profit|losses|costs|shares|rise|fell|narrow|fraud|beats estimates|profit warning|but|.|,|!|$HLDN|-3.5%|@desk|better-than-expected|no longer|Halden'
              : '不|没有|大幅|净利润|亏损|成本|上升|下降|收窄|造假|涨停|扭亏为盈|但|。|，|！|$HLDN|-3.5%|华澜科技|略|30%'
            ).split('|'),
          ),
          fc.string({ maxLength: 4 }),
        ),
        { minLength: 1, maxLength: 24 },
      )
      .map((parts) => ({ language, text: parts.join(language === 'en' ? ' ' : '') })),
  );
