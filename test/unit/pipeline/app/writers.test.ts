import { expect, it } from 'vitest';

import { loadConfig } from '../../../../config/load.js';
import { writersOf } from '../../../../pipeline/app/writers.js';

const TOKEN = 'a-token-of-this-test';

it.each([
  ['127.0.0.1', null, undefined, true],
  ['0.0.0.0', null, undefined, false],
  ['0.0.0.0', null, `Bearer ${TOKEN}`, false],
  ['0.0.0.0', TOKEN, `Bearer ${TOKEN}`, true],
  ['0.0.0.0', TOKEN, undefined, false],
  ['127.0.0.1', TOKEN, 'Bearer wrong', false],
])('at %s with the token %s, %s may write: %s', async (host, token, authorization, expected) => {
  const webhook = { enabled: token !== null, token: token === null ? null : '${env:HOOK_TOKEN}' };
  const config = await loadConfig({
    file: null,
    env: { HOOK_TOKEN: TOKEN },
    overrides: { http: { host }, webhook },
  });
  expect(writersOf(config)(authorization)).toBe(expected);
});
