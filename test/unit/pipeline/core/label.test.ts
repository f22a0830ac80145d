import { expect, it } from 'vitest';

import { withoutCorrected, type Label } from '../../../../pipeline/core/label.js';

const said = (
  at: number,
  instrument: string,
  value: Label['value'],
  changes: Partial<Label> = {},
): Label => ({
  ...{ documentId: 'd', version: 1, instrument, value, origin: 'verdict', author: 'ann', guideline: '1', at },
  ...changes,
});

it.each<[string, readonly Label[], readonly number[]]>([
  [
    'one on the whole that became one on its company',
    [said(1, '', 'negative'), said(2, 'A', 'wrong_entity')],
    [2],
  ],
  [
    'one on a company that became one on the whole',
    [said(1, 'A', 'wrong_entity'), said(2, '', 'neutral')],
    [2],
  ],
])('leaves out a verdict that was corrected under another heading: %s', (_, labels, left) => {
  expect(withoutCorrected(labels).map(({ at }) => at)).toEqual(left);
});

it.each<[string, readonly Label[]]>([
  ['of two companies', [said(1, 'A', 'negative'), said(2, 'B', 'wrong_entity')]],
  ['of two people', [said(1, '', 'negative'), said(2, 'A', 'wrong_entity', { author: 'bob' })]],
  ['of two documents', [said(1, '', 'negative'), said(2, 'A', 'wrong_entity', { documentId: 'e' })]],
  [
    'beside labels that were asked for',
    [said(1, '', 'negative', { origin: 'label' }), said(2, 'A', 'wrong_entity')],
  ],
])('keeps verdicts %s', (_, labels) => {
  expect(withoutCorrected(labels)).toEqual(labels);
});
