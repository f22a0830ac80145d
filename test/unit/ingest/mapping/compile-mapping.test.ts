import { describe, expect, it } from 'vitest';

import { compileMapping } from '../../../../ingest/mapping/compile-mapping.js';
import { readMapped } from '../../../../ingest/mapping/read-mapped.js';
import type { MappingSpec } from '../../../../pipeline/core/mapping.js';
import { leastProcessorMs } from '../../../support/processor-time.js';

/** The documents of a message; an error as its code and field. */
function mapped(message: unknown, spec: MappingSpec): readonly unknown[] {
  return compileMapping(spec)(message).map((item) =>
    'error' in item ? `${item.error.code} ${item.error.field ?? ''}` : item.document,
  );
}

const one = (message: unknown, spec: MappingSpec): unknown => mapped(message, spec)[0];

describe('compileMapping with places alone, as Kafka sources have had them', () => {
  it('takes the message as it is when nothing is mapped', () => {
    const message = { nativeId: 'a', text: 'b' };
    expect(one(message, {})).toBe(message);
  });

  it('finds fields at any depth, and leaves out what is missing', () => {
    const message = {
      id: 7,
      payload: { headline: '盈利预警', body: 'Profit warning', by: 'ann' },
      tags: 'AAPL, MSFT',
    };
    const mapping = {
      nativeId: 'id',
      title: 'payload.headline',
      text: 'payload.body',
      author: 'payload.by',
      tickers: 'tags',
      url: 'payload.link.href',
    };
    expect(one(message, mapping)).toEqual({
      nativeId: 7,
      title: '盈利预警',
      text: 'Profit warning',
      author: { id: 'ann' },
      tickers: ['AAPL', 'MSFT'],
    });
  });

  it('says of a missing field where it was looked for, and what is there', () => {
    const reading = {
      source: { id: 'desk' },
      context: { receivedAt: Date.UTC(2026, 2, 3), virtualClock: false },
    };
    const [spelled, unmapped] = [
      { nativeId: 'id', title: 'headline', publishedAt: { first: ['published', 'meta.at'] } },
      { nativeId: 'id', title: 'title' },
    ].map(
      (spec) =>
        readMapped(compileMapping(spec)({ id: 'a', title: 'Up', headline: 'Up', date: 1 }), reading)[0],
    );
    expect(spelled).toMatchObject({ code: 'missing_field', field: 'publishedAt' });
    expect((spelled as Error).message).toContain(
      'The mapping takes "publishedAt" from "published" or "meta.at"; the item has "id", "title", "headline", "date".',
    );
    expect((unmapped as Error).message).toContain(
      'The mapping does not say where it stands: add "publishedAt".',
    );
  });

  it('makes no text of an id beyond 2^53, which has lost digits already: two posts would have one id', () => {
    const map = compileMapping({ nativeId: 'id' });
    const reading = {
      source: { id: 'desk' },
      context: { receivedAt: Date.UTC(2026, 2, 3), virtualClock: false },
    };
    const read = (id: string) => {
      const items = map(JSON.parse(`{"id":${id}}`)).map((item) =>
        'error' in item
          ? item
          : { document: { ...(item.document as object), title: 'A', publishedAt: '2026-03-02' } },
      );
      return readMapped(items, reading)[0];
    };
    expect(read('9007199254740993')).toMatchObject({ code: 'wrong_type', field: 'nativeId' });
    expect(read('7')).toMatchObject({ nativeId: '7' });
  });

  it.each(['__proto__.polluted', 'constructor.name', 'toString', 'a.length', 'list.length', 'list.map'])(
    'T9: reads nothing that the message does not hold: %s',
    (path) => {
      expect(one({ a: 'text', list: ['x'] }, { title: path })).toEqual({});
    },
  );

  it('T9: a message with "__proto__" changes no object', () => {
    const message = JSON.parse(
      '{"__proto__":{"polluted":1},"extra":{"__proto__":{"polluted":1}},"t":"x"}',
    ) as unknown;
    expect(one(message, { title: 't', extra: { all: 'extra' } })).toMatchObject({ title: 'x' });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([null, 1, 'text'])('makes nothing of %j', (message) => {
    expect(one(message, { title: 'x' })).toEqual({});
  });

  it('refuses at once a place that is none', () => {
    expect(() => compileMapping({ title: 'a..b' })).toThrow(/"a\.\.b" is no place/);
    expect(() => compileMapping({ title: { template: '{a' } })).toThrow(/no template/);
  });
});

describe('the items of a message', () => {
  it('are a list somewhere in it; fields may come from around the list', () => {
    const message = { meta: { by: 'ann' }, data: { list: [{ t: 'a' }, { t: 'b' }] } };
    expect(mapped(message, { items: 'data.list', title: 't', author: '$.meta.by' })).toEqual([
      { title: 'a', author: { id: 'ann' } },
      { title: 'b', author: { id: 'ann' } },
    ]);
  });

  it('are gathered from lists within lists', () => {
    const message = { days: [{ news: [{ t: 'a' }] }, {}, { news: [{ t: 'b' }, { t: 'c' }] }] };
    expect(mapped(message, { items: 'days[*].news[*]', title: 't' })).toHaveLength(3);
  });

  it('are those that `when` wants, the others are passed over in silence', () => {
    const message = [{ kind: 'ping' }, { kind: 'post', t: 'a' }, { kind: 7, t: 'b' }, null];
    expect(mapped(message, { when: { kind: ['post', '7'] }, title: 't' })).toEqual([
      { title: 'a' },
      { title: 'b' },
    ]);
  });

  it('are none in an empty list or null, and an error where there is no list at all', () => {
    expect(mapped({ list: [] }, { items: 'list', title: 't' })).toEqual([]);
    expect(mapped({ list: null }, { items: 'list', title: 't' })).toEqual([]);
    expect(mapped({ error: 'x' }, { items: 'list', title: 't' })).toEqual(['no_items list']);
  });

  it('are at most 20,000; the rest is told', () => {
    const items = mapped(new Array(20_005).fill({ t: 'a' }), { title: 't' });
    expect(items).toHaveLength(20_001);
    expect(items.at(-1)).toBe('too_many_items ');
    const nested = { list: [{ posts: new Array(20_005).fill({ t: 'a' }) }] };
    const all = mapped(nested, { items: 'list[*].posts[*]', title: 't' });
    expect([all.length, all.at(-1)]).toEqual([20_001, 'too_many_items ']);
  });
});

describe('what is made of a value', () => {
  const item = {
    id: 'x1',
    title: '',
    headline: 'Aldermoor warns',
    names: [{ n: 'a' }, { n: 'b' }],
    'dotted.name': 'c',
    row: ['r0', 'r1'],
    kind: 'deleted',
  };

  it.each<[string, MappingSpec, unknown]>([
    ['an entry of a list', { title: 'row[1]' }, { title: 'r1' }],
    ['a name with a dot', { title: '["dotted.name"]' }, { title: 'c' }],
    ['every entry, as one text', { text: 'names[*].n' }, { text: 'a\nb' }],
    [
      'the first that holds something',
      { title: { first: ['title', 'headline'] } },
      { title: 'Aldermoor warns' },
    ],
    ['a constant', { language: { constant: 'zh' } }, { language: 'zh' }],
    [
      'a template',
      { url: { template: 'https://x.example/{id}?n={names[0].n}' } },
      { url: 'https://x.example/x1?n=a' },
    ],
    ['no template without any value', { url: { template: 'https://x.example/{nothing}' } }, {}],
    [
      'a word of ours',
      { action: { path: 'kind', values: { deleted: 'retract' }, default: 'add' } },
      { action: 'retract' },
    ],
    [
      'the default',
      { action: { path: 'none', values: { deleted: 'retract' }, default: 'add' } },
      { action: 'add' },
    ],
    [
      'extras',
      { title: 'headline', extra: { form: 'kind', none: 'none' } },
      { title: 'Aldermoor warns', extra: { form: 'deleted' } },
    ],
  ])('%s', (_, spec, expected) => {
    expect(one(item, spec)).toEqual(expected);
  });

  it('cuts long texts of `extra`, which is for small things', () => {
    expect(one({ a: 'x'.repeat(2_000) }, { extra: { a: 'a' } })).toEqual({ extra: { a: 'x'.repeat(500) } });
  });
});

describe('times', () => {
  const time = (value: unknown, spec: object) =>
    one({ t: value }, { publishedAt: { path: 't', ...spec } }) as { publishedAt?: string } | string;

  it.each([
    [1_774_965_900, { time: 'seconds' }, '2026-03-31T14:05:00.000Z'],
    ['1774965900.5', { time: 'seconds' }, '2026-03-31T14:05:00.500Z'],
    [1_774_965_900_123, { time: 'milliseconds' }, '2026-03-31T14:05:00.123Z'],
    ['1774965900123456', { time: 'microseconds' }, '2026-03-31T14:05:00.123Z'],
    ['2026-03-31 22:05:00', { time: 'local', zone: '+08:00' }, '2026-03-31T14:05:00.000Z'],
    ['2026-03-31 22:05', { time: 'local', zone: 'Asia/Shanghai' }, '2026-03-31T14:05Z'],
    ['2026年3月31日 22:05', { time: 'local', zone: 'Asia/Shanghai' }, '2026-03-31T14:05Z'],
    ['20260331220500', { time: 'local', zone: '+08:00' }, '2026-03-31T14:05:00.000Z'],
    ['Tue Mar 31 22:05:00 CST 2026', { time: 'local', zone: '+08:00' }, '2026-03-31T14:05:00.000Z'],
    ['Tue Mar 31 22:05:00 +0800 2026', { time: 'local' }, '2026-03-31T14:05:00.000Z'],
    ['2026-03-31T14:05:00Z', { time: 'local', zone: '+08:00' }, '2026-03-31T14:05:00.000Z'],
    ['2026-03-08 01:59:00', { time: 'local', zone: 'America/New_York' }, '2026-03-08T06:59:00.000Z'],
    ['2026-03-08 03:00:00', { time: 'local', zone: 'America/New_York' }, '2026-03-08T07:00:00.000Z'],
    ['2026-11-01 01:30:00', { time: 'local', zone: 'America/New_York' }, '2026-11-01T05:30:00.000Z'],
    ['2026-11-01 02:00:00', { time: 'local', zone: 'America/New_York' }, '2026-11-01T07:00:00.000Z'],
    ['2026-03-31', { time: 'local', zone: '+08:00' }, '2026-03-31'],
  ])('%s by %j', (value, spec, expected) => {
    expect(time(value, spec)).toEqual({ publishedAt: expected });
  });

  it.each([
    ['gestern', { time: 'local', zone: '+08:00' }],
    ['2026-03-31 22:05', { time: 'local' }],
    ['soon', { time: 'seconds' }],
    [1e300, { time: 'seconds' }],
    [{}, { time: 'milliseconds' }],
    ['2026-02-30 10:00', { time: 'local', zone: '+08:00' }],
  ])('refuses %j by %j, naming the field', (value, spec) => {
    expect(time(value, spec)).toBe('bad_time publishedAt');
  });

  it('leaves ISO times to the parser of documents', () => {
    expect(time('2026-03-31T14:05:00+08:00', {})).toEqual({ publishedAt: '2026-03-31T14:05:00+08:00' });
  });
});

describe('tickers', () => {
  it.each([
    ['600519', 'SSE', '600519.SH'],
    ['600519', '上交所', '600519.SH'],
    [1, 'SZSE', '000001.SZ'],
    ['00700', undefined, '00700.HK'],
    ['700', 'HKEX', '00700.HK'],
    ['SH600519', undefined, '600519.SH'],
    ['300750.XSHE', undefined, '300750.SZ'],
    ['600519', undefined, '600519.SH'],
    ['000001', undefined, '000001.SZ'],
    ['300750', undefined, '300750.SZ'],
    ['830799', undefined, '830799.BJ'],
    ['AAPL', 'NASDAQ', 'AAPL'],
    ['510300', undefined, '510300'],
  ])('of the number %j at %j is %s', (code, exchange, ticker) => {
    const spec: MappingSpec = { tickers: { path: 'c', stockCode: true, exchange: 'e' } };
    expect(one({ c: code, e: exchange }, spec)).toEqual({ tickers: [ticker] });
  });

  it('are paired with their exchanges in lists', () => {
    const message = {
      s: [
        { c: '1', e: 'SZ' },
        { c: '5', e: 'HK' },
      ],
    };
    const spec: MappingSpec = { tickers: { path: 's[*].c', stockCode: true, exchange: 's[*].e' } };
    expect(one(message, spec)).toEqual({ tickers: ['000001.SZ', '00005.HK'] });
  });

  it('are split by what the source puts between them', () => {
    expect(one({ c: 'A|B' }, { tickers: { path: 'c', split: '|' } })).toEqual({ tickers: ['A', 'B'] });
    expect(one({ c: '600519，000001' }, { tickers: 'c' })).toEqual({ tickers: ['600519', '000001'] });
  });
});

describe('T8: hostile messages', () => {
  const long = (part: string) => part.repeat(Math.ceil(50_000 / part.length));
  const spec: MappingSpec = {
    title: { template: '{a} {a}' },
    publishedAt: { path: 'a', time: 'local', zone: 'Asia/Shanghai' },
    tickers: { path: 'a', stockCode: true },
    text: 'list[*].list[*].a',
  };

  it.each(['a', '#a', 'a-', '$1.', '2026-', ',', ' ', '年', '1'])(
    '50 kB of %j take at most 50 ms',
    async (part) => {
      const map = compileMapping(spec);
      const message = { a: long(part) };
      expect(await leastProcessorMs(() => map(message))).toBeLessThan(50);
    },
  );

  it('withstands lists in lists, however deep', () => {
    const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) as unknown;
    expect(() =>
      compileMapping({ items: 'a', title: 'b', extra: { c: 'b' } })({ a: [{ b: deep }] }),
    ).not.toThrow();
  });

  it('gathers at most 1,000 values a field', () => {
    const rows = new Array(2_000).fill({ a: 'x' });
    expect(one({ rows }, { tickers: 'rows[*].a' })).toMatchObject({ tickers: { length: 1_000 } });
  });
});
