import { describe, expect, it } from 'vitest';

import { mapFields } from '../../../ingest/parse/map-fields.js';

describe('mapFields', () => {
  it('takes the message as it is when nothing is mapped', () => {
    const message = { nativeId: 'a', text: 'b' };
    expect(mapFields(message, {})).toBe(message);
  });

  it('finds fields at any depth, and leaves out what is missing', () => {
    const message = {
      id: 7,
      payload: { headline: '盈利预警', body: 'Profit warning', by: 'ann' },
      tags: 'AAPL, MSFT',
    };
    expect(
      mapFields(message, {
        nativeId: 'id',
        title: 'payload.headline',
        text: 'payload.body',
        author: 'payload.by',
        tickers: 'tags',
        url: 'payload.link.href',
      }),
    ).toEqual({
      nativeId: '7',
      title: '盈利预警',
      text: 'Profit warning',
      author: { id: 'ann' },
      tickers: ['AAPL', 'MSFT'],
    });
  });

  it.each(['__proto__.polluted', 'constructor.name', 'toString', 'a.length'])(
    'reads nothing that the message does not hold: %s',
    (path) => {
      expect(mapFields({ a: 'text' }, { title: path })).toEqual({});
    },
  );

  it.each([null, 1, 'text', [1]])('makes nothing of %j', (message) => {
    expect(mapFields(message, { title: 'x' })).toEqual({});
  });
});
