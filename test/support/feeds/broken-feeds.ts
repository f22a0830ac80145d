import type { CorpusFile } from './corpus.js';

const ITEMS = 5;
const numbers = Array.from({ length: ITEMS }, (_, index) => index + 1);

const RSS = `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Wire</title><link>https://wire.example/</link>
${numbers.map((number) => `<item><title>Item ${number} down 2 %</title><link>https://wire.example/${number}</link><description>Text ${number}</description><guid isPermaLink="false">g${number}</guid></item>`).join('\n')}
</channel></rss>`;

const ATOM = `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>
${numbers.map((number) => `<entry><id>tag:${number}</id><title>Item ${number} down 2 %</title><link href="https://wire.example/${number}"/><summary>Text ${number}</summary></entry>`).join('\n')}
</feed>`;

type Damage = readonly [name: string, damage: (feed: string) => string, items?: number];

/** Cut where the n-th item has got as far as `mark`. */
const cutAt = (number: number, mark: string) => (feed: string) => {
  const item = feed.indexOf(`Item ${number} `);
  return feed.slice(0, feed.indexOf(mark, item) + mark.length);
};

const DAMAGES: readonly Damage[] = [
  ['unclosed-title', (feed) => feed.replaceAll('</title>', '')],
  ['unclosed-item', (feed) => feed.replaceAll(/<\/(item|entry)>/g, '')],
  ['unclosed-item-once', (feed) => feed.replace(/<\/(item|entry)>/, '')],
  ['unclosed-text', (feed) => feed.replaceAll(/<\/(description|summary)>/g, '')],
  ['unclosed-everything', (feed) => feed.replaceAll(/<\/(?!item|entry)\w+>/g, '')],
  ['nothing-closed', (feed) => feed.replaceAll(/<\/\w+>/g, '')],
  [
    'wrong-order-of-closing',
    (feed) => feed.replaceAll(/<title>(.*?)<\/title>/g, '<title><b><i>$1</b></i></title>'),
  ],
  ['closed-twice', (feed) => feed.replaceAll(/<\/(item|entry)>/g, '</$1></$1>')],
  ['stray-closing', (feed) => feed.replaceAll('</title>', '</title></p></div></span>')],
  [
    'other-case-of-closing',
    (feed) => feed.replaceAll('</title>', '</TITLE>').replaceAll('</item>', '</Item>'),
  ],
  ['bare-ampersand', (feed) => feed.replaceAll('down', 'AT&T & R&D; down')],
  ['unknown-entities', (feed) => feed.replaceAll('down', '&nbsp;&euro;&rsquo;&unknown; down')],
  ['bad-references', (feed) => feed.replaceAll('down', '&#0;&#xFFFFFFFF;&#x;&#55296; down')],
  ['bare-less-than', (feed) => feed.replaceAll('down', '< 5 and 3 <4 <= down')],
  ['unquoted-attributes', (feed) => feed.replaceAll(/(\w+)="([^" ]*)"(?!\?)/g, '$1=$2')],
  ['single-word-attributes', (feed) => feed.replaceAll(/<(item|entry)>/g, '<$1 new hot>')],
  ['attributes-twice', (feed) => feed.replaceAll(/<(item|entry)>/g, '<$1 a="1" a="2">')],
  ['attributes-touch', (feed) => feed.replaceAll(/<(item|entry)>/g, `<$1 a="1"b='2'c=3>`)],
  ['unclosed-quote', (feed) => feed.replaceAll(/<(item|entry)>/g, '<$1 class="new>')],
  ['unclosed-quote-once', (feed) => feed.replace(/<(item|entry)>/, "<$1 class='new>")],
  ['less-than-in-attribute', (feed) => feed.replaceAll(/<(item|entry)>/g, '<$1 note="a <b> c">')],
  ['missing-bracket', (feed) => feed.replaceAll('<title>Item', '<title<b>Item')],
  ['controls', (feed) => feed.replaceAll('down', '\u0001\u0008\u000b\u001f down')],
  ['nul-bytes', (feed) => feed.replaceAll('Item', 'It\u0000em')],
  ['missing-root', (feed) => feed.replace(/<(rss|feed)[^>]*>/, '').replace(/<\/(rss|feed)>/, '')],
  ['missing-root-end', (feed) => feed.replace(/<\/(rss|feed)>/, '')],
  ['missing-channel', (feed) => feed.replace('<channel>', '').replace('</channel>', '')],
  ['items-alone', (feed) => feed.slice(feed.search(/<(item|entry)>/), feed.search(/<\/(channel|feed)>/))],
  ['two-declarations', (feed) => `<?xml version="1.0"?>\n${feed}`],
  ['blank-lines-first', (feed) => `\n\n  \n${feed}`],
  ['words-first', (feed) => `Notice: something at line 3\n${feed}`],
  [
    'warning-in-html-first',
    (feed) => `<br />\n<b>Warning</b>: bad call in <b>/srv/feed.php</b><br />\n${feed}`,
  ],
  ['html-around', (feed) => `<html><head><meta charset=utf-8></head><body>${feed}</body></html>`],
  ['words-behind', (feed) => `${feed}\n<!-- 0.1 s --> served by node 7 <b>`],
  ['html-behind', (feed) => `${feed}<script>if (a < b && c > d) { x = "<"; }</script>`],
  ['unclosed-comment-behind', (feed) => `${feed}<!-- generated`],
  ['unclosed-comment-inside', (feed) => feed.replace(/<(item|entry)>/, '<!-- first ><$1>')],
  ['dashes-in-comment', (feed) => feed.replaceAll(/<(item|entry)>/g, '<!-- a -- b --- c --><$1>')],
  ['bad-declaration', (feed) => feed.replace('?>', '>')],
  [
    'declaration-without-quotes',
    (feed) => feed.replace(/<\?xml.*?\?>/, '<?xml version=1.0 encoding=utf-8 ?>'),
  ],
  ['unclosed-doctype', (feed) => feed.replace(/<(rss|feed)/, '<!DOCTYPE rss [ <$1')],
  [
    'undeclared-prefixes',
    (feed) => feed.replaceAll('</title>', '</title><dc:date>2026-03-31</dc:date><x:y z:w="1"/>'),
  ],
  [
    'raw-html-in-text',
    (feed) => feed.replaceAll('Text', '<p>One<br>two <img src=a.png> <a href=/b?c=1&d=2>three</a>'),
  ],
  ['cdata-in-pieces', (feed) => feed.replaceAll('Text', '<![CDATA[One ]]>]]> two <![CDATA[three]]>')],
  ['unclosed-cdata-last', (feed) => feed.replace('Text 5', '<![CDATA[Text 5')],
  ['cut-in-text', cutAt(4, 'down'), 4],
  ['cut-in-tag', (feed) => cutAt(4, 'down 2 %')(feed) + '</tit', 4],
  ['cut-in-start-tag', (feed) => `${cutAt(4, 'down 2 %')(feed)}</title><li`, 4],
  ['cut-in-attribute', (feed) => `${cutAt(4, 'down 2 %')(feed)}</title><link href="https://wi`, 4],
  ['cut-in-entity', (feed) => `${cutAt(4, 'down')(feed)} &am`, 4],
  ['cut-after-item', cutAt(3, '</title>'), 3],
  ['cut-in-cdata', (feed) => `${cutAt(4, 'down')(feed)}</title><description><![CDATA[<p>Half`, 4],
];

