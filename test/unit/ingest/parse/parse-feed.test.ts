import { describe, expect, it } from 'vitest';
import { decodeFeed } from '../../../../ingest/parse/decode-feed.js';
import { htmlToText } from '../../../../ingest/parse/html-to-text.js';
import { parseFeed } from '../../../../ingest/parse/parse-feed.js';
import { parseFeedTime } from '../../../../ingest/parse/parse-feed-time.js';
import { InvalidDocumentError } from '../../../../pipeline/core/errors.js';

const context = { baseUrl: 'https://feeds.example/news/feed.xml', zone: null };

function rss(items: string): string {
  return `<?xml version="1.0"?>\n<rss version="2.0" xmlns:content="c" xmlns:dc="d"><channel><title>Wire &amp; Co</title><language>zh-CN</language>${items}</channel></rss>\n`;
}

/** Processor time, which other work on the machine does not lengthen. */
function cpuMs(start: NodeJS.CpuUsage): number {
  return process.cpuUsage(start).user / 1_000;
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidDocumentError) return error.code;
    throw error;
  }
  return 'taken';
}

describe('parseFeed', () => {
  it('reads RSS 2.0 with guids, relative links, HTML and CDATA', () => {
    const feed = parseFeed(
      rss(`<item><guid isPermaLink="false">g1</guid><link>/a?x=1&amp;y=2</link><title>AT&amp;amp;T profit &lt; 5 % 公司盈利</title>
        <description><![CDATA[<p>Not <b>below</b></p><script>alert(1)</script><p>estimates &euro;5 &#8212; fine</p>]]></description>
        <pubDate>Tue, 31 Mar 2026 14:05:00 +0200</pubDate></item>
        <item><link>https://feeds.example/b</link><title>B</title><description>short</description>
        <content:encoded>&lt;p&gt;long&lt;/p&gt;</content:encoded><dc:date>2026-03-31T10:00Z</dc:date></item>
        <item><guid>https://feeds.example/c</guid><title>C</title></item>`),
      context,
    );
    expect(feed).toMatchObject({ format: 'rss2', title: 'Wire & Co', language: 'zh-CN' });
    expect(feed.items).toEqual([
      {
        nativeId: 'g1',
        url: 'https://feeds.example/a?x=1&y=2',
        title: 'AT&T profit < 5 % 公司盈利',
        text: 'Not below\nestimates €5 — fine',
        publishedAt: '2026-03-31T12:05:00.000Z',
        modifiedAt: null,
        rawTime: 'Tue, 31 Mar 2026 14:05:00 +0200',
      },
      expect.objectContaining({ nativeId: 'https://feeds.example/b', text: 'long' }),
      expect.objectContaining({ url: 'https://feeds.example/c', publishedAt: null, rawTime: null }),
    ]);
    expect(feed.warnings).toEqual(['Item 3 (C) has no time.']);
  });

  it('reads Atom with its kinds of text and RSS 1.0', () => {
    const atom = parseFeed(
      `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/x/" xml:lang="en"><title>T</title>
      <entry><id>tag:1</id><link rel="self" href="self"/><link href="y"/><title type="html">A &amp;lt;b&amp;gt; &lt;i&gt;B&lt;/i&gt;</title>
      <summary>plain &lt;b&gt; stays</summary><published>2026-03-31T10:00:00Z</published><updated>2026-03-31T11:00:00Z</updated></entry>
      <entry><id>tag:2</id><title>X</title><content type="xhtml"><div>one <b>two</b> three</div></content><updated>2026-03-31T10:00:00+08:00</updated></entry></feed>`,
      context,
    );
    expect(atom.items).toEqual([
      expect.objectContaining({
        nativeId: 'tag:1',
        url: 'https://a.example/x/y',
        title: 'A <b> B',
        text: 'plain <b> stays',
        publishedAt: '2026-03-31T10:00:00.000Z',
        modifiedAt: '2026-03-31T11:00:00.000Z',
      }),
      expect.objectContaining({
        text: 'one two three',
        publishedAt: '2026-03-31T02:00:00.000Z',
        modifiedAt: null,
      }),
    ]);
    const rdf = parseFeed(
      '<rdf:RDF><channel><title>R</title></channel><item rdf:about="urn:1"><title>T</title><link>https://a.example/1</link><dc:date>2026-03-31</dc:date></item></rdf:RDF>',
      context,
    );
    expect(rdf.format).toBe('rss1');
    expect(rdf.items[0]).toMatchObject({ nativeId: 'urn:1', publishedAt: '2026-03-31' });
  });

  it('refuses what is no feed, each with its code, in under two seconds', () => {
    const bomb = `<!DOCTYPE lolz [<!ENTITY a "ha">${'<!ENTITY b "&a;&a;">'.repeat(50)}]>`;
    const cases: [string, string][] = [
      ['', 'feed_unknown'],
      ['hello', 'feed_unknown'],
      ['<html><body>Not found</body></html>', 'feed_unknown'],
      [`${bomb}<rss><channel></channel></rss>`, 'feed_doctype'],
      [`<!-- <a> --><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss></rss>`, 'feed_doctype'],
      [rss('<item><title>x</title></item>').slice(0, -40), 'feed_truncated'],
      [rss('<a>'.repeat(200_000)), 'feed_not_xml'],
      [rss(`${'<a>'.repeat(70)}${'</a>'.repeat(70)}`), 'feed_not_xml'],
      [rss('<__proto__><polluted>1</polluted></__proto__>'), 'feed_not_xml'],
      ['<!DOCTYPE'.repeat(300_000), 'feed_doctype'],
    ];
    for (const [text, code] of cases) {
      const start = process.cpuUsage();
      const found = codeOf(() => parseFeed(text, context));
      expect.soft([text.slice(0, 60), found]).toEqual([text.slice(0, 60), code]);
      expect(cpuMs(start)).toBeLessThan(2_000);
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('stays quick and bounded with floods of attributes, entities, markup and items', () => {
    const floods = [
      `<item ${Array.from({ length: 100_000 }, (_, index) => `a${index}="1"`).join(' ')}><title>t</title></item>`,
      `<item><title>${'&amp;'.repeat(500_000)}</title></item>`,
      `<item><description>${'&lt;!--&lt;script&gt;'.repeat(100_000)}</description></item>`,
      `<item><description>${'&lt;a'.repeat(500_000)}</description></item>`,
      '<item><title>t</title></item>'.repeat(20_000),
    ];
    for (const flood of floods) {
      const start = process.cpuUsage();
      const feed = parseFeed(rss(flood), context);
      expect(cpuMs(start)).toBeLessThan(2_000);
      expect(feed.items.length).toBeLessThanOrEqual(500);
      for (const item of feed.items) expect(item.title?.length ?? 0).toBeLessThanOrEqual(2_000);
    }
  });
});

describe('parseFeedTime', () => {
  it('reads the times of the wild and guesses none', () => {
    const cases: [string, string | null][] = [
      ['Tue, 31 Mar 2026 14:05:00 GMT', '2026-03-31T14:05:00.000Z'],
      ['31 Mar 26 14:05 EST', '2026-03-31T19:05:00.000Z'],
      ['Tuesday, 31 March 2026 14:05:00 +0800', '2026-03-31T06:05:00.000Z'],
      ['Tue, 31-Mar-2026 14:05:00 UTC', '2026-03-31T14:05:00.000Z'],
      ['Tue,31 Mar 2026 14:05:00 GMT+8', '2026-03-31T06:05:00.000Z'],
      ['2026-03-31 14:05:00 +0800', '2026-03-31T06:05:00.000Z'],
      ['2026-03-31T14:05:00.123456-04:00', '2026-03-31T18:05:00.123Z'],
      ['31 Mar 2026', '2026-03-31T00:00:00.000Z'],
      ['2026-03-31 14:05:00', null],
      ['Tue, 31 Mar 2026 14:05:00', null],
      ['Tue, 31 Mar 2026 14:05:00 XYZ', null],
      ['31 Feb 2026 14:05:00 GMT', null],
      ['03/04/2026', null],
      ['now', null],
      ['', null],
      [' '.repeat(50_000), null],
    ];
    for (const [text, expected] of cases) {
      const time = parseFeedTime(text, null);
      expect([text, time === null ? null : new Date(time.ms).toISOString()]).toEqual([text, expected]);
    }
    expect(parseFeedTime('2026-03-31 14:05:00', '+08:00')?.ms).toBe(Date.parse('2026-03-31T06:05:00Z'));
    expect(parseFeedTime('Tue, 31 Mar 2026 14:05', '+08:00')?.precision).toBe('minute');
  });
});

describe('decodeFeed', () => {
  it('goes by mark, charset, declaration, then UTF-8', () => {
    const gbk = Buffer.from([0xb9, 0xab, 0xcb, 0xbe]);
    const declared = Buffer.concat([Buffer.from('<?xml version="1.0" encoding="GB2312"?>'), gbk]);
    expect(decodeFeed(declared, null)).toContain('公司');
    expect(decodeFeed(gbk, 'text/xml; charset="gbk"')).toBe('公司');
    expect(decodeFeed(Buffer.from('\ufeff<a>公司', 'utf16le'), 'text/xml')).toBe('<a>公司');
    expect(decodeFeed(Buffer.from('<a>公司', 'utf16le'), null)).toBe('<a>公司');
    expect(decodeFeed(Buffer.from('caf\u00e9', 'latin1'), 'text/xml; charset=iso-8859-1')).toBe('café');
    expect(decodeFeed(Buffer.from('公司'), 'text/xml; charset=nonsense')).toBe('公司');
    expect(codeOf(() => decodeFeed(Buffer.from([0xff, 0x41, 0xfd]), null))).toBe('feed_encoding');
  });
});

describe('htmlToText', () => {
  it('keeps words, signs and lone angle brackets, and drops markup', () => {
    expect(htmlToText('a<br>b &amp; c < d <style>x{}</style>e<!-- f -->g')).toBe('a\nb & c < d eg');
    expect(htmlToText('<img src=x onerror="alert(1)">&lt;b&gt; 5&nbsp;%')).toBe('<b> 5 %');
    expect(htmlToText('<script>never ends')).toBe('');
  });
});
