import { describe, expect, it } from 'vitest';
import type { TopicId } from '../../../../pipeline/core/taxonomy.js';
import { hintTopics } from '../../../../pipeline/operators/hint-topics.js';
import { rawDocument } from '../../../support/documents.js';

const found = (topic: TopicId) => [{ topic, probability: 0.7 }];
const document = (topicHint: unknown) => rawDocument({ extra: { topicHint } });

describe('hintTopics', () => {
  it('takes the hint of the source only where the words say nothing', () => {
    expect(hintTopics(found('other'), document('personnel'))).toEqual([
      { topic: 'personnel', probability: 0.5 },
    ]);
    expect(hintTopics(found('earnings'), document('personnel'))).toEqual(found('earnings'));
  });

  it('takes no hint that is none', () => {
    for (const hint of [undefined, 'other', 'toString', 7]) {
      expect(hintTopics(found('other'), document(hint))).toEqual(found('other'));
    }
  });
});
