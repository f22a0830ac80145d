import { expect, it } from 'vitest';

import { createRuleSet } from '../../../../models/rules/create-rule-set.js';
import { createUnansweredRetry, type UnansweredCounts } from '../../../../pipeline/app/retry-unanswered.js';
import { silentLogger } from '../../../../pipeline/telemetry/logger.js';
import { UNCLASSIFIED } from '../../../../pipeline/operators/score-sentiment.js';

it('shows no documents that wait once another process looks after them', async () => {
  const abort = new AbortController();
  let turns = 0;
  const told: UnansweredCounts[] = [];
  const retry = createUnansweredRetry({
    store: {
      rescore: {
        remaining: () => Promise.resolve(0),
        candidates: () => Promise.resolve([]),
        unanswered: () => Promise.resolve([]),
        countUnanswered: () => Promise.resolve({ all: 3, waiting: 2 }),
        read: () => Promise.resolve([]),
        write: () => Promise.resolve([]),
      },
      readRetries: () => Promise.resolve(null),
      writeRetries: () => Promise.resolve(),
      findAuthorVoices: () => Promise.resolve([]),
    },
    understanding: {
      classifier: {
        model: { name: 'words', version: '1', sha256: 'ab' },
        classify: (inputs) => Promise.resolve(inputs.map(() => UNCLASSIFIED)),
        explain: () => Promise.resolve(null),
        close: () => Promise.resolve(),
      },
      splitSentences: () => [],
      rules: createRuleSet([]),
      foreign: { judge: () => ({ score: 0, foreign: false }), handling: 'off' },
      weigh: () => [],
    },
    flow: () => ({ lag: () => Promise.resolve({ understand: 0, monitor: 0 }) }),
    clock: {
      now: () => turns * 1_000,
      monotonic: () => turns * 1_000,
      sleep: () => {
        turns += 1;
        if (turns === 4) abort.abort();
        return Promise.resolve();
      },
    },
    logger: silentLogger,
    metrics: { unanswered: (counts) => told.push(counts), retried: () => undefined },
    active: () => turns < 2,
    touch: () => undefined,
    quietBackfillMs: 0,
    virtual: true,
  });
  await retry.run(abort.signal);
  expect(told).toEqual([
    { waiting: 2, givenUp: 1 },
    { waiting: 0, givenUp: 0 },
  ]);
  expect(retry.counts).toEqual({ waiting: 0, givenUp: 0 });
});
