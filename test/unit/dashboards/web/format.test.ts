import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  describeModel,
  formatAge,
  formatCount,
  formatShare,
  formatSigned,
  formatWindow,
  safeLink,
  safeText,
  saysTheSame,
  toneOf,
} from '../../../../dashboards/web/src/format.js';

test.each([
  [-0.618, '−0.62'],
  [0.4, '+0.40'],
  [0, '0.00'],
  [-0.001, '0.00'],
  [1, '+1.00'],
] as const)('polarity %d is written %s', (value, text) => {
  expect(formatSigned(value)).toBe(text);
});

test.each([
  [-0.05, 'negative'],
  [-0.049, 'neutral'],
  [0.049, 'neutral'],
  [0.05, 'positive'],
] as const)('polarity %d is %s', (value, tone) => {
  expect(toneOf(value)).toBe(tone);
});

test('a probability never claims certainty it has not', () => {
  expect(['0', '0.001', '0.5', '0.999', '1'].map((text) => formatShare(Number(text)))).toEqual([
    '0 %',
    '<1 %',
    '50 %',
    '>99 %',
    '100 %',
  ]);
});

test('counts keep their groups apart', () => {
  expect(formatCount(1_234_567)).toBe('1\u202f234\u202f567');
});

test('ages come in their largest whole unit, in both languages', () => {
  expect([500, 59_999, 61_000, 7_200_000, 200_000_000].map((ms) => formatAge(ms, 'en'))).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '2 h',
    '2 d',
  ]);
  expect(formatAge(61_000, 'zh')).toBe('1 分钟');
});

test('a window is written once for its day', () => {
  expect(formatWindow('2026-03-10T11:00:00Z', '2026-03-10T12:00:00Z')).toBe('2026-03-10 11:00–12:00');
  expect(formatWindow('2026-03-10T23:00:00Z', '2026-03-11T00:00:00Z')).toBe(
    '2026-03-10 23:00 – 2026-03-11 00:00',
  );
  expect(formatWindow('2026-03-10T00:00:00Z', '2026-03-11T00:00:00Z')).toBe('2026-03-10');
});

describe('text and links from outside', () => {
  test('deceptive characters become visible, and no position moves', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(safeText(text).length === text.length).toBe(true);
      }),
      { numRuns: 50 },
    );
    expect(safeText('pay\u202Etxt.exe\u0000 好\n')).toBe('pay\uFFFDtxt.exe\uFFFD 好\n');
  });

  const inert = [
    null,
    '',
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '//evil.example',
    '/relative',
  ];
  test.each(inert)('%j cannot be clicked', (url) => {
    expect(safeLink(url)).toBeNull();
  });

  test('an ordinary link can', () => {
    expect(safeLink('https://news.example/a?b=1#c')).toBe('https://news.example/a?b=1#c');
  });
});

test('a model is named with its hash only where the version does not say it already', () => {
  const sha256 = 'ab'.repeat(32);
  expect(describeModel({ name: 'ngram', version: 'abababababab', sha256 })).toBe('ngram abababababab');
  expect(describeModel({ name: 'lexicon', version: '1', sha256 })).toBe('lexicon 1 (abababababab)');
});

test('a sentence that is the headline but for its full stop says the same', () => {
  expect(saysTheSame('Shares fall.', 'Shares fall')).toBe(true);
  expect(saysTheSame('股价下跌。', '股价下跌')).toBe(true);
  expect(saysTheSame('Shares fall again.', 'Shares fall')).toBe(false);
});
