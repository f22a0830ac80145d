import { describe, expect, it } from 'vitest';

import { createTimelyClassifier } from '../../../../pipeline/app/timely-classifier.js';
import type { Classification, Classifier } from '../../../../pipeline/core/model.js';
import { BAD_NEWS } from '../../../support/alerts.js';
import { virtualClock } from '../../../support/virtual-clock.js';

const INPUT = { text: 'Halden Motors falls.', language: 'en' };
const BUDGET_MS = 15_000;

function start() {
  const clock = virtualClock('2026-03-02T09:00:00Z');
  const waiting: ((answers: readonly Classification[]) => void)[] = [];
  const model: Classifier = {
    model: { name: 'far', version: '1', sha256: 'ab' },
    classify: () => new Promise((resolve) => waiting.push(resolve)),
    explain: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  };
  const timely = createTimelyClassifier(model, { budgetMs: BUDGET_MS, clock });
  timely.begin();
  return { clock, waiting, timely };
}

describe('a classifier that answers in time', () => {
  it('gives the answers of the other one, and leaves no timer behind', async () => {
    const { clock, waiting, timely } = start();
    const answers = timely.classify([INPUT]);
    waiting[0]?.([BAD_NEWS]);
    expect(await answers).toEqual([BAD_NEWS]);
    expect(clock.sleepers()).toBe(0);
    expect(timely.model.name).toBe('far');
  });

  it('leaves what is not answered in time to be asked again', async () => {
    const { clock, timely } = start();
    const answers = timely.classify([INPUT, INPUT]);
    clock.advance(BUDGET_MS);
    expect(await answers).toMatchObject([
      { flags: ['unclassified'], unanswered: true },
      { flags: ['unclassified'], unanswered: true },
    ]);
  });

  it('shares one time among all that a batch asks, and begins anew with the next', async () => {
    const { clock, waiting, timely } = start();
    const first = timely.classify([INPUT]);
    clock.advance(10_000);
    waiting[0]?.([BAD_NEWS]);
    expect(await first).toEqual([BAD_NEWS]);
    const second = timely.classify([INPUT]);
    clock.advance(5_000);
    expect(await second).toMatchObject([{ unanswered: true }]);
    expect(await timely.classify([INPUT])).toMatchObject([{ unanswered: true }]);
    expect(waiting).toHaveLength(2);
    timely.begin();
    const next = timely.classify([INPUT]);
    waiting[2]?.([BAD_NEWS]);
    expect(await next).toEqual([BAD_NEWS]);
  });
});
