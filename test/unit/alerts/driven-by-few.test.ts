import { describe, expect, it } from 'vitest';

import { isDrivenByFew } from '../../../alerts/driven-by-few.js';
import type { EvidenceRow } from '../../../pipeline/core/store.js';

const said = (account: string | null): EvidenceRow => ({
  id: 'd',
  title: null,
  text: 'Harbour Bank is closed.',
  language: 'en',
  url: null,
  source: 'Posts',
  account,
  publishedAt: '2026-03-02T09:00:00.000Z',
  negative: 0.8,
  weight: 1,
  spans: [],
});

describe('an alert that rests on a few accounts', () => {
  it.each([
    ['six posts of three accounts', ['a', 'a', 'b', 'b', 'c', 'c'], true],
    ['the same and one report', ['a', 'a', 'b', 'b', 'c', 'c', null], true],
    ['the same and two reports', ['a', 'a', 'b', 'b', 'c', 'c', null, null], false],
    ['four accounts', ['a', 'b', 'c', 'd'], true],
    ['five accounts', ['a', 'b', 'c', 'd', 'e'], false],
    ['three reports', [null, null, null], false],
    ['nothing', [], false],
  ])('%s', (_what, accounts, driven) => {
    expect(isDrivenByFew(accounts.map(said), 1.5)).toBe(driven);
  });
});
