import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import {
  createUnansweredRetry,
  type UnansweredCounts,
  type UnansweredRetry,
} from '../../pipeline/app/retry-unanswered.js';
import type { Classification, Classifier, ClassifierInput } from '../../pipeline/core/model.js';
import { UNANSWERED } from '../../pipeline/core/scored.js';
import type { DocumentVersion, StoreBatch, TouchedWindow } from '../../pipeline/core/store.js';
import { createRuleSet } from '../../models/rules/create-rule-set.js';
import { UNCLASSIFIED } from '../../pipeline/operators/score-sentiment.js';
import { weighContributions } from '../../pipeline/operators/weigh-contributions.js';
import { openStore, type Store } from '../../pipeline/storage/open-store.js';
import { silentLogger } from '../../pipeline/telemetry/logger.js';
import { fakeClock, type FakeClock } from '../support/ingest.js';
import { temporaryFolder } from '../support/service.js';
import { BASE, batchOf, DAY, hexId, HOUR, MINUTE, touchedBy, versionWriter } from '../support/store.js';

/* One store for all; each test brings its own documents and leaves none waiting. */

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let clock: FakeClock;
const writer = versionWriter(() => store);
beforeAll(async () => {
  folder = await temporaryFolder();
  clock = fakeClock(new Date(BASE + HOUR).toISOString());
  store = await openStore({ path: folder.path, world: 'live', clock });
});
afterAll(async () => {
  await store.close();
  await folder.remove();
});
beforeEach(async () => {
  await store.writeRetries('');
});

/** As the monitor stores it while the model gives no answer: counted, without a voice. */
async function leaveUnanswered(
  names: readonly string[],
  more: Partial<Parameters<typeof writer.version>[0]> = {},
): Promise<StoreBatch> {
  const versions = names.map((name): DocumentVersion => {
    const plain = writer.version({ name, weight: 0, flags: ['unclassified'], ...more });
    const model = { ...plain.scored.model, version: UNANSWERED };
    return { ...plain, scored: { ...plain.scored, model } };
  });
  const batch = batchOf(...versions);
  await store.write(batch);
  await store.rollUp(touchedBy(...versions));
  return batch;
}

const BAD: Classification = {
  ...UNCLASSIFIED,
  sentiment: {
    ...UNCLASSIFIED.sentiment,
    negative: 0.9,
    neutral: 0.05,
    positive: 0.05,
    polarity: -0.85,
    label: 'negative',
  },
  flags: [],
};

interface Scene {
  readonly asked: { readonly at: number; readonly texts: readonly string[] }[];
  readonly touched: TouchedWindow[];
  readonly counts: readonly UnansweredCounts[];
}

/** What is stored while a look is going on, with what the retry is told of it. */
type Meanwhile = (looks: number, told: UnansweredRetry['stored']) => Promise<void>;

/** Of a second each; one that never finds what it waits for ends then. */
const MOST_TURNS = 2_000;

