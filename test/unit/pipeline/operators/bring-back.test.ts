import { expect, it } from 'vitest';

import { parseDocument } from '../../../../ingest/parse/parse-document.js';
import { resolveVersions, type WeighContributions } from '../../../../pipeline/operators/resolve-versions.js';
import { createStoryAssigner } from '../../../../pipeline/operators/stories/assign-stories.js';
import { scoredDocument, scoredMessage } from '../../../support/documents.js';

const nothing = () => Promise.resolve([]);
const STORE = {
  findVersions: nothing,
  findStories: nothing,
  findAuthorVoices: nothing,
  findSettled: nothing,
  findStoryEntries: nothing,
};
const weigh: WeighContributions = ({ sentiment }) => [
  { series: 'market', relevance: 1, via: [], ...sentiment, voice: 1, weight: 1 },
];

it('brings a retracted document back only with a time of change that is new, and retracts it again likewise', async () => {
  const sent = {
    source: { id: 'desk' },
    nativeId: '1',
    text: 'Aldermoor warns on profit.',
    publishedAt: '2026-03-02T09:00:00Z',
  };
  const steps = [
    sent,
    { ...sent, action: 'retract' },
    sent,
    { ...sent, action: 'replace', modifiedAt: '2026-03-02T10:00:00Z' },
    { ...sent, action: 'retract' },
    { ...sent, action: 'retract', modifiedAt: '2026-03-02T10:30:00Z' },
  ];
  const context = { receivedAt: Date.parse('2026-03-02T12:00:00Z'), virtualClock: false };
  const messages = steps.map((step, sequence) => ({
    sequence,
    message: scoredMessage(sequence, scoredDocument(parseDocument(step, context))),
  }));
  const stories = createStoryAssigner(STORE, 32);
  const { batch } = await resolveVersions(messages, { store: STORE, weigh, stories, virtualClock: false });
  expect(batch.receipts.map(({ outcome, version }) => `${outcome} ${version}`)).toEqual([
    'stored 1',
    'stored 2',
    'duplicate 1',
    'stored 3',
    'duplicate 2',
    'stored 4',
  ]);
  expect(batch.versions.map(({ contributions }) => contributions.length)).toEqual([1, 0, 1, 0]);
});
