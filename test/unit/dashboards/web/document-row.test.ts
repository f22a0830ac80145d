import { describe, expect, test } from 'vitest';

import {
  belongsToView,
  mergeRows,
  toDocumentRow,
  type DocumentRow,
} from '../../../../dashboards/web/src/document-row.js';
import { START_VIEW } from '../../../../dashboards/web/src/url-state.js';
import { makeDocument, NOW, toLive } from '../../../support/dashboards.js';

const row = (id: string, version: number, minute: number): DocumentRow => ({
  id,
  version,
  action: 'add',
  title: id,
  source: 's',
  language: 'en',
  publishedAt: new Date(NOW + minute * 60_000).toISOString(),
  negative: 0.5,
  polarity: 0,
  topics: [],
});

test('merging keeps each document once, its highest version, newest first, and no more than asked for', () => {
  const merged = mergeRows(
    [row('b', 2, 2), row('a', 1, 1)],
    [row('b', 1, 2), row('a', 2, 1), row('c', 1, 3)],
    2,
  );
  expect(merged.map(({ id, version }) => [id, version])).toEqual([
    ['c', 1],
    ['b', 2],
  ]);
});

describe('a new document comes into the list', () => {
  const live = toLive(
    makeDocument({
      key: 'x',
      title: 'X',
      text: '',
      instrument: 'HBRV.XDEM',
      negative: 0.9,
      publishedAt: NOW,
    }),
  );
  const frozen = { window: '2026-03-10T11:00:00.000Z' };
  test.each([
    [{}, true],
    [{ series: 'instrument:HBRV.XDEM' }, true],
    [{ series: 'instrument:LUMA.XDEM' }, false],
    [{ topic: 'macro' }, false],
    [{ until: frozen.window }, false],
    [frozen, false],
    [{ order: 'most_negative' }, false],
  ] as const)('of the view %j: %s', (change, expected) => {
    expect(belongsToView(live, { ...START_VIEW, ...change })).toBe(expected);
  });
});

test('a line shows the score of the chosen instrument, and of the document where it is not mentioned', () => {
  const view = makeDocument({
    key: 'y',
    title: null,
    text: 'Harborview Bank fell',
    instrument: 'HBRV.XDEM',
    negative: 0.9,
    publishedAt: NOW,
  });
  const wire = {
    ...view,
    topics: [],
    mentions: view.mentions.map((mention) => ({ ...mention, polarity: -0.25, nameZh: null })),
  };
  expect(toDocumentRow(wire, 'HBRV.XDEM')).toMatchObject({ title: 'Harborview Bank fell', polarity: -0.25 });
  expect(toDocumentRow(wire, 'market').polarity).toBe(view.sentiment.polarity);
});
