import { describe, expect, it } from 'vitest';

import { createDeliveryTimes } from '../../../../pipeline/app/delivery-times.js';
import { rawDocument } from '../../../support/documents.js';

const of = (...ids: readonly string[]) =>
  ids.map((id) => rawDocument({ source: { id, kind: 'news', name: id, licence: null, credibility: 1 } }));

describe('The delivery times of a webhook', () => {
  it('are kept for each source, the newest of each', () => {
    const times = createDeliveryTimes();
    times.delivered(of('desk', '财经', 'desk'), 1_000);
    times.delivered(of('desk'), 2_000);
    expect([...times.all()]).toEqual([
      ['webhook:desk', 2_000],
      ['webhook:财经', 1_000],
    ]);
  });

  it('have fifty names whatever senders make up; a source that falls silent keeps its own', () => {
    const times = createDeliveryTimes();
    times.delivered(of('desk'), 1_000);
    for (let index = 0; index < 500; index += 1) times.delivered(of(`made-up-${index}`, '*'), 2_000 + index);
    expect(times.all().size).toBe(51);
    expect(times.all().get('webhook:desk')).toBe(1_000);
    expect(times.all().get('webhook:*')).toBe(2_499);
  });
});
