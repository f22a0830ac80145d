import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeFeed } from '../../../../ingest/parse/decode-feed.js';
import { readFeedBytes } from '../../../../ingest/parse/read-feed-bytes.js';
import { encodeText } from '../../../support/feeds/encode-text.js';
import { InvalidDocumentError } from '../../../../pipeline/core/errors.js';

const text = (bytes: Buffer, contentType: string | null = null) => decodeFeed(bytes, contentType).text;
const declared = (encoding: string, bytes: readonly number[]) =>
  Buffer.concat([Buffer.from(`<?xml version="1.0" encoding="${encoding}"?><a>`), Buffer.from(bytes)]);

describe('decodeFeed', () => {
  it('goes by mark, charset, declaration, then UTF-8', () => {
    const gbk = Buffer.from([0xb9, 0xab, 0xcb, 0xbe]);
    expect(text(declared('GB2312', [...gbk]))).toContain('公司');
    expect(text(gbk, 'text/xml; charset="gbk"')).toBe('公司');
    expect(text(Buffer.from('\ufeff<a>公司', 'utf16le'), 'text/xml')).toBe('<a>公司');
    expect(text(Buffer.from('<a>公司', 'utf16le'))).toBe('<a>公司');
    expect(text(Buffer.from('caf\u00e9', 'latin1'), 'text/xml; charset=iso-8859-1')).toBe('café');
    expect(text(Buffer.from('公司'), 'text/xml; charset=nonsense')).toBe('公司');
  });

  it('reads the quotes and the euro sign of windows-1252', () => {
    expect(text(declared('windows-1252', [0x93, 0x80, 0x94]))).toContain('“€”');
    expect(text(declared('iso-8859-1', [0x92]))).toContain('’');
  });

  it('believes bytes more than claims', () => {
    const utf8 = decodeFeed(declared('iso-8859-1', [...Buffer.from('Größe')]), null);
    expect(utf8).toMatchObject({ encoding: 'utf-8', warnings: ["The feed's bytes are not iso-8859-1."] });
    const ascii = decodeFeed(declared('utf-16', [0x41]), null);
    expect(ascii).toMatchObject({
      encoding: 'utf-8',
      warnings: ['The feed claims to be utf-16, which it is not.'],
    });
    const unknown = decodeFeed(declared('x-klingon', [0x41]), null);
    expect(unknown.warnings).toEqual(['The feed claims to be x-klingon, which is not known here.']);
  });

  it('keeps UTF-8 with a broken place as UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('公司今天下调全年盈利预期公司今天'), Buffer.from([0xe5, 0x85])]);
    expect(decodeFeed(bytes, null)).toMatchObject({ encoding: 'utf-8' });
  });

  it('reads EBCDIC', () => {
    // `<?xml?>` as a mainframe writes it.
    const bytes = Buffer.from([0x4c, 0x6f, 0xa7, 0x94, 0x93, 0x6f, 0x6e]);
    expect(decodeFeed(bytes, null)).toMatchObject({ text: '<?xml?>', encoding: 'ebcdic' });
  });

  it('refuses what is no text', () => {
    const code = () => decodeFeed(Buffer.from([0x89, 0x50, 0, 1, 2, 3, 0, 0]), null);
    expect(code).toThrow(InvalidDocumentError);
  });

  it('unpacks gzip, also when it is cut off, and not without end', () => {
    const context = { baseUrl: null, zone: null, maxItems: 10, hostile: 'ignore' as const };
    const feed = gzipSync('<rss><channel><item><title>One</title></item></channel></rss>');
    expect(readFeedBytes(feed, null, context).feed.items).toHaveLength(1);
    expect(readFeedBytes(feed.subarray(0, -12), null, context).feed.items).toHaveLength(1);
    expect(() => readFeedBytes(gzipSync(Buffer.alloc(20_000_000)), null, context)).toThrow(/unpacked/);
  });

  const ITEMS = [
    '<item><title>海川股份预计全年利润下降</title><description>公司称需求走弱，订单减少</description></item>',
    '<item><title>北岭银行上调业绩预告</title><description>净息差企稳</description></item>',
  ] as const;
  it.each(
    ['gb18030', 'big5'].flatMap((other) =>
      ['utf-8', other, 'windows-1252', null].flatMap((declared) =>
        [0, 1].map((first) => [other, declared, first] as const),
      ),
    ),
  )('reads each text of a mixture of UTF-8 and %s by itself, declared %s, item %i in UTF-8', (...args) => {
    const [other, declared, inUtf8] = args;
    const items = other === 'big5' ? ITEMS_IN_BIG5 : ITEMS;
    const start = declared === null ? '<rss>' : `<?xml version="1.0" encoding="${declared}"?><rss>`;
    const pieces = items.map((item, index) => encodeText(item, index === inUtf8 ? 'utf-8' : other));
    const read = decodeFeed(Buffer.concat([Buffer.from(start), ...pieces, Buffer.from('</rss>')]), null);
    expect(read.text).toBe(`${start}${items.join('')}</rss>`);
    expect(read.warnings.join()).toMatch(`UTF-8, others ${other}`);
  });

  it('takes a text in which one sign is cut for no mixture', () => {
    const whole = Buffer.from(`<rss>${ITEMS.join('')}</rss>`);
    const cut = Buffer.concat([
      Buffer.from('<a>利润下降公'),
      Buffer.from('司').subarray(0, 2),
      Buffer.from('</a>'),
    ]);
    const read = decodeFeed(Buffer.concat([whole, cut]), null);
    expect(read).toMatchObject({
      encoding: 'utf-8',
      text: expect.stringContaining('利润下降公\ufffd') as string,
    });
  });
});

const ITEMS_IN_BIG5 = [
  '<item><title>海川股份預計全年利潤下降</title><description>公司稱需求走弱，訂單減少</description></item>',
  '<item><title>北嶺銀行上調業績預告</title><description>淨息差穩定</description></item>',
] as const;
