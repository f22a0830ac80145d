import { expect, test } from 'vitest';

import { alertSentence } from '../../../../dashboards/web/src/alert-words.js';
import { STRINGS } from '../../../../dashboards/web/src/strings.js';
import { makeAlert } from '../../../support/dashboards.js';

test('every string of the page is there in both languages', () => {
  expect(Object.keys(STRINGS.zh).sort()).toEqual(Object.keys(STRINGS.en).sort());
  for (const words of [...Object.values(STRINGS.en), ...Object.values(STRINGS.zh)])
    expect(words.trim()).not.toBe('');
});

test('an alert is one sentence with its figures, in both languages', () => {
  const { evaluation } = makeAlert({ evidence: [] });
  expect(alertSentence(evaluation, 'en')).toBe(
    '9 independent stories (14 documents) in 24 h at polarity −0.71; negative weight 12.3× the usual, 6.20 standard deviations above.',
  );
  expect(alertSentence(evaluation, 'zh')).toContain('为平常的 12.3×');
  expect(alertSentence({ ...evaluation, expected: 0, polarity: null }, 'en')).toContain(
    'next to none is usual',
  );
});
