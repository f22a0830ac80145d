import { describe, expect, it } from 'vitest';

import { createShadow, type Challenger } from '../../../../../pipeline/app/model-life/shadow.js';
import type { Classification } from '../../../../../pipeline/core/model.js';
import type { ShadowScore } from '../../../../../pipeline/storage/shadow-scores.js';
import { createMetrics } from '../../../../../pipeline/telemetry/metrics.js';
import { silentLogger } from '../../../../../pipeline/telemetry/logger.js';
import { documentVersion, scoredDocument, START } from '../../../../support/alerts.js';

const NEUTRAL: Classification = {
  sentiment: {
    negative: 0.2,
    neutral: 0.7,
    positive: 0.1,
    polarity: -0.1,
    confidence: 0.7,
    label: 'neutral',
  },
  topics: [{ topic: 'other', probability: 1 }],
  flags: [],
};

/** A challenger whose batches wait until they are let go. */
function setUp(changes: { share?: number; calm?: boolean; fails?: boolean } = {}) {
  const asked: number[] = [];
  const kept: ShadowScore[] = [];
  let release: () => void = () => undefined;
  let now = START;
  const settings = { calm: true, fails: false, ...changes };
  const challenger: Challenger = {
    model: { name: 'ngram', version: '9', sha256: 'cd'.repeat(32) },
    async classify(inputs) {
      asked.push(inputs.length);
      await new Promise<void>((resolve) => (release = resolve));
      if (settings.fails) throw new Error('the model broke');
      return inputs.map(() => NEUTRAL);
    },
    close: () => Promise.resolve(),
  };
  const metrics = createMetrics();
  const shadow = createShadow({
    challenger,
    share: changes.share ?? 1,
    store: { add: (scores) => Promise.resolve(void kept.push(...scores)) },
    calm: () => Promise.resolve(settings.calm),
    clock: { now: () => now },
    logger: silentLogger,
    metrics,
  });
  const count = async (result: string) => {
    const text = await metrics.text();
    return Number(
      new RegExp(`bellwether_shadow_documents_total{result="${result}"} (\\d+)`).exec(text)?.[1] ?? NaN,
    );
  };
  /** Lets everything that needs no further event happen. */
  const turn = async () => {
    for (let step = 0; step < 20; step += 1) await Promise.resolve();
  };
  return {
    shadow,
    asked,
    kept,
    count,
    settings,
    turn,
    later: (ms: number) => (now += ms),
    answer: async () => {
      await turn();
      release();
      await turn();
    },
  };
}

const versions = (count: number, begin = 0) =>
  Array.from({ length: count }, (_, at) => documentVersion(scoredDocument(`d${begin + at}`, START)));

describe('a challenger beside live traffic', () => {
  it('reads what it has time for, skips what comes meanwhile, and keeps both answers', async () => {
    const { shadow, asked, kept, count, answer, turn } = setUp();
    shadow.offer(versions(40));
    shadow.offer(versions(5, 40));
    await answer();
    expect(asked).toEqual([32]);
    expect(kept).toHaveLength(32);
    expect(kept[0]).toMatchObject({
      challenger: 'ngram 9',
      champion: 'test-model 3',
      documentId: 'd0',
      kind: 'news',
      before: { label: 'negative', negative: 0.8 },
      after: { label: 'neutral', negative: 0.2 },
    });
    expect([await count('differed'), await count('skipped')]).toEqual([32, 13]);
    shadow.offer(versions(1, 50));
    await turn();
    expect(asked).toEqual([32, 1]);
  });

  it('knows the champion by its model, so that an edit of expert rules makes no other pair', async () => {
    const { shadow, kept, answer } = setUp();
    const model = { name: 'ngram', version: '1+rules.0123abcd', sha256: 'ab'.repeat(32) };
    shadow.offer([documentVersion(scoredDocument('a', START, { model }))]);
    await answer();
    expect(kept).toMatchObject([{ champion: 'ngram 1' }]);
  });

  it('takes its share by the ids, the same documents each time', async () => {
    const first = setUp({ share: 0.2 });
    const second = setUp({ share: 0.2 });
    for (const { shadow, answer } of [first, second]) {
      for (let batch = 0; batch < 20; batch += 1) {
        shadow.offer(versions(50, batch * 50));
        await answer();
      }
    }
    expect(first.kept.length).toBeGreaterThan(150);
    expect(first.kept.length).toBeLessThan(250);
    expect(first.kept).toEqual(second.kept);
  });

  it('reads nothing while the flow is behind, and never retractions, history or what the champion could not read', async () => {
    const { shadow, asked, count, turn, settings } = setUp({ calm: false });
    shadow.offer(versions(3));
    await turn();
    expect([asked, await count('skipped')]).toEqual([[], 3]);
    settings.calm = true;
    shadow.offer([
      documentVersion(scoredDocument('a', START, { document: { action: 'retract' } })),
      documentVersion(scoredDocument('b', START, { document: { backfill: true } })),
      documentVersion(scoredDocument('c', START, { flags: ['unclassified'] })),
    ]);
    await turn();
    expect(asked).toEqual([]);
  });

  it('rests for a minute when it fails, and nobody else notices', async () => {
    const { shadow, asked, count, answer, settings, later, turn } = setUp({ fails: true });
    shadow.offer(versions(2));
    await answer();
    expect(await count('failed')).toBe(2);
    shadow.offer(versions(2, 2));
    expect([asked, await count('skipped')]).toEqual([[2], 2]);
    settings.fails = false;
    later(60_000);
    shadow.offer(versions(2, 4));
    await turn();
    expect(asked).toEqual([2, 2]);
  });

  it('reads at most 20,000 documents a day', async () => {
    const { shadow, kept, answer, later } = setUp();
    const batch = versions(32);
    for (let at = 0; at < 640; at += 1) {
      shadow.offer(batch);
      await answer();
    }
    expect(kept).toHaveLength(20_000);
    later(24 * 3_600_000);
    shadow.offer(batch);
    await answer();
    expect(kept).toHaveLength(20_032);
  });

  it('holds an expert rule against nobody: the two models are compared', async () => {
    const { shadow, kept, answer } = setUp();
    const model = { negative: 0.1, neutral: 0.3, positive: 0.6, topics: [], mentions: [] };
    shadow.offer([
      documentVersion(
        scoredDocument('ruled', START, {
          ruled: { rules: [{ id: 'r', version: 1, reason: 'why' }], model },
        }),
      ),
    ]);
    await answer();
    expect(kept[0]?.before).toEqual({ label: 'positive', negative: 0.1, confidence: 0.6 });
  });
});
