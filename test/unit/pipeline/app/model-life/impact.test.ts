import { expect, it } from 'vitest';

import { DEFAULT_RULES } from '../../../../../alerts/rules/default-rules.js';
import { createSwitchableClassifier } from '../../../../../pipeline/app/switchable-classifier.js';
import { measureImpact } from '../../../../../pipeline/app/model-life/impact.js';
import { impactText } from '../../../../../pipeline/commands/impact-text.js';
import type { Classification, Classifier } from '../../../../../pipeline/core/model.js';
import { createLinker } from '../../../../../pipeline/operators/link-instruments.js';
import { UNCLASSIFIED } from '../../../../../pipeline/operators/score-sentiment.js';
import { weighContributions } from '../../../../../pipeline/operators/weigh-contributions.js';
import type { CountedDocument } from '../../../../../pipeline/storage/queries/counted-documents.js';
import { createRuleSet } from '../../../../../models/rules/create-rule-set.js';
import { BAD_NEWS, DAY_MS, HOUR_MS, scoredDocument, START } from '../../../../support/alerts.js';

/** Calls everything negative but what `unread` answers otherwise. */
function createModel(name: string, unread: (text: string) => Classification | null): Classifier {
  return {
    model: { name, version: '1', sha256: 'ab'.repeat(32) },
    classify: (inputs) => Promise.resolve(inputs.map(({ text }) => unread(text) ?? BAD_NEWS)),
    explain: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
}

/** Reports of a place as the store hands them out, one every three hours. */
function counted(count: number): readonly CountedDocument[] {
  return Array.from({ length: count }, (_, index) => {
    const { document, ...scored } = scoredDocument(`report ${index}`, START + index * 3 * HOUR_MS, {
      mentions: [],
    });
    const { receivedAt, source } = document;
    return {
      view: { ...document, ...scored, source, version: 1, knownAt: receivedAt, flags: [] },
      opensStory: true,
      places: [{ series: 'market', relevance: 1, weight: 1 }],
    };
  });
}

/** `between` runs behind the first half of the documents. */
function impactOf(served: Classifier, candidate: Classifier, between: () => void = () => undefined) {
  const documents = counted(40);
  return measureImpact({
    // eslint-disable-next-line @typescript-eslint/require-await -- Pages of a store come one by one.
    pages: (async function* () {
      yield documents.slice(0, 20);
      between();
      yield documents.slice(20);
    })(),
    period: { from: START, to: START + 30 * DAY_MS },
    served,
    candidate,
    understanding: {
      splitSentences: (text) => [[0, text.length]],
      rules: createRuleSet([]),
      foreign: { judge: () => ({ score: 0, foreign: false }), handling: 'off' },
      weigh: (scored) => weighContributions(scored, { sectorOf: () => null }),
      linker: createLinker([]),
    },
    rules: DEFAULT_RULES,
    onProgress: () => undefined,
  });
}

it('leaves what one model could not judge out of both sides, and says how many there were', async () => {
  const isReport = (text: string, numbers: readonly number[]) =>
    numbers.some((number) => text.includes(`report ${number}.`));
  const sheet = await impactOf(
    createModel('served', (text) => (isReport(text, [3, 4]) ? UNCLASSIFIED : null)),
    createModel('other', (text) =>
      isReport(text, [4, 5, 6]) ? { ...UNCLASSIFIED, unanswered: true } : null,
    ),
  );
  expect(sheet).toMatchObject({ documents: 40, unread: { served: 2, candidate: 3, either: 4 } });
  expect(sheet.slices[0]).toMatchObject({
    documents: 36,
    changed: { value: 0 },
    negativeBefore: { value: 1 },
    negativeAfter: { value: 1 },
  });
  expect(sheet.series[0]).toMatchObject({ series: 'market', documents: 36, step: { value: 0 } });
  expect(sheet.series[0]?.before).toBeCloseTo(0.8);
  expect(sheet.series[0]?.after).toBeCloseTo(0.8);
  expect(sheet.examples).toEqual([]);
  expect(impactText(sheet)).toContain(
    'Left out: 4 that could not be judged (2 by the model that serves, 3 by the other one).',
  );
});

it('says so where a model could judge none of the documents', async () => {
  const mute = createModel('mute', () => UNCLASSIFIED);
  const sheet = await impactOf(
    createModel('served', () => null),
    mute,
  );
  expect(sheet).toMatchObject({
    documents: 40,
    unread: { served: 0, candidate: 40 },
    slices: [],
    series: [],
  });
  expect(impactText(sheet)).not.toContain('No document lies');
  expect(impactText(sheet)).not.toContain('Left out: 0');
});

it('compares the models that served when it began, whatever takes over meanwhile, and lets go of them', async () => {
  const good = (): Classification => ({
    ...BAD_NEWS,
    sentiment: { ...BAD_NEWS.sentiment, negative: 0.1, positive: 0.8, polarity: 0.7, label: 'positive' },
  });
  const closed: string[] = [];
  const closing = (name: string, unread: (text: string) => Classification | null): Classifier => ({
    ...createModel(name, unread),
    close: () => Promise.resolve(void closed.push(name)),
  });
  const served = createSwitchableClassifier(closing('served', () => null));
  const candidate = createSwitchableClassifier(closing('candidate', () => null));
  const switches: Promise<void>[] = [];
  const sheet = await impactOf(served, candidate, () => {
    for (const each of [served, candidate]) switches.push(each.switchTo(closing('next', good)));
  });
  expect([sheet.served.name, sheet.candidate.name]).toEqual(['served', 'candidate']);
  expect(sheet.slices[0]).toMatchObject({
    documents: 40,
    negativeBefore: { value: 1 },
    negativeAfter: { value: 1 },
  });
  await Promise.all(switches);
  expect(closed).toEqual(['served', 'candidate']);
});
