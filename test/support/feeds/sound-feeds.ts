import type { CorpusFile } from './corpus.js';

const COUNTS = [0, 1, 3, 40];

const times = <T>(count: number, make: (number: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index + 1));

/** The children of an RSS item in the vocabulary with that prefix. */
function rssFields(number: number, prefix = ''): string {
  const field = (name: string, text: string) => `<${prefix}${name}>${text}</${prefix}${name}>`;
  return [
    field('title', `Aldermoor raises outlook ${number} &amp; dividend`),
    field('link', `https://wire.example/news/${number}`),
    field('description', `&lt;p&gt;Profit rose ${number} %, not less.&lt;/p&gt;`),
  ].join('\n');
}

function rss(version: string, attributes = '', extra = '') {
  return (count: number) =>
    `<?xml version="1.0" encoding="utf-8"?>\n<rss version="${version}"${attributes}><channel><title>Wire</title>${extra}
${times(count, (number) => `<item>${rssFields(number)}<guid isPermaLink="false">g${number}</guid></item>`).join('\n')}</channel></rss>`;
}

function rdf(namespace: string, prefix = '') {
  const declare = prefix === '' ? 'xmlns' : `xmlns:${prefix.slice(0, -1)}`;
  return (count: number) =>
    `<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" ${declare}="${namespace}">
<${prefix}channel rdf:about="https://wire.example/"><${prefix}title>Wire</${prefix}title><${prefix}items><rdf:Seq>${times(count, (number) => `<rdf:li resource="https://wire.example/news/${number}"/>`).join('')}</rdf:Seq></${prefix}items></${prefix}channel>
${times(count, (number) => `<${prefix}item rdf:about="urn:${number}">${rssFields(number, prefix)}<dc:date>2026-03-31T10:00Z</dc:date></${prefix}item>`).join('\n')}</rdf:RDF>`;
}

function atom(namespace: string, { prefix = '', version = '' } = {}) {
  const declare = prefix === '' ? 'xmlns' : `xmlns:${prefix.slice(0, -1)}`;
  return (count: number) =>
    `<?xml version="1.0"?><${prefix}feed ${version} ${declare}="${namespace}"><${prefix}title>Wire</${prefix}title>
${times(
  count,
  (
    number,
  ) => `<${prefix}entry><${prefix}id>tag:${number}</${prefix}id><${prefix}title>Note ${number}</${prefix}title><${prefix}link rel="alternate" href="/news/${number}"/>
<${prefix}updated>2026-03-31T10:00:00Z</${prefix}updated><${prefix}content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One <b>item</b></p></div></${prefix}content></${prefix}entry>`,
).join('\n')}</${prefix}feed>`;
}

function cdf(upper: boolean) {
  const tag = (name: string) => (upper ? name.toUpperCase() : name);
  return (count: number) =>
    `<${tag('channel')} ${tag('href')}="https://wire.example/"><${tag('title')}>Wire</${tag('title')}>
${times(count, (number) => `<${tag('item')} ${tag('href')}="https://wire.example/${number}" ${tag('lastmod')}="2026-03-31T10:00Z"><${tag('title')}>N${number}</${tag('title')}></${tag('item')}>`).join('\n')}</${tag('channel')}>`;
}

function json(version: string) {
  return (count: number) =>
    JSON.stringify({
      version: `https://jsonfeed.org/version/${version}`,
      title: 'Wire',
      items: times(count, (number) => ({
        id: String(number),
        url: `https://wire.example/${number}`,
        content_html: `<p>One "item" {${number}]</p>`,
        date_published: '2026-03-31T10:00:00Z',
      })),
    });
}

function sitemap(news: boolean) {
  return (count: number) =>
    `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
${times(
  count,
  (number) =>
    `<url><loc>https://wire.example/${number}</loc>${news ? `<n:news><n:publication><n:name>Wire</n:name><n:language>en</n:language></n:publication><n:publication_date>2026-03-31</n:publication_date><n:title>N${number}</n:title></n:news>` : '<lastmod>2026-03-31</lastmod>'}</url>`,
).join('\n')}</urlset>`;
}

const FORMATS: Readonly<Record<string, (count: number) => string>> = {
  'rss-0.91': rss('0.91'),
  'rss-0.91-doctype': (count) =>
    rss('0.91')(count).replace(
      '<rss',
      '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss',
    ),
  'rss-0.92': rss('0.92'),
  'rss-0.94': rss('0.94'),
  'rss-2.0': rss('2.0'),
  'rss-2.0-atom-link': rss(
    '2.0',
    ' xmlns:atom="http://www.w3.org/2005/Atom"',
    '<atom:link rel="self" href="https://wire.example/rss"/>',
  ),
  'rss-2.0-schedule': rss(
    '2.0',
    '',
    '<ttl>60</ttl><skipHours><hour>1</hour><hour>24</hour></skipHours><skipDays><day>Sunday</day></skipDays>',
  ),
  'rss-2.0-userland': rss('2.0', ' xmlns="http://backend.userland.com/rss2"'),
  'rss-2.0-other-case': rss('2.0', ' xmlns="HTTP://BLOGS.LAW.HARVARD.EDU/TECH/RSS"'),
  'rss-2.0-wrong-namespace': rss('2.0', ' xmlns="http://nobody.example/rss"'),
  'rss-2.0-media-namespace': rss('2.0', ' xmlns="http://search.yahoo.com/mrss/"'),
  'rss-2.0-prefixed': (count) =>
    `<r:rss xmlns:r="http://nobody.example/" version="2.0"><r:channel>${times(count, (number) => `<r:item>${rssFields(number, 'r:')}</r:item>`).join('')}</r:channel></r:rss>`,
  'rss-2.0-entities': (count) =>
    rss('2.0')(count)
      .replace('<rss', '<!DOCTYPE rss [<!ENTITY nbsp "&#160;"><!ENTITY house "Aldermoor plc">]><rss')
      .replaceAll('Aldermoor', '&house;&nbsp;'),
  'rss-1.0': rdf('http://purl.org/rss/1.0/'),
  'rss-1.0-prefixed': rdf('http://purl.org/rss/1.0/', 'rss:'),
  'rss-1.0-odd-prefix': rdf('http://purl.org/rss/1.0/', 'q:'),
  'rss-1.0-other-case': rdf('HTTP://PURL.ORG/RSS/1.0/'),
  'rss-0.90': rdf('http://my.netscape.com/rdf/simple/0.9/'),
  'atom-1.0': atom('http://www.w3.org/2005/Atom'),
  'atom-1.0-prefixed': atom('http://www.w3.org/2005/Atom', { prefix: 'a:' }),
  'atom-1.0-wrong-namespace': atom('http://nobody.example/atom', { prefix: 'z:' }),
  'atom-0.3': atom('http://purl.org/atom/ns#', { version: 'version="0.3"' }),
  'cdf-upper': cdf(true),
  'cdf-lower': cdf(false),
  'json-1.0': json('1'),
  'json-1.1': json('1.1'),
  'news-sitemap': sitemap(true),
  sitemap: sitemap(false),
};

/** Well-formed feeds: every format with its odd namespaces, with 0, 1, 3 and 40 items. */
export function soundFeeds(): readonly CorpusFile[] {
  return Object.entries(FORMATS).flatMap(([name, make]) =>
    COUNTS.map((items) => ({
      name: `sound-${name}-${items}`,
      kind: 'sound' as const,
      bytes: Buffer.from(make(items)),
      items,
    })),
  );
}