const JSON_ITEMS = numbers.map((number) =>
  JSON.stringify({ id: `${number}`, title: `Item {${number}] "down"`, content_text: 'Text' }),
);
const JSON_HEAD = '{"version":"https://jsonfeed.org/version/1.1","title":"Wire","items":[';

const JSON_FILES: readonly (readonly [string, string, number])[] = [
  ['json-trailing-comma', `${JSON_HEAD}${JSON_ITEMS.join(',')},]}`, 5],
  ['json-no-number', `${JSON_HEAD}${JSON_ITEMS.join(',').replaceAll('"id":', '"size": NaN,"id":')}]}`, 5],
  ['json-cut', `${JSON_HEAD}${JSON_ITEMS.join(',').slice(0, -20)}`, 4],
  ['json-unclosed', `${JSON_HEAD}${JSON_ITEMS.join(',')}`, 5],
  ['json-control-in-text', `${JSON_HEAD}${JSON_ITEMS.join(',').replaceAll('down', 'do\nwn')}]}`, 5],
  ['json-mark-and-blank', `\ufeff \n${JSON_HEAD}${JSON_ITEMS.join(',')}]}`, 5],
];

/** Five items each in RSS and Atom, damaged in the ways in which feeds are, and broken JSON. */
export function brokenFeeds(): readonly CorpusFile[] {
  const xml = [...Object.entries({ rss: RSS, atom: ATOM })].flatMap(([format, feed]) =>
    DAMAGES.map(([name, damage, items = ITEMS]) => ({
      name: `broken-${format}-${name}`,
      kind: 'broken' as const,
      bytes: Buffer.from(damage(feed)),
      items,
    })),
  );
  const bytes = Buffer.from(RSS.replaceAll('down', 'd\u00fcwn'), 'latin1');
  return [
    ...xml,
    ...JSON_FILES.map(([name, text, items]) => ({
      name: `broken-${name}`,
      kind: 'broken' as const,
      bytes: Buffer.from(text),
      items,
    })),
    { name: 'broken-rss-latin-bytes-in-utf-8', kind: 'broken', bytes, items: ITEMS },
  ];
}
