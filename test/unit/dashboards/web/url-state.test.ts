import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  formatView,
  parseView,
  PERIODS,
  START_VIEW,
  type View,
} from '../../../../dashboards/web/src/url-state.js';
import { TOPIC_IDS } from '../../../../pipeline/core/taxonomy.js';

const instant = fc
  .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const id = fc.option(fc.stringMatching(/^[\w:@.&=+ %?#-]{1,30}$/));
const view: fc.Arbitrary<View> = fc.record({
  series: fc.constantFrom(
    'market',
    'instrument:HBRV.XDEM',
    'instrument:?EVIL',
    'sector:banks',
    'instrument:A&B=%3A',
  ),
  period: fc.constantFrom(...PERIODS),
  topic: fc.option(fc.constantFrom(...TOPIC_IDS)),
  until: fc.option(instant),
  window: fc.option(instant),
  order: fc.constantFrom('newest', 'most_negative'),
  document: id,
  alert: id,
  mail: id,
  sources: fc.constantFrom('all', null),
  label: fc.constantFrom('texts', null),
});

test('every view survives its address', () => {
  fc.assert(
    fc.property(view, (one) => {
      expect(parseView(formatView(one))).toEqual(one);
    }),
  );
});

test('the start has an empty address, and nonsense falls back to it', () => {
  expect(formatView(START_VIEW)).toBe('');
  expect(parseView('?period=9y&topic=weather&until=never&order=random&window=')).toEqual(START_VIEW);
});
