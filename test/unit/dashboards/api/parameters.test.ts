import { expect, test } from 'vitest';

import { parseAsOf, parseTime, requireOrder } from '../../../../dashboards/api/parameters.js';

const accepted = [
  ['2015-08-24', Date.UTC(2015, 7, 24)],
  ['2015-08-24T13:30Z', Date.UTC(2015, 7, 24, 13, 30)],
  ['2015-08-24T13:30:15.250Z', Date.UTC(2015, 7, 24, 13, 30, 15, 250)],
  ['2015-08-24T21:30:00+08:00', Date.UTC(2015, 7, 24, 13, 30)],
  ['2016-02-29', Date.UTC(2016, 1, 29)],
] as const;
test.each(accepted)('%s is understood', (text, time) => {
  expect(parseTime('from', text)).toBe(time);
});

const refused = [
  '',
  'now',
  '1440423000',
  '2015-08-24T13:30:00',
  '2015-02-29',
  '2015-13-01',
  '2015-08-24T25:00Z',
  '24.08.2015',
  '2015-08-24 ',
  '+012015-08-24T00:00Z',
];
test.each(refused)('%j is refused with the name of its parameter', (text) => {
  expect(() => parseTime('from', text)).toThrow('"from"');
});

test('what is absent is null', () => {
  expect(parseTime('from', undefined)).toBeNull();
});

test('asOf may be the present and not later', () => {
  expect(parseAsOf('2020-01-01', Date.UTC(2020, 0, 1))).toBe(Date.UTC(2020, 0, 1));
  expect(() => parseAsOf('2020-01-01T00:00:01Z', Date.UTC(2020, 0, 1))).toThrow('2020-01-01T00:00:00.000Z');
});

test('from must be earlier than to', () => {
  expect(() => requireOrder(2, 2)).toThrow('earlier');
});
