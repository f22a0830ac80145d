import { describe, expect, it } from 'vitest';

import { ChangeTable, pairedStep } from '../../../../models/evaluation/change/label-changes.js';
import { StepTable } from '../../../../models/evaluation/change/series-steps.js';
import { createRandom } from '../../../../models/seeded-random.js';

const DAY = 86_400_000;

describe('changed labels', () => {
  it('are counted by language, kind and topic, with the direction', () => {
    const table = new ChangeTable();
    const english = { language: 'en', kind: 'news', topic: 'earnings' };
    const chinese = { language: 'zh', kind: 'social', topic: 'other' };
    table.add({ ...english, before: 'neutral', after: 'negative' });
    table.add({ ...english, before: 'neutral', after: 'neutral' });
    table.add({ ...chinese, before: 'negative', after: 'positive' }, 2);
    const rows = table.rows();
    expect(rows.map(({ slice, value, documents }) => [slice, value, documents])).toEqual([
      ['all', 'all', 4],
      ['language', 'en', 2],
      ['language', 'zh', 2],
      ['kind', 'news', 2],
      ['kind', 'social', 2],
      ['topic', 'earnings', 2],
      ['topic', 'other', 2],
    ]);
    expect(rows[0]).toMatchObject({
      changed: { value: 0.75 },
      negativeBefore: { value: 0.5 },
      negativeAfter: { value: 0.25 },
      negativeStep: { value: -0.25 },
      directions: { 'negative→positive': 2, 'neutral→negative': 1 },
    });
  });

  it('have a step whose interval holds the truth in about 95 of 100 samples', () => {
    const random = createRandom(7);
    let held = 0;
    const rounds = 2_000;
    for (let round = 0; round < rounds; round += 1) {
      let [gained, lost] = [0, 0];
      for (let row = 0; row < 60; row += 1) {
        const lot = random();
        if (lot < 0.08) gained += 1;
        else if (lot < 0.1) lost += 1;
      }
      const { low, high } = pairedStep(gained, lost, 60);
      if (low <= 0.06 && 0.06 <= high) held += 1;
    }
    expect(held / rounds).toBeGreaterThan(0.93);
    expect(held / rounds).toBeLessThan(0.985);
  });
});

describe('steps of series', () => {
  it('are breaks where they are clear and as large as what a usual day moves', () => {
    const table = new StepTable();
    const random = createRandom(3);
    for (let row = 0; row < 400; row += 1) {
      const day = Math.floor(row / 20);
      const before = 0.3 + (day % 2) * 0.02 + 0.01 * random();
      table.add('JUMPS', day * DAY, before, before + 0.1 + 0.02 * random());
      table.add('STAYS', day * DAY, before, before + 0.02 * (random() - 0.5));
    }
    for (let row = 0; row < 9; row += 1) table.add('SMALL', 0, 0, 1);
    const [jumps, stays, ...others] = table.largest(10);
    expect(others).toEqual([]);
    expect(jumps).toMatchObject({ series: 'JUMPS', documents: 400, breaks: true });
    expect(jumps?.step.value).toBeCloseTo(0.11, 2);
    expect(jumps?.inUsualDays).toBeGreaterThan(4);
    expect(stays).toMatchObject({ series: 'STAYS', breaks: false });
  });
});
