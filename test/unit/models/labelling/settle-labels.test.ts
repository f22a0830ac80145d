import { describe, expect, it } from 'vitest';

import {
  LEAST_DOUBLE_LABELS,
  measureAgreement,
  settleLabels,
} from '../../../../models/labelling/settle-labels.js';
import type { Label } from '../../../../pipeline/core/label.js';

const said = (
  documentId: string,
  author: string,
  value: Label['value'],
  more: Partial<Label> = {},
): Label => ({
  documentId,
  version: 1,
  instrument: '',
  value,
  origin: 'label',
  author,
  guideline: '1',
  at: 1,
  ...more,
});
const VALUES = ['negative', 'neutral', 'positive'] as const;
const both = (count: number, second: (at: number) => Label['value']) =>
  Array.from({ length: count }, (_, at) => [
    said(`d${at}`, 'ann', VALUES[at % 3] ?? 'neutral'),
    said(`d${at}`, 'bo', second(at)),
  ]).flat();

describe('what is held for right', () => {
  it('is what all said, or what somebody decided, and nothing where they differ', () => {
    const labels = [
      said('one', 'ann', 'negative'),
      said('same', 'ann', 'positive'),
      said('same', 'bo', 'positive'),
      said('open', 'ann', 'neutral'),
      said('open', 'bo', 'negative'),
      said('decided', 'ann', 'neutral'),
      said('decided', 'bo', 'negative'),
      said('decided', 'cy', 'positive', { origin: 'adjudication', at: 5 }),
      said('decided', 'di', 'negative', { origin: 'adjudication', at: 9 }),
      said('nothing', 'ann', 'skip'),
    ];
    expect(settleLabels(labels).map(({ documentId, value }) => [documentId, value])).toEqual([
      ['one', 'negative'],
      ['same', 'positive'],
      ['decided', 'negative'],
    ]);
  });

  it('keeps a text, its versions and its companies apart', () => {
    const labels = [
      said('d', 'ann', 'negative', { instrument: 'A.X' }),
      said('d', 'bo', 'positive', { instrument: 'B.X' }),
      said('d', 'cy', 'neutral', { version: 2 }),
    ];
    expect(settleLabels(labels)).toHaveLength(3);
    expect(measureAgreement(labels)).toMatchObject({ items: 3, doublyLabelled: 0, disputes: [] });
  });
});

describe('the gate of agreement', () => {
  it('opens when two people agree on enough', () => {
    const agreement = measureAgreement(both(LEAST_DOUBLE_LABELS, (at) => VALUES[at % 3] ?? 'neutral'));
    expect(agreement).toMatchObject({
      figure: 1,
      problem: null,
      pairs: [{ people: ['ann', 'bo'], kappa: 1 }],
    });
  });

  it('stays shut below 0.6, with too few double labels, and when nothing varies', () => {
    const often = measureAgreement(
      both(60, (at) => (at % 2 === 0 ? (VALUES[at % 3] ?? 'neutral') : 'negative')),
    );
    expect(often.problem).toContain('below 0.6');
    expect(often.disputes).toHaveLength(20);
    expect(measureAgreement(both(5, (at) => VALUES[at % 3] ?? 'neutral')).problem).toContain('Only 5');
    const same = Array.from({ length: 40 }, (_, at) => [
      said(`d${at}`, 'ann', 'neutral'),
      said(`d${at}`, 'bo', 'neutral'),
    ]);
    expect(measureAgreement(same.flat()).problem).toContain('same one thing');
  });

  it('judges three people by α, each pair by κ', () => {
    const labels = [
      ...both(40, (at) => VALUES[at % 3] ?? 'neutral'),
      ...both(40, () => 'neutral').map((label) => ({
        ...label,
        author: label.author === 'bo' ? 'cy' : label.author,
      })),
    ];
    const { pairs, figure, alpha } = measureAgreement(
      labels.filter(
        (label, at) =>
          labels.findIndex(
            (other) => other.documentId === label.documentId && other.author === label.author,
          ) === at,
      ),
    );
    expect(pairs.map(({ people }) => people)).toEqual([
      ['ann', 'bo'],
      ['ann', 'cy'],
      ['bo', 'cy'],
    ]);
    expect(figure).toBe(alpha);
  });
});
