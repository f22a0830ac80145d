import { expect, it } from 'vitest';
import { parseCik } from '../../../../pipeline/core/cik.js';

it.each([
  ['320193', '320193'],
  ['0000320193', '320193'],
  ['1000000000', '1000000000'],
  ['7', '7'],
  ['', null],
  ['0', null],
  ['0000000000', null],
  ['00000320193', null],
  ['32O193', null],
  [' 320193', null],
  ['-320193', null],
  ['３２０１９３', null],
])('"%s" as a number of the SEC is %s', (text, cik) => {
  expect(parseCik(text)).toBe(cik);
});
