import { expect, it } from 'vitest';

import { createRuleSet } from '../../../../models/rules/create-rule-set.js';
import { createSwitchableRules } from '../../../../pipeline/app/expert-rules.js';
import { rescoreDocuments } from '../../../../pipeline/app/rescore.js';
import { createSwitchableClassifier } from '../../../../pipeline/app/switchable-classifier.js';
import type { Classifier } from '../../../../pipeline/core/model.js';
import { UNCLASSIFIED } from '../../../../pipeline/operators/score-sentiment.js';
import type { Rescore } from '../../../../pipeline/storage/rescore.js';
import { silentLogger } from '../../../../pipeline/telemetry/logger.js';
import { makeDocument } from '../../../support/dashboards.js';
import { fakeClock } from '../../../support/ingest.js';
import { never } from '../../../support/in-process.js';

const modelOf = (name: string): Classifier => ({
  model: { name, version: '1', sha256: name },
  classify: (inputs) => Promise.resolve(inputs.map(() => ({ ...UNCLASSIFIED, flags: [] }))),
  explain: () => Promise.resolve(null),
  close: () => Promise.resolve(),
});

/** Two batches of documents; `meanwhile` happens while the second one is read. */
async function rescore(meanwhile: (switchTo: (next: Classifier) => Promise<void>) => Promise<void>) {
  const classifier = createSwitchableClassifier(modelOf('old'));
  const views = Array.from({ length: 40 }, (_, at) =>
    makeDocument({
      key: `${at}`,
      title: null,
      text: `Note ${at}.`,
      publishedAt: 0,
      instrument: '?A',
      negative: 0.5,
    }),
  );
  const written: Rescore[] = [];
  const rescoring = {
    candidates: (_: unknown, after: string) => Promise.resolve(after === '' ? views : []),
    read: async (keys: readonly { readonly id: string }[]) => {
      if (written.length > 0) await meanwhile((next) => classifier.switchTo(next));
      const ids = new Set(keys.map(({ id }) => id));
      return views.filter(({ id }) => ids.has(id));
    },
    write: (rescores: readonly Rescore[]) => {
      written.push(...rescores);
      return Promise.resolve([]);
    },
    remaining: () => Promise.resolve(views.length - written.length),
  };
  const context = {
    parts: {
      store: { rescore: rescoring },
      understanding: {
        classifier,
        rules: createSwitchableRules(createRuleSet([])),
        splitSentences: () => [],
        foreign: { judge: () => ({ score: 0, foreign: false }), handling: 'off' },
        weigh: () => [],
      },
    },
    config: {},
    clock: fakeClock('2026-01-01T00:00:00Z'),
    logger: silentLogger,
    touch: () => undefined,
    flow: { lag: () => Promise.resolve({ understand: 0, monitor: 0 }) },
  } as unknown as Parameters<typeof rescoreDocuments>[1];
  const result = await rescoreDocuments({ model: null, from: null, to: null }, context, never);
  return { result, models: new Set(written.map(({ scored }) => scored.model.name)) };
}

it('ends when another model takes over, and names the one whose scores it wrote', async () => {
  const { result, models } = await rescore((switchTo) => switchTo(modelOf('new')));
  expect([...models]).toEqual(['old']);
  expect(result).toEqual({
    model: modelOf('old').model,
    rescored: 32,
    remaining: 8,
    replacedBy: modelOf('new').model,
  });
});

it('goes through when the same model is loaded anew', async () => {
  const { result } = await rescore((switchTo) => switchTo(modelOf('old')));
  expect(result).toMatchObject({ rescored: 40, remaining: 0, replacedBy: null });
});
