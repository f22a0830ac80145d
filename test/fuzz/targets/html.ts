import { htmlToText } from '../../../ingest/parse/html-to-text.js';
import { readableText } from '../../../ingest/parse/readable-text.js';
import { piecesOf } from '../target.js';

export const seeds = piecesOf([
  '<p>Not <b>below</b> estimates &euro;5 &#8212; fine</p><script>alert(1)</script>',
  '<html><head><title>T</title></head><body><nav><a href="/">Home</a></nav><article><p>Aldermoor cut its outlook on Tuesday after a weak quarter.</p></article><footer>About</footer></body></html>',
  '<table><tr><td>Q1</td><td>12</td></tr></table><ul><li>a<li>b</ul><!-- c --><![CDATA[d]]>',
  '<div class="share-bar">Share</div><p>公司发布盈利预警。</p><p>责任编辑：某人</p>',
  'Shares fell 5 % < 6 % & more',
]);

export const pieces = piecesOf([
  ...[
    '<',
    '>',
    '</',
    '<p>',
    '</p>',
    '<div class="',
    '<script>',
    '</script>',
    '<!--',
    '-->',
    '<![CDATA[',
    '&',
    '&#x',
  ],
  ...[
    '&lt;',
    '<a href="/">',
    '</a>',
    '<table>',
    '<td>',
    'style="display:none"',
    ' hidden',
    '<article>',
    '"',
    "'",
  ],
]);

export const limitMs = 1_000;

/** Any text is read as HTML, and what is read of it is not longer than its characters and entities could make it. */
export function run(bytes: Uint8Array): void {
  const html = new TextDecoder().decode(bytes);
  for (const read of [htmlToText, readableText]) {
    if (read(html).length > html.length + 16) throw new Error('The text is longer than the HTML.');
  }
}
