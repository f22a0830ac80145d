import { describe, expect, it } from 'vitest';

import { parseDocument } from '../../../ingest/parse/parse-document.js';
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
      nativeId: 7,
      title: '盈利预警',
      text: 'Profit warning',
      author: { id: 'ann' },
      tickers: ['AAPL', 'MSFT'],
    });
  });

  it('makes no text of an id beyond 2^53, which has lost digits already: two posts would have one id', () => {
    const [a, b] = ['9007199254740992', '9007199254740993'].map((id) =>
      mapFields(JSON.parse(`{"id":${id}}`), { nativeId: 'id' }),
    );
    expect(a).toEqual(b);
    const rest = {
      source: { id: 'desk', kind: 'news', name: 'Desk' },
      title: 'A',
      publishedAt: '2026-03-02T09:00:00Z',
    };
    const parse = (fields: unknown) =>
      parseDocument(
        { ...rest, ...(fields as object) },
        { receivedAt: Date.UTC(2026, 2, 3), virtualClock: false },
      );
    expect(() => parse(a)).toThrow(/nativeId/);
    expect(parse(mapFields({ id: 7 }, { nativeId: 'id' })).nativeId).toBe('7');
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