/** Runs until a look finds `done`; `answers` decides for each text whether the model does. */
async function retryUntil(
  done: (counts: UnansweredCounts, looks: number) => boolean,
  answers: (input: ClassifierInput) => boolean,
  meanwhile: Meanwhile = () => Promise.resolve(),
): Promise<Scene> {
  const abort = new AbortController();
  let turns = 0;
  const scene = { asked: [], touched: [], counts: [] } as {
    asked: { at: number; texts: readonly string[] }[];
    touched: TouchedWindow[];
    counts: UnansweredCounts[];
  };
  const classifier: Classifier = {
    model: { name: 'ngram', version: '2.0.0', sha256: 'cd'.repeat(32) },
    classify: (inputs) => {
      scene.asked.push({ at: clock.now(), texts: inputs.map(({ text }) => text) });
      return Promise.resolve(
        inputs.map((input) => (answers(input) ? BAD : { ...UNCLASSIFIED, unanswered: true })),
      );
    },
    explain: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
  const { rescore } = store;
  const retry = createUnansweredRetry({
    store: {
      ...store,
      rescore: {
        ...rescore,
        unanswered: async (query) => {
          const found = await rescore.unanswered(query);
          await meanwhile(scene.counts.length, (batches) => {
            retry.stored(batches);
          });
          return found;
        },
      },
    },
    understanding: {
      classifier,
      splitSentences: () => [],
      rules: createRuleSet([]),
      foreign: { judge: () => ({ score: 0, foreign: false }), handling: 'abstain' },
      weigh: (scored) => weighContributions(scored, { sectorOf: () => null }),
    },
    flow: () => ({ lag: () => Promise.resolve({ understand: 0, monitor: 0 }) }),
    clock,
    logger: silentLogger,
    metrics: {
      retried: () => undefined,
      unanswered: (counts) => {
        scene.counts.push(counts);
        if (done(counts, scene.counts.length)) abort.abort();
      },
    },
    active: () => {
      turns += 1;
      if (turns > MOST_TURNS) abort.abort();
      return true;
    },
    touch: (windows) => scene.touched.push(...windows),
    quietBackfillMs: HOUR,
    virtual: false,
  });
  await retry.run(abort.signal);
  return scene;
}

const hour = async () => (await store.hours(['ACME.XNAS'], BASE, BASE + HOUR)).get('ACME.XNAS')?.[0];

it('waits longer and longer for a model that is down, then scores what was left, beside the old and with its voice', async () => {
  await leaveUnanswered(['one', 'two', 'three']);
  expect(await hour()).toMatchObject({ documents: 3, weight: 0 });
  const before = clock.now();

  let up = false;
  const { asked, touched, counts } = await retryUntil(
    ({ waiting }, looks) => {
      up = looks >= 4;
      return waiting === 0;
    },
    () => up,
  );

  // Each look at a dead model asks for the documents, and then for a minute for a plain sentence.
  const looks = asked.filter(({ texts }) => texts.length === 3).map(({ at }) => at);
  const pauses = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
  expect(pauses).toEqual([73_000, 83_000, 103_000, 143_000]);
  expect(counts.map(({ waiting }) => waiting)).toEqual([3, 3, 3, 3, 0]);
  expect(counts.at(-1)).toEqual({ waiting: 0, givenUp: 0 });

  const now = await store.document(hexId('one'), null);
  expect(now).toMatchObject({
    version: 1,
    model: { version: '2.0.0' },
    flags: [],
    sentiment: { negative: 0.9 },
  });
  expect(await store.document(hexId('one'), before)).toMatchObject({
    model: { version: UNANSWERED },
    flags: ['unclassified'],
  });
  expect(await hour()).toMatchObject({ documents: 3, weight: 3, negativeWeight: 2.7 });
  expect(touched).toContainEqual({ series: 'ACME.XNAS', time: BASE });
});

it('gives up a document that the model never answers for, and not its mates', async () => {
  await leaveUnanswered(['poison'], { text: 'A poisonous text.' });
  await leaveUnanswered(['mate']);
  const { asked, counts } = await retryUntil(
    ({ waiting, givenUp }) => waiting === 0 && givenUp === 1,
    ({ text }) => !text.includes('poison'),
  );
  expect(await store.document(hexId('mate'), null)).toMatchObject({ model: { version: '2.0.0' } });
  expect(await store.document(hexId('poison'), null)).toMatchObject({ model: { version: UNANSWERED } });
  // Once with others, then alone.
  const about = asked.filter(({ texts }) => texts.some((text) => text.includes('poison')));
  expect(about.map(({ texts }) => texts.length)).toEqual([2, 1, 1]);
  expect(counts.at(-1)).toEqual({ waiting: 0, givenUp: 1 });
});

it('goes on after a kill where it was, and leaves alone what is too old, withdrawn or corrected', async () => {
  await leaveUnanswered(['old'], { knownAt: BASE - 8 * DAY, at: BASE - 8 * DAY });
  await leaveUnanswered(['gone', 'corrected', 'left'], { at: BASE + MINUTE });
  await writer.put(
    { name: 'gone', version: 2, action: 'retract', at: BASE + MINUTE },
    { name: 'corrected', version: 2, at: BASE + MINUTE },
  );
  // What was asked about at a kill is asked about alone.
  await store.writeRetries(JSON.stringify({ trying: [`${hexId('left')} 1`], attempts: [] }));
  const { asked } = await retryUntil(
    ({ waiting }) => waiting === 0,
    () => true,
  );
  // What an earlier test had given up is asked about too: its attempts were forgotten.
  const texts = asked.map((one) => one.texts).filter(([text]) => text?.includes('poison') !== true);
  expect(texts).toEqual([[expect.stringContaining('says left')]]);
  expect(await store.document(hexId('left'), null)).toMatchObject({ model: { version: '2.0.0' } });
  expect(await store.document(hexId('old'), null)).toMatchObject({ model: { version: UNANSWERED } });
});

it('sees what is stored during the look that finds nothing left', async () => {
  const { counts } = await retryUntil(
    ({ waiting }) => waiting === 0,
    () => true,
    async (looks, told) => {
      if (looks === 0) told([await leaveUnanswered(['meanwhile'], { at: BASE + MINUTE })]);
    },
  );
  expect(counts.map(({ waiting }) => waiting)).toEqual([1, 0]);
  expect(await store.document(hexId('meanwhile'), null)).toMatchObject({ model: { version: '2.0.0' } });
}, 20_000);

it('counts as waiting what waits, whatever was given up long ago', async () => {
  await leaveUnanswered(['forgotten'], { knownAt: BASE - 9 * DAY, at: BASE - 9 * DAY });
  const attempts = [
    [`${hexId('forgotten')} 1`, 3],
    [`${hexId('erased since')} 1`, 3],
  ];
  await store.writeRetries(JSON.stringify({ trying: [], attempts }));
  await leaveUnanswered(['new one', 'new two'], { at: BASE + MINUTE });
  const { counts } = await retryUntil(
    ({ waiting }, looks) => looks === 1 || waiting === 0,
    () => false,
  );
  expect(counts[0]?.waiting).toBe(2);
  await retryUntil(
    ({ waiting }) => waiting === 0,
    () => true,
  );
}, 20_000);

it('gives an account no more voices than it has in a day', async () => {
  const post = { kind: 'social', author: 'a:somebody', at: BASE + 2 * HOUR, knownAt: BASE } as const;
  await leaveUnanswered(['p1', 'p2', 'p3', 'p4'], post);
  await retryUntil(
    ({ waiting }) => waiting === 0,
    () => true,
  );
  const hours = await store.hours(['ACME.XNAS'], BASE + 2 * HOUR, BASE + 3 * HOUR);
  expect(hours.get('ACME.XNAS')?.[0]).toMatchObject({ documents: 4, weight: 2 });
});
