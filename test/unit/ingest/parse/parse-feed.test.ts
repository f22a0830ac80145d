import { describe, expect, it } from 'vitest';
import type { FeedContext } from '../../../../ingest/parse/feed.js';
import { htmlToText } from '../../../../ingest/parse/html-to-text.js';
import { parseFeed } from '../../../../ingest/parse/parse-feed.js';
import { InvalidDocumentError } from '../../../../pipeline/core/errors.js';

const context: FeedContext = {
  baseUrl: 'https://feeds.example/news/feed.xml',
  zone: null,
  maxItems: 500,
  hostile: 'refuse',
};

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
        author: null,
        categories: [],
        action: 'add',
        partial: false,
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

  it('refuses what is no feed and what attacks, each with its code', () => {
    const bomb = `<!DOCTYPE lolz [<!ENTITY a "ha">${'<!ENTITY b "&a;&a;">'.repeat(50)}]>`;
    const cases: [string, string][] = [
      ['', 'feed_empty'],
      [' \n', 'feed_empty'],
      ['hello', 'feed_unknown'],
      ['{"a":1}', 'feed_unknown'],
      ['<html><body>Not found</body></html>', 'feed_html'],
      ['<html><body><item>x</item><article><title>A</title></article></body></html>', 'feed_html'],
      ['<!doctype html><body><item><title>A</title></item>', 'feed_html'],
      ['<sitemapindex><sitemap><loc>https://a.example/</loc></sitemap></sitemapindex>', 'feed_index'],
      [`${bomb}<rss><channel></channel></rss>`, 'feed_doctype'],
      [`<!-- <a> --><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss></rss>`, 'feed_doctype'],
      [`<!DOCTYPE r [<!ENTITY % x SYSTEM "http://a.example/">%x;]><rss></rss>`, 'feed_doctype'],
      [rss('<a>'.repeat(200_000)), 'feed_nesting'],
      ['<!DOCTYPE'.repeat(300_000), 'feed_unknown'],
    ];
    for (const [text, code] of cases) {
      const found = codeOf(() => parseFeed(text, context));
      expect.soft([text.slice(0, 60), found]).toEqual([text.slice(0, 60), code]);
    }
  });

  it('expands plain entities of a DOCTYPE a little and nothing else of it', () => {
    const feed = parseFeed(
      `<!DOCTYPE rss [<!ENTITY nbsp "&#160;"><!ENTITY house "A &#38;amp; B"><!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "&house;&house;">]>
      ${rss('<item><title>&house;&nbsp;5 &x; &y;</title></item>')}`,
      { ...context, hostile: 'ignore' },
    );
    expect(feed.items[0]?.title).toBe('A & B 5 &x; &y;');
    expect(feed.warnings).toContain('The DOCTYPE declares external entities, which are never expanded.');
  });

  it('keeps the whole items of a feed that is cut off, and says which one is not', () => {
    const feed = parseFeed(
      '<rss><channel><item><title>One</title></item><item><title>Two</title><link>https://a.exam',
      context,
    );
    expect(feed.truncated).toBe(true);
    expect(feed.items.map(({ title, partial }) => [title, partial])).toEqual([
      ['One', false],
      ['Two', true],
    ]);
    expect(feed.warnings).toContain('The feed ends before </rss>: it was cut off.');
  });

  it('mends what was not closed without mixing items', () => {
    const feed = parseFeed(
      `<rss><channel><item class="new><title>One & two<link>https://a.example/1<item><title>Three < 4</title><description>bare <b>bold</item></channel></rss>`,
      context,
    );
    expect(feed.items.map(({ title }) => title)).toEqual(['One & two', 'Three < 4']);
    expect(feed.items[0]?.url).toBe('https://a.example/1');
    expect(feed.items[1]?.text).toBe('bare bold');
  });

  it('leaves the items of other XML in an entry alone', () => {
    const feed = parseFeed(
      '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><content type="application/xml"><list xmlns=""><item>a</item><item>b</item></list></content></entry></feed>',
      context,
    );
    expect(feed.items).toHaveLength(1);
  });

  it('resolves links by xml:base, else by the address of the feed, else by the page that it speaks of', () => {
    const entry = '<entry xml:base="b/"><id>1</id><link href="c"/></entry>';
    const atom = (base: string) => `<feed ${base}><link href="https://page.example/p/"/>${entry}</feed>`;
    const urlOf = (text: string, baseUrl: string | null) =>
      parseFeed(text, { ...context, baseUrl }).items[0]?.url;
    expect(urlOf(atom('xml:base="https://x.example/a/"'), null)).toBe('https://x.example/a/b/c');
    expect(urlOf(atom(''), 'https://feeds.example/news/feed.xml')).toBe('https://feeds.example/news/b/c');
    expect(urlOf(atom(''), null)).toBe('https://page.example/p/b/c');
    expect(
      urlOf('<rss><item><guid>urn:1</guid><link>javascript:alert(1)</link></item></rss>', null),
    ).toBeNull();
    expect(
      urlOf('<rss><item><guid isPermaLink="false">https://a.example/</guid></item></rss>', null),
    ).toBeNull();
  });

  it('gives tombstones of Atom, and what an item says of itself', () => {
    const atom = parseFeed(
      `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:gone="http://purl.org/atompub/tombstones/1.0">
        <gone:deleted-entry ref="tag:1" when="2026-03-31T12:00:00Z"/><gone:deleted-entry when="2026-03-31T12:00:00Z"/>
        <entry><id>tag:2</id><title>T</title></entry></feed>`,
      context,
    );
    expect(atom.items).toHaveLength(1);
    expect(atom.withdrawn).toEqual([
      { nativeId: 'tag:1', at: '2026-03-31T12:00:00.000Z', rawTime: '2026-03-31T12:00:00Z' },
    ]);
    const actions = (items: string) => parseFeed(`<rss><channel>${items}</channel></rss>`, context).items;
    expect(
      actions(
        '<item><action>retract</action></item><item><action>Deleted</action></item><item><action>buy</action></item>',
      ).map(({ action }) => action),
    ).toEqual(['retract', 'retract', 'add']);
  });

  it('reads of a body that is a page what a person would', () => {
    const body =
      '<nav><a href="/">Home</a></nav><p>Aldermoor cut its outlook on Tuesday.</p><footer>About us</footer>';
    const item = (html: string) =>
      parseFeed(
        `<rss><channel><item><content:encoded><![CDATA[${html}]]></content:encoded></item></channel></rss>`,
        context,
      ).items[0]?.text;
    expect(item(body)).toBe('Aldermoor cut its outlook on Tuesday.');
    expect(item('<p>Shares fell. <a href="/more">Read more</a></p>')).toBe('Shares fell. Read more');
  });

  it('gives when the publisher wants to be asked as data', () => {
    const feed = parseFeed(
      `<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><ttl> 60 </ttl><skipHours><hour>0</hour><hour>24</hour><hour>7</hour><hour>x</hour></skipHours>
      <skipDays><day>Sunday</day></skipDays><sy:updatePeriod>Hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency></channel></rss>`,
      context,
    );
    expect(feed.schedule).toEqual({
      ttlMinutes: 60,
      skipHours: [0, 7],
      skipDays: ['sunday'],
      updatePeriod: 'hourly',
      updateFrequency: 2,
    });
  });

  it('reads CDF, sitemaps of news, JSON Feed and Atom 0.3', () => {
    const read = (text: string) => parseFeed(text, context);
    const cdf = read(
      '<CHANNEL HREF="https://a.example/"><TITLE>C</TITLE><ITEM HREF="x" LASTMOD="2026-03-31T10:00Z"><TITLE>T</TITLE><ABSTRACT>A</ABSTRACT></ITEM></CHANNEL>',
    );
    expect(cdf).toMatchObject({ format: 'cdf', title: 'C' });
    expect(cdf.items[0]).toMatchObject({ url: 'https://feeds.example/news/x', title: 'T', text: 'A' });
    expect(cdf.items[0]?.publishedAt).toBe('2026-03-31T10:00:00.000Z');
    const news = read(
      `<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://a.example/1</loc><n:news><n:publication><n:language>zh-cn</n:language></n:publication>
      <n:publication_date>2026-03-31</n:publication_date><n:title>标题</n:title></n:news></url></urlset>`,
    );
    expect(news).toMatchObject({ format: 'sitemap', language: 'zh-cn' });
    expect(news.items[0]).toMatchObject({
      nativeId: 'https://a.example/1',
      title: '标题',
      publishedAt: '2026-03-31',
    });
    const json = read(
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        title: 'J',
        items: [
          {
            id: 7,
            url: '/7',
            content_html: '<p>Not <b>below</b></p>',
            authors: [{ name: 'A. Writer' }],
            tags: ['banks', 'banks'],
            date_published: '2026-03-31T10:00:00Z',
            date_modified: '2026-03-31T11:00:00Z',
          },
        ],
      }),
    );
    expect(json).toMatchObject({ format: 'json', version: '1.1', truncated: false });
    expect(json.items[0]).toMatchObject({
      nativeId: '7',
      url: 'https://feeds.example/7',
      text: 'Not below',
      author: 'A. Writer',
      categories: ['banks'],
      modifiedAt: '2026-03-31T11:00:00.000Z',
    });
    const old = read(
      `<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><id>1</id><title mode="escaped" type="text/html">A &lt;b&gt;B&lt;/b&gt;</title><author><name>N</name></author>
      <content mode="base64" type="text/plain">UHJvZml0IHdhcm5pbmc=</content><issued>2026-03-31T10:00:00Z</issued></entry></feed>`,
    );
    expect(old).toMatchObject({ format: 'atom', version: '0.3' });
    expect(old.items[0]).toMatchObject({ title: 'A B', text: 'Profit warning', author: 'N' });
  });

  it('says that it is cut off when there was no time for all of it', () => {
    let looks = 0;
    const outOfTime = () => (looks += 1) > 2;
    const three = rss(
      '<item><title>a</title></item><item><title>b</title></item><item><title>c</title></item>',
    );
    const feed = parseFeed(three, { ...context, outOfTime });
    expect([feed.items.length, feed.late, feed.truncated]).toEqual([2, true, false]);
    expect(parseFeed(three, context).truncated).toBe(false);
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

describe('htmlToText', () => {
  it('keeps words, signs and lone angle brackets, and drops markup', () => {
    expect(htmlToText('a<br>b &amp; c < d <style>x{}</style>e<!-- f -->g')).toBe('a\nb & c < d eg');
    expect(htmlToText('<img src=x onerror="alert(1)">&lt;b&gt; 5&nbsp;%')).toBe('<b> 5 %');
    expect(htmlToText('<script>never ends')).toBe('');
  });

  it.each([
    ['rss', rss('<item><title>A</title></item>'.repeat(600))],
    ['rss in capitals', rss('<ITEM><TITLE>A</TITLE></ITEM>'.repeat(600))],
    ['rss with items that are not closed', rss('<item><title>A</title>'.repeat(600))],
    [
      'atom',
      `<feed xmlns="http://www.w3.org/2005/Atom">${'<entry><title>A</title></entry>'.repeat(600)}</feed>`,
    ],
    [
      'json',
      JSON.stringify({ version: 'https://jsonfeed.org/version/1', items: Array(600).fill({ id: 'a' }) }),
    ],
  ])('gives what was read when the time is up, and how much was left out: %s', (_, text) => {
    let asked = 0;
    const outOfTime = () => (asked += 1) > 10;
    const feed = parseFeed(text, { ...context, hostile: 'ignore', outOfTime });
    expect(feed).toMatchObject({ late: true, truncated: false });
    expect(feed.items).toHaveLength(10);
    // The rest is not read.
    expect(asked).toBe(11);
    expect(feed.warnings.join()).toMatch(/about 600 items; the first 10 were read in the processor time/);
  });

  it.each<[string, string | null, string, number]>([
    ['zh-CN', null, '2026-11-28T10:00:00.000Z', 1],
    ['en', null, '2026-11-29T00:00:00.000Z', 0],
    ['en', '+08:00', '2026-11-28T10:00:00.000Z', 0],
    ['zh-CN', '-06:00', '2026-11-29T00:00:00.000Z', 0],
  ])('reads CST in a feed in %s with the zone %s as %s', (language, zone, at, warnings) => {
    const item = '<item><title>A</title><pubDate>2026/11/28 18:00 CST</pubDate></item>';
    const text = `<rss version="2.0"><channel><language>${language}</language>${item}</channel></rss>`;
    const feed = parseFeed(text, { ...context, zone });
    expect(feed.items[0]?.publishedAt).toBe(at);
    expect(feed.warnings.filter((warning) => warning.includes('CST'))).toHaveLength(warnings);
  });
});
