import { describe, expect, it } from 'vitest';

import { buildQueue, type QueueRequest } from '../../../../../pipeline/app/labelling/label-queue.js';
import type { Label } from '../../../../../pipeline/core/label.js';
import type { DocumentView } from '../../../../../pipeline/core/store.js';
import type { LabelStore } from '../../../../../pipeline/storage/labels.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 2, 31);
const scores = (label: 'negative' | 'positive') =>
  label === 'negative'
    ? { negative: 0.9, neutral: 0.05, positive: 0.05, polarity: -0.85, confidence: 0.9 }
    : { negative: 0.05, neutral: 0.05, positive: 0.9, polarity: 0.85, confidence: 0.9 };

/** The model reads the text as negative and the company in it as positive. */
const view = (id: string, publishedAt = NOW - DAY): DocumentView => ({
  ...{ id, version: 1, action: 'add', source: { id: 'desk', kind: 'news', name: 'Desk' }, url: null },
  ...{ title: `Shares of Acme after ${id}`, text: '', language: 'en', author: null, precision: 'second' },
  publishedAt: new Date(publishedAt).toISOString(),
  receivedAt: new Date(publishedAt).toISOString(),
  knownAt: new Date(publishedAt).toISOString(),
  sentiment: { ...scores('negative'), label: 'negative' },
  topics: [],
  mentions: [{ instrument: 'ACME', name: 'Acme', relevance: 1, via: [], spans: [], ...scores('positive') }],
  storyId: `story of ${id}`,
  model: { name: 'lexicon', version: '1', sha256: '' },
  flags: [],
});
const verdict = (documentId: string, value: Label['value'], more: Partial<Label> = {}): Label => ({
  ...{ documentId, version: 1, instrument: '', value, origin: 'verdict', author: 'ann', guideline: '1' },
  at: NOW - DAY / 2,
  ...more,
});

interface Stored {
  readonly labels: readonly Label[];
  readonly views?: readonly DocumentView[];
  readonly seconds?: readonly string[];
}

/** Documents are those that are spoken of, each offered by nobody but its verdict. */
function open({ labels, views, seconds = [] }: Stored) {
  const stored = views ?? [...new Set(labels.map(({ documentId }) => documentId))].map((id) => view(id));
  const reads: number[] = [];
  const store: LabelStore = {
    add: () => Promise.resolve([]),
    list: () => Promise.resolve(labels),
    candidates: () => Promise.resolve([]),
    secondLooks: () => Promise.resolve(seconds.map((id) => ({ id, version: 1 }))),
    read: (keys) => {
      reads.push(keys.length);
      return Promise.resolve(stored.filter(({ id }) => keys.some((key) => key.id === id)));
    },
  };
  const queue = async (more: Partial<QueueRequest> = {}) => {
    const request: QueueRequest = {
      ...{ size: 10, language: null, by: 'value', seed: 1, days: 30, labeller: 'bo', onlySeconds: false },
      ...more,
    };
    return (await buildQueue(request, store, NOW)).map(({ documentId }) => documentId);
  };
  return { queue, reads };
}

describe('a verdict in the labelling queue', () => {
  it('is put to somebody else than who gave it', async () => {
    const { queue } = open({ labels: [verdict('a', 'positive')] });
    expect(await queue({ labeller: 'ann' })).toEqual([]);
    expect(await queue({ labeller: 'bo' })).toEqual(['a']);
    expect(await queue({ labeller: null })).toEqual(['a']);
  });

  it.each([
    ['of the text, against the model', verdict('a', 'positive'), true],
    ['of the text, with the model', verdict('a', 'negative'), false],
    [
      'of a company, against what the model says of it',
      verdict('a', 'negative', { instrument: 'ACME' }),
      true,
    ],
    ['of a company, with the model', verdict('a', 'positive', { instrument: 'ACME' }), false],
    ['that it is about another company', verdict('a', 'wrong_entity', { instrument: 'ACME' }), true],
    ['of a company that the model does not see', verdict('a', 'negative', { instrument: 'OTHER' }), false],
    ['that it cannot be told', verdict('a', 'skip'), false],
  ])('counts when the model was wrong: %s', async (_, said, asked) => {
    expect(await open({ labels: [said] }).queue()).toEqual(asked ? ['a'] : []);
  });

  it('counts as long as it and its text are of the days that are asked for', async () => {
    const old = verdict('a', 'positive', { at: NOW - 31 * DAY });
    const late = verdict('b', 'positive');
    const { queue } = open({
      labels: [old, late],
      views: [view('a', NOW - 32 * DAY), view('b', NOW - 31 * DAY)],
    });
    expect(await queue()).toEqual([]);
    expect(await queue({ days: 60 })).toHaveLength(2);
  });

  it('is one of the newest ten for each place, and the others are not read', async () => {
    const labels = Array.from({ length: 25 }, (_, at) =>
      verdict(`d${at}`, 'positive', { at: NOW - 25 + at }),
    );
    const { queue, reads } = open({ labels });
    expect(await queue({ size: 2, labeller: null })).toHaveLength(2);
    // Second looks, then what may be asked, then the words of what is labelled.
    expect(reads).toEqual([0, 20, 25]);
  });

  it('stands there once where it is a second look as well', async () => {
    const { queue } = open({ labels: [verdict('a', 'positive')], seconds: ['a'] });
    expect(await queue()).toEqual(['a']);
  });
});
