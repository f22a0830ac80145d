import { expect, it } from 'vitest';

import type { Config } from '../../../config/schema.js';
import { Secret } from '../../../config/secret.js';
import { sourceSchema } from '../../../config/source-schema.js';
import { weakKeys } from '../../../config/weak-keys.js';

const push = { type: 'push', id: 'desk', name: 'Desk', secrets: ['${env:KEY}'], mapping: { text: 'text' } };

it.each([
  ['another-key-of-16-characters', null],
  ['short', 'has fewer than 16 characters, so signatures made with it could be forged'],
  ['whsec_c2lnbmluZy1rZXktb2YtYS10ZXN0', null],
  ['whsec_!!!!!!!!!!!!!!!!', 'is not Base64 after "whsec_", so signatures made with it could be forged'],
  ['whsec_', 'holds fewer than 16 bytes after "whsec_", so signatures made with it could be forged'],
  [
    'whsec_d3Jvbmcta2V5',
    'holds fewer than 16 bytes after "whsec_", so signatures made with it could be forged',
  ],
])('says of the signing key %s: %s', (key, problem) => {
  const source = { ...sourceSchema.parse(push), secrets: [new Secret(key)] };
  const found = weakKeys({ sources: [source] as unknown as Config['sources'] }, () => 7);
  expect(found.map((each) => [each.line, each.problem])).toEqual(problem === null ? [] : [[7, problem]]);
});

it.each([
  ['x', true, ['has fewer than 12 characters, so whoever reaches the port could guess it']],
  ['x', false, []],
  ['twelve chars', true, []],
])('says of the password %s of an endpoint that is enabled (%s): %j', (password, enabled, problems) => {
  const listen = { enabled, password: new Secret(password) };
  const found = weakKeys({ clickhouse: { listen } } as unknown as Partial<Config>, () => 7);
  expect(found.map(({ problem }) => problem)).toEqual(problems);
});

it('knows no maxPerMinute for a sender that waits for the answer', () => {
  expect(sourceSchema.safeParse({ ...push, maxPerMinute: 60 }).success).toBe(false);
});
