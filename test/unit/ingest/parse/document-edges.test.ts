import { describe, expect, it } from 'vitest';

import { withoutPrecisePlaces } from '../../../../ingest/parse/coarse-place.js';
import { parseDocument } from '../../../../ingest/parse/parse-document.js';
import { warnOfUnknownFields } from '../../../../ingest/parse/unknown-fields.js';

const context = { receivedAt: Date.parse('2026-03-31T12:00:00Z'), virtualClock: false };
const document = (more: object = {}) => ({
  source: { id: 'desk', kind: 'news' },
  nativeId: '1',
  title: 'Aldermoor warns',
  publishedAt: '2026-03-31T11:00:00Z',
  ...more,
});

describe('the credibility of a source', () => {
  it.each([
    [0, 0],
    [0.9, 0.9],
    [1, 1],
    [2, 0.25],
    [3, 0.5],
    [4, 0.75],
    [5, 1],
  ])('%d is %d', (written, meant) => {
    const { source } = parseDocument(document({ source: { id: 'desk', credibility: written } }), context);
    expect(source.credibility).toBe(meant);
  });

  it.each([-1, 1.5, 6, Number.NaN, '3'])('%s is refused', (written) => {
    expect(() => parseDocument(document({ source: { id: 'desk', credibility: written } }), context)).toThrow(
      /source\.credibility/,
    );
  });
});

describe('places in `extra`', () => {
  it('are dropped when they are precise, and stay when they are regions', () => {
    expect(
      withoutPrecisePlaces({
        ip: '203.0.113.7',
        clientIp: 'x',
        'X-Forwarded-For': '203.0.113.7',
        seen: '2001:db8::1',
        peer: '203.0.113.7:8080',
        geo: { coordinates: [113.26, 23.13], region: 'Guangdong' },
        at: '23.13, 113.26',
        latitude: 23.13,
        list: ['203.0.113.7', 'Shenzhen'],
        region: '广东',
        version: '1.2.3',
        likes: 3,
        band: [1, 2],
        tip: 'buy',
      }),
    ).toEqual({
      geo: { region: 'Guangdong' },
      list: ['Shenzhen'],
      region: '广东',
      version: '1.2.3',
      likes: 3,
      band: [1, 2],
      tip: 'buy',
    });
  });

  it('do not change the hash of a document', () => {
    const plain = parseDocument(document(), context);
    const placed = parseDocument(document({ extra: { ip: '203.0.113.7', a: 1 } }), context);
    expect(placed.contentHash).toBe(plain.contentHash);
    expect(placed.extra).toEqual({ a: 1 });
  });
});

describe('the hash of a document', () => {
  it('is the one it has had since 0.1', () => {
    expect(parseDocument(document(), context).contentHash).toBe('7b6729241dbf3f68c95a801f46b92d6c');
  });
});

describe('unknown fields', () => {
  it('are named, at most ten of them; known ones are not', () => {
    expect(warnOfUnknownFields(document())).toBeNull();
    expect(warnOfUnknownFields(document({ titel: 'x', Tickers: [] }))).toMatch(
      /passed over: titel, Tickers\. /,
    );
    expect(warnOfUnknownFields({ source: 'twitter', id: 'a', score: 1 })).toBeNull();
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${n}`, n]));
    expect(warnOfUnknownFields(many)).toMatch(/f9 and 20 more/);
  });
});
