import { deflateRawSync, gzipSync } from 'node:zlib';
import type { CorpusFile } from './corpus.js';

const wrap = (inside: string) => `<rss version="2.0"><channel>${inside}</channel></rss>`;
const doctype = (declarations: string, inside: string) =>
  `<?xml version="1.0"?><!DOCTYPE rss [${declarations}]>${wrap(inside)}`;
const ITEM = '<item><title>t &a;</title></item>';
const laughs = Array.from(
  { length: 10 },
  (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`,
).join('');

/** Inputs that have made other readers hang, grow or fetch. */
const FILES: Readonly<Record<string, () => string | Buffer>> = {
  'billion-laughs': () => doctype(`<!ENTITY l0 "ha">${laughs}`, ITEM.replace('&a;', '&l10;')),
  'quadratic-blowup': () =>
    doctype(`<!ENTITY a "${'x'.repeat(50_000)}">`, ITEM.replace('&a;', '&a;'.repeat(20_000))),
  'small-entity-often': () =>
    doctype(`<!ENTITY a "${'x'.repeat(900)}">`, ITEM.replace('&a;', '&a;'.repeat(200_000))),
  'many-entities': () =>
    doctype(Array.from({ length: 50_000 }, (_, index) => `<!ENTITY e${index} "x">`).join(''), ITEM),
  'external-entity': () => doctype('<!ENTITY a SYSTEM "file:///etc/hostname">', ITEM),
  'external-web-entity': () => doctype('<!ENTITY a PUBLIC "x" "http://127.0.0.1:9/x">', ITEM),
  'parameter-entity': () => doctype('<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;', ITEM),
  'self-entity': () => doctype('<!ENTITY a "&a;">', ITEM),
  'external-dtd': () => `<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">${wrap(ITEM)}`,
  'doctype-flood': () => '<!DOCTYPE'.repeat(300_000),
  'doctype-bracket-flood': () => `<!DOCTYPE a [${']'.repeat(500_000)}`,
  'doctype-open-flood': () => '<!DOCTYPE a ['.repeat(100_000),
  'nesting-in-channel': () => wrap('<a>'.repeat(300_000)),
  'nesting-in-item': () => wrap(`<item>${'<a>'.repeat(200_000)}${'</a>'.repeat(200_000)}</item>${ITEM}`),
  'nesting-of-items': () => wrap('<item>'.repeat(150_000)),
  'nesting-of-channels': () => '<channel>'.repeat(150_000),
  'nesting-with-namespaces': () => wrap(`<a xmlns:b="c" xmlns="d">`.repeat(50_000)),
  'closing-flood': () => wrap('</a>'.repeat(300_000)),
  'closing-without-end': () => wrap('</a'.repeat(400_000)),
  'attribute-flood': () =>
    wrap(`<item ${Array.from({ length: 100_000 }, (_, index) => `a${index}="1"`).join(' ')}></item>`),
  'namespace-flood': () =>
    wrap(
      `<item ${Array.from({ length: 50_000 }, (_, index) => `xmlns:a${index}="u${index}"`).join(' ')}></item>`,
    ),
  'long-attribute': () => wrap(`<item a="${'x'.repeat(4_000_000)}"></item>`),
  'long-tag-name': () => wrap(`<${'a'.repeat(4_000_000)}></item>`),
  'long-entity-name': () => wrap(`<item><title>&${'a'.repeat(4_000_000)};</title></item>`),
  'quote-flood': () => wrap(`<a b="`.repeat(200_000)),
  'quote-kinds-flood': () => wrap(`<a b="'<a b='"`.repeat(100_000)),
  'equals-flood': () => wrap(`<a ${'='.repeat(1_000_000)}`),
  'blank-flood': () => wrap(`<a ${' '.repeat(2_000_000)}`),
  'comment-flood': () => wrap('<!--'.repeat(300_000)),
  'cdata-flood': () => wrap('<item><![CDATA['.repeat(100_000)),
  'instruction-flood': () => wrap('<?a '.repeat(300_000)),
  'less-than-flood': () => wrap('<'.repeat(1_000_000)),
  'ampersand-flood': () => wrap(`<item><title>${'&'.repeat(1_000_000)}</title></item>`),
  'reference-flood': () => wrap(`<item><title>${'&amp;'.repeat(400_000)}</title></item>`),
  'html-tag-flood': () => wrap(`<item><description>${'&lt;a'.repeat(400_000)}</description></item>`),
  'html-script-flood': () =>
    wrap(`<item><description>${'&lt;script&gt;'.repeat(150_000)}</description></item>`),
  'html-comment-flood': () => wrap(`<item><description>${'&lt;!--'.repeat(200_000)}</description></item>`),
  'html-line-flood': () => wrap(`<item><description>${'&lt;br&gt; '.repeat(200_000)}</description></item>`),
  'blank-text-flood': () => wrap(`<item><title>${' \n\t'.repeat(600_000)}x</title></item>`),
  'date-flood': () => wrap(`<item><pubDate>${'1 '.repeat(100_000)}</pubDate></item>`.repeat(3)),
  'date-words': () => wrap(`<item><pubDate>${'Tue, '.repeat(40)}</pubDate></item>`.repeat(5_000)),
  'links-flood': () => wrap(`<item>${'<link>http://a.example/</link>'.repeat(60_000)}</item>`),
  'empty-items': () => wrap('<item/>'.repeat(200_000)),
  'many-items': () => wrap('<item><title>t</title></item>'.repeat(60_000)),
  'prototype-names': () => wrap('<item><__proto__><polluted>1</polluted></__proto__><constructor/></item>'),
  'json-nesting': () => `{"version":"https://jsonfeed.org/version/1","items":[${'['.repeat(500_000)}`,
  'json-prototype': () =>
    '{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","__proto__":{"polluted":1}}],"__proto__":{"polluted":1}}',
  'json-quotes': () => `{"items":[${'"\\'.repeat(500_000)}`,
  'json-wrong-types': () =>
    '{"version":1,"title":[],"items":[null,1,"x",[],{"id":{},"title":5,"authors":[null],"tags":{}}]}',
  'json-no-feed': () => '{"hello":"world"}',
  empty: () => '',
  blank: () => ' \n'.repeat(1_000),
  words: () => 'Not Found',
  'html-page': () => '<!DOCTYPE html><html><head><title>Moved</title></head><body><p>Gone.</p></body></html>',
  picture: () =>
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0]),
  zeros: () => Buffer.alloc(1_000_000),
  'utf-32-broken': () => Buffer.from([0, 0, 0, 0x3c, 0xff, 0xff, 0xff, 0xff, 1, 2]),
  'gzip-bomb': () => gzipSync(Buffer.alloc(50_000_000)),
  'gzip-cut': () => gzipSync(wrap(ITEM.repeat(200))).subarray(0, 80),
  packed: () => Buffer.concat([Buffer.from('PK\u0003\u0004'), deflateRawSync(wrap(ITEM))]),
};

export function hostileFiles(): readonly CorpusFile[] {
  return Object.entries(FILES).map(([name, make]) => {
    const made = make();
    const bytes = typeof made === 'string' ? Buffer.from(made) : made;
    return { name: `hostile-${name}`, kind: 'hostile', bytes, items: null };
  });
}
