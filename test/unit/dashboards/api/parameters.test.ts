import { expect, test } from 'vitest';

import { parseAsOf, parseTime, requireOrder, watermarkAt } from '../../../../dashboards/api/parameters.js';

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
  const status = { now: Date.UTC(2020, 0, 1) };
  expect(parseAsOf('2020-01-01', status)).toBe(status.now);
  expect(() => parseAsOf('2020-01-01T00:00:01Z', status)).toThrow('2020-01-01T00:00:00.000Z');
});

test('asOf may not be later than what is settled, and the refusal says until when it is', () => {
  const status = { now: Date.UTC(2020, 0, 2), settledUntil: Date.UTC(2020, 0, 1) };
  expect(parseAsOf('2020-01-01', status)).toBe(status.settledUntil);
  expect(() => parseAsOf('2020-01-01T00:00:00.001Z', status)).toThrow(
    'settled until 2020-01-01T00:00:00.000Z',
  );
  expect(() => parseAsOf('2020-01-01', { ...status, settledUntil: null })).toThrow('not settled');
  expect(parseAsOf(undefined, { ...status, settledUntil: null })).toBeNull();
});

test('the watermark at a time is what it was then', () => {
  const live = { world: 'live', now: 100_000, watermark: 40_000 } as const;
  expect(watermarkAt(null, live)).toBe(40_000);
  expect(watermarkAt(70_000, live)).toBe(10_000);
  expect(watermarkAt(70_000, { ...live, now: 500_000, watermark: 440_000 })).toBe(10_000);
  expect(watermarkAt(30_000, { world: 'replay', now: 40_000, watermark: 40_000 })).toBe(30_000);
});

test('from must be earlier than to', () => {
  expect(() => requireOrder(2, 2)).toThrow('earlier');
});
