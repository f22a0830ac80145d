import { expect, it } from 'vitest';

import { cautionsOf } from '../../../config/cautions.js';
import { configSchema } from '../../../config/schema.js';

const cautionsFor = (listen: object, url = 'chdb:') => {
  const clickhouse = configSchema.shape.clickhouse.parse({ url, listen });
  return cautionsOf({
    clickhouse: { ...clickhouse, password: null, listen: { ...clickhouse.listen, password: null } },
  });
};

it('tells of an SQL endpoint that other machines reach without TLS, and of no other', () => {
  expect(cautionsFor({ enabled: true, host: '0.0.0.0' })).toEqual([
    expect.stringMatching(/^clickhouse\.listen\.host is 0\.0\.0\.0.*without TLS.*127\.0\.0\.1/),
  ]);
  expect(cautionsFor({ enabled: true, host: '127.0.0.1' })).toEqual([]);
  expect(cautionsFor({ enabled: false, host: '0.0.0.0' })).toEqual([]);
  expect(cautionsFor({ enabled: true, host: '0.0.0.0' }, 'http://127.0.0.1:8123')).toEqual([]);
});
