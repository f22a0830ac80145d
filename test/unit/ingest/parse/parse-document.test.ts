import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument, type ParseContext } from '../../../../ingest/parse/parse-document.js';
import { InvalidDocumentError } from '../../../../pipeline/core/errors.js';

const context: ParseContext = { receivedAt: Date.parse('2026-03-31T12:00:00Z'), virtualClock: false };

function contract(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    action: 'add',
    source: { id: 'desk', kind: 'news', name: 'Desk', licence: 'public', credibility: 0.9 },
    nativeId: 'n1',
    url: 'https://desk.example/a?utm_source=x#top',
    title: 'Aldermoor 盈利预警',
    text: 'Losses are not below estimates: −3 % & €5.',
    language: 'en',
    publishedAt: '2026-03-31T11:00:00Z',
    tickers: ['$aapl', 'AAPL', '0700.HK'],
    ...more,
  };
}

function refusal(input: unknown, more: Partial<ParseContext> = {}): InvalidDocumentError {
  try {
    parseDocument(input, { ...context, ...more });
  } catch (error) {
    if (error instanceof InvalidDocumentError) return error;
    throw error;
  }
  throw new Error('The document was taken.');
}

describe('parseDocument', () => {
  it('does not let a correction be known before it was made, on virtual time', () => {
    const virtual = { ...context, virtualClock: true };
    const corrected = parseDocument(contract({ modifiedAt: '2026-03-31T15:00:00Z' }), virtual);
    expect(corrected.receivedAt).toBe('2026-03-31T15:00:00.000Z');
    const odd = parseDocument(contract({ modifiedAt: '2026-03-31T10:00:00Z' }), virtual);
    expect(odd.receivedAt).toBe(odd.publishedAt);
  });

  it('takes the document of the contract without changing a word', () => {
    const document = parseDocument(contract(), context);
    expect(document).toMatchObject({
      action: 'add',
      title: 'Aldermoor 盈利预警',
      text: 'Losses are not below estimates: −3 % & €5.',
      publishedAt: '2026-03-31T11:00:00.000Z',
      receivedAt: '2026-03-31T12:00:00.000Z',
      precision: 'ms',
      tickers: ['AAPL', '0700.HK'],
      modifiedAt: null,
      extra: {},
    });
    expect(document.id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('takes flat rows and knows networks of posts', () => {
    const row = {
      id: '7',
      publishedAt: '2015-08-10T00:00:00Z',
      text: '$GD up',
      author: 'u_7d044a7716',
      score: 3,
    };
    const kinds = [
      ['twitter', 'social', 'ms'],
      ['reddit/stocks', 'social', 'ms'],
      ['stocktwits', 'social', 'ms'],
      ['twitterish', 'news', 'ms'],
      ['reuters', 'news', 'day'],
      ['wsj', 'news', 'day'],
    ];
    for (const [source, kind, precision] of kinds) {
      const document = parseDocument({ ...row, source }, { ...context, virtualClock: true });
      expect([document.source.id, document.source.kind, document.precision]).toEqual([
        source,
        kind,
        precision,
      ]);
      expect(document.receivedAt).toBe(document.publishedAt);
      expect([document.nativeId, document.author, document.extra]).toEqual([
        '7',
        'u_7d044a7716',
        { score: 3 },
      ]);
    }
    const timed = { ...row, source: 'reuters', publishedAt: '2015-08-10T09:00:00Z' };
    expect(parseDocument(timed, context).precision).toBe('ms');
  });

  it('gives the same id whenever it arrives, and another hash only to other content', () => {
    const first = parseDocument(contract(), context);
    const later = parseDocument(contract({ url: null, extra: { a: 1 } }), {
      ...context,
      receivedAt: context.receivedAt + 86_400_000,
    });
    expect([later.id, later.contentHash]).toEqual([first.id, first.contentHash]);
    for (const change of [{ text: 'x' }, { title: 'x' }, { action: 'retract' }, { tickers: [] }]) {
      const changed = parseDocument(contract(change), context);
      expect(changed.id).toBe(first.id);
      expect(changed.contentHash).not.toBe(first.contentHash);
    }
    expect(parseDocument(contract({ nativeId: 'n2' }), context).id).not.toBe(first.id);
  });

  it('identifies a document without native id by address, title and source time', () => {
    const id = (more: Record<string, unknown>) =>
      parseDocument(contract({ nativeId: undefined, ...more }), context).id;
    expect(id({ url: 'https://DESK.example/a' })).toBe(id({}));
    expect(id({ title: ' aldermoor  盈利预警 ' })).toBe(id({}));
    expect(id({ title: 'Other' })).not.toBe(id({}));
    expect(id({ publishedAt: '2026-03-31T11:00:01Z' })).not.toBe(id({}));
  });

  it('names field, cause and fix of everything it refuses', () => {
    const cases: [Record<string, unknown>, string, string][] = [
      [{ source: undefined }, 'source', 'missing_field'],
      [{ source: {} }, 'source.id', 'missing_field'],
      [{ source: { id: 'x', kind: 'blog' } }, 'source.kind', 'not_allowed'],
      [{ source: { id: 'x', credibility: 6 } }, 'source.credibility', 'not_allowed'],
      [{ nativeId: undefined, url: 'javascript:alert(1)' }, 'nativeId', 'missing_field'],
      [{ nativeId: ['x'] }, 'nativeId', 'wrong_type'],
      [{ text: ' ', title: '\u0000' }, 'text', 'missing_field'],
      [{ text: 7 }, 'text', 'wrong_type'],
      [{ text: 'x'.repeat(200_001) }, 'text', 'too_long'],
      [{ title: 'x'.repeat(2_001) }, 'title', 'too_long'],
      [{ publishedAt: undefined }, 'publishedAt', 'missing_field'],
      [{ publishedAt: '' }, 'publishedAt', 'missing_field'],
      [{ publishedAt: 'yesterday' }, 'publishedAt', 'bad_time'],
      [{ publishedAt: 1_774_958_400 }, 'publishedAt', 'bad_time'],
      [{ publishedAt: '2026-03-31T11:00:00' }, 'publishedAt', 'bad_time'],
      [{ publishedAt: '2026-02-30T11:00:00Z' }, 'publishedAt', 'bad_time'],
      [{ publishedAt: '1989-12-31' }, 'publishedAt', 'time_too_old'],
      [{ publishedAt: '2026-03-31T12:05:01Z' }, 'publishedAt', 'time_in_future'],
      [{ modifiedAt: 'soon' }, 'modifiedAt', 'bad_time'],
      [{ action: 'delete' }, 'action', 'not_allowed'],
      [{ precision: 'hour' }, 'precision', 'not_allowed'],
      [{ tickers: 'AAPL' }, 'tickers', 'wrong_type'],
      [{ extra: [] }, 'extra', 'wrong_type'],
      [{ extra: { a: 'x'.repeat(5_000) } }, 'extra', 'too_long'],
      [{ author: 7 }, 'author', 'wrong_type'],
    ];
    for (const [change, field, code] of cases) {
      const error = refusal(contract(change));
      expect([error.field, error.code]).toEqual([field, code]);
      expect(error.message).toContain(field.split('.')[0] ?? '');
      expect(error.message.length).toBeLessThan(300);
    }
    for (const input of [null, 7, 'x', [], undefined]) expect(refusal(input).code).toBe('wrong_type');
  });

  it('knows no future on a virtual clock', () => {
    const document = parseDocument(contract({ publishedAt: '2030-01-01T00:00:00Z' }), {
      ...context,
      virtualClock: true,
    });
    expect(document.receivedAt).toBe('2030-01-01T00:00:00.000Z');
  });

  it('derives how exactly the time is known', () => {
    const precision = (publishedAt: string, more = {}) =>
      parseDocument(contract({ publishedAt, ...more }), context).precision;
    expect(precision('2026-03-30')).toBe('day');
    expect(precision('2026-03-30', { precision: 'ms' })).toBe('day');
    expect(precision('2026-03-30T10:00+08:00')).toBe('minute');
    expect(precision('2026-03-30T00:00:00Z')).toBe('ms');
    expect(precision('2026-03-30T00:00:00Z', { precision: 'day' })).toBe('day');
  });

  it('keeps no name of a person: authors become keyed pseudonyms', () => {
    const author = (value: unknown, key?: string) =>
      parseDocument(contract({ author: value }), key === undefined ? context : { ...context, authorKey: key })
        .author;
    expect(author({ id: 'Jane Doe' })).toBeNull();
    expect(author({ id: 'Jane Doe' }, 'k')).toMatch(/^u_[0-9a-f]{20}$/);
    expect(author('Jane Doe', 'k')).toBe(author({ id: 'Jane Doe' }, 'k'));
    expect(author({ id: 'Jane Doe' }, 'k2')).not.toBe(author({ id: 'Jane Doe' }, 'k'));
    expect(author({ id: 'u_0123456789' })).toBe('u_0123456789');
  });

  it('takes hostile text apart: controls, lone surrogates, prototypes, addresses', () => {
    const input = JSON.parse(
      '{"__proto__":{"text":"x"},"extra":{"__proto__":{"polluted":1},"constructor":2,"a":{"b":"\\u0000c\\ud800"}}}',
    ) as object;
    const document = parseDocument(
      {
        ...contract({ url: 'https://u:p@desk.example/' }),
        ...input,
        text: 'a\u0000b\ud800\r\nc\td\u001b[1m',
      },
      context,
    );
    expect(document.text).toBe('ab\ufffd\nc\td[1m');
    expect(document.url).toBeNull();
    expect(document.extra).toEqual({ a: { b: 'c\ufffd' } });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    const inherited = Object.create({ ...contract() }) as object;
    expect(refusal(inherited).field).toBe('source');
  });

  it('keeps at most 50 tickers and leaves out what is none', () => {
    const many = Array.from({ length: 80 }, (_, index) => `T${index}`);
    expect(parseDocument(contract({ tickers: many }), context).tickers).toHaveLength(50);
    const odd = ['', '$', 'TWO WORDS', 'THIRTEENCHARS', ' brk.b '];
    expect(parseDocument(contract({ tickers: odd }), context).tickers).toEqual(['BRK.B']);
  });

  it('throws InvalidDocumentError or returns well-formed text, whatever comes', () => {
    const anything = fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), fc.constant(undefined));
    const fields = fc.record(
      {
        source: fc.oneof(anything, fc.constant('twitter'), fc.record({ id: anything, kind: anything })),
        id: anything,
        nativeId: anything,
        url: anything,
        title: anything,
        text: anything,
        publishedAt: fc.oneof(anything, fc.constant('2026-01-01')),
        tickers: fc.oneof(anything, fc.array(fc.string())),
        author: anything,
        extra: fc.oneof(anything, fc.dictionary(fc.string(), anything)),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fields, (input) => {
        try {
          const document = parseDocument({ text: 'x', nativeId: 'n', ...input }, context);
          expect(JSON.stringify(document)).not.toMatch(/\\u0000|\\ud[89a-f]/i);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidDocumentError);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('takes a retraction without a text when it names what it retracts', () => {
    const retraction = {
      source: { id: 'wire' },
      nativeId: 'n1',
      publishedAt: '2026-03-02T09:00:00Z',
      action: 'retract',
    };
    const context = { receivedAt: Date.UTC(2026, 2, 3), virtualClock: false };
    expect(parseDocument(retraction, context)).toMatchObject({ action: 'retract', text: '', title: null });
    expect(() =>
      parseDocument({ ...retraction, nativeId: undefined, url: 'https://wire.example/1' }, context),
    ).toThrow(/nativeId/);
    expect(() => parseDocument({ ...retraction, action: 'add' }, context)).toThrow(/"text" and "title"/);
    expect(() => parseDocument({ ...retraction, action: 'withdraw' }, context)).toThrow(/action/);
  });

  it('takes the readable text of HTML where there is no text', () => {
    const row = { source: { id: 'wire' }, nativeId: 'n', publishedAt: '2026-03-01', title: 'Bank' };
    const html = '<nav>Home</nav><p>Profit fell &minus;5&nbsp;%.</p><p>Read more</p>';
    expect(parseDocument({ ...row, html }, context).text).toBe('Profit fell −5 %.');
    expect(parseDocument({ ...row, html, text: 'Own text' }, context).text).toBe('Own text');
    expect(() => parseDocument({ ...row, html: ['<p>'] }, context)).toThrow(/"html" must be text/);
    expect(() => parseDocument({ ...row, html: `<p>${'a'.repeat(200_001)}` }, context)).toThrow(/"html"/);
  });

  describe('of a customer', () => {
    const complaint = {
      source: { id: 'app-reviews', kind: 'feedback' },
      nativeId: 'mail ana@example.com 7',
      url: 'https://shop.example/r?from=ana%40example.com',
      title: 'Call 13812345678',
      text: 'I paid $1,234,567.89 on 2026-03-01. Call 13812345678 or mail ana@example.com',
      author: { id: 'ana@example.com' },
      publishedAt: '2026-03-02T09:00:00Z',
      extra: { contact: { mail: 'ana@example.com' } },
    };
    const masking = { kinds: ['feedback' as const], sources: { 'app-reviews': false, desk: true } };

    it('masks personal data in every field, and keeps prices and dates', () => {
      const document = parseDocument(complaint, context);
      expect(document.text).toBe('I paid $1,234,567.89 on 2026-03-01. Call [PHONE] or mail [EMAIL]');
      expect(document).toMatchObject({ title: 'Call [PHONE]', url: null, author: null });
      expect(JSON.stringify(document)).not.toMatch(/ana@|ana%40|13812345678/);
      expect(parseDocument(complaint, context).id).toBe(document.id);
    });

    it('does so by source where the configuration says so', () => {
      expect(parseDocument(complaint, { ...context, masking }).text).toContain('ana@example.com');
      const note = { ...complaint, source: { id: 'desk', kind: 'news' } };
      expect(parseDocument(note, context).text).toContain('ana@example.com');
      expect(parseDocument(note, { ...context, masking }).text).not.toContain('ana@example.com');
    });
  });
});
