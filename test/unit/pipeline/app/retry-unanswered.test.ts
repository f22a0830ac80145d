import { expect, it } from 'vitest';

import type { Classifier } from '../../../../pipeline/core/model.js';
import type { Rescore } from '../../../../pipeline/storage/rescore.js';
import { makeDocument } from '../../../support/dashboards.js';
import { fakeClock } from '../../../support/ingest.js';

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

it('gives up a text that hangs on a host, and not all others because the host rests then', async () => {
  const clock = fakeClock('2026-01-01T00:00:00Z');
  const abort = new AbortController();
  let written: string | null = null;
  const left = new Map(
    ['hangs', ...Array.from({ length: 5 }, (_, at) => `mate ${at}`)].map((text) => {
      const view = makeDocument({
        key: text,
        title: null,
        text,
        publishedAt: 0,
        instrument: '?A',
        negative: 0.5,
      });
      return [view.id, view] as const;
    }),
  );
  let failures = 0;
  let restsUntil = 0;
  /** As a host of `models.remote`: what asks it while it rests is not answered. */
  const classifier: Classifier = {
    model: { name: 'words', version: '1', sha256: 'ab' },
    classify: (inputs) => {
      const silent = inputs.map(() => ({ ...UNCLASSIFIED, unanswered: true as const }));
      if (clock.now() < restsUntil) return Promise.resolve(silent);
      if (inputs.some(({ text }) => text === 'hangs')) {
        restsUntil = clock.now() + Math.min(60_000, 500 * 2 ** failures);
        failures += 1;
        return Promise.resolve(silent);
      }
      failures = 0;
      return Promise.resolve(inputs.map(() => ({ ...UNCLASSIFIED, flags: [] })));
    },
    explain: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
  let looks = 0;
  const retry = createUnansweredRetry({
    store: {
      rescore: {
        remaining: () => Promise.resolve(0),
        candidates: () => Promise.resolve([]),
        unanswered: ({ except }) =>
          Promise.resolve(
            [...left.values()]
              .filter(({ id, version }) => !except.includes(`${id} ${version}`))
              .map(({ id, version }) => ({ id, version, credibility: 1 })),
          ),
        countUnanswered: ({ except }) =>
          Promise.resolve({ all: left.size, waiting: left.size - except.length }),
        read: (keys) => Promise.resolve(keys.flatMap(({ id }) => left.get(id) ?? [])),
        write: (rescores: readonly Rescore[]) => {
          for (const { scored } of rescores) left.delete(scored.document.id);
          return Promise.resolve([]);
        },
      },
      readRetries: () => Promise.resolve(written),
      writeRetries: (text) => {
        written = text;
        return Promise.resolve();
      },
      findAuthorVoices: () => Promise.resolve([]),
    },
    understanding: {
      classifier,
      splitSentences: () => [],
      rules: createRuleSet([]),
      foreign: { judge: () => ({ score: 0, foreign: false }), handling: 'off' },
      weigh: () => [],
    },
    flow: () => ({ lag: () => Promise.resolve({ understand: 0, monitor: 0 }) }),
    clock,
    logger: silentLogger,
    metrics: {
      unanswered: ({ waiting }) => {
        looks += 1;
        if (waiting === 0 || looks === 50) abort.abort();
      },
      retried: () => undefined,
    },
    active: () => true,
    touch: () => undefined,
    quietBackfillMs: 0,
    virtual: true,
  });
  await retry.run(abort.signal);
  expect([...left.values()].map(({ text }) => text)).toEqual(['hangs']);
  expect(retry.counts).toEqual({ waiting: 0, givenUp: 1 });
  // Once with others, three times in all.
  expect(looks).toBeLessThan(12);
});
