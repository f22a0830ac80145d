import { decodeHTML } from 'entities';

const TAG = /<\/?([a-zA-Z][a-zA-Z0-9:-]*)/y;
const BLOCK =
  /^(p|div|br|li|ul|ol|tr|table|h[1-6]|blockquote|section|article|pre|hr|dd|dt|figure|figcaption)$/i;
const HIDDEN = /^(script|style|template|noscript|iframe)$/i;

/**
 * Returns the text of HTML: tags, comments, scripts and styles out, blocks on lines of their own, entities decoded once.
 * A `<` that starts no tag stays. One pass, linear in the length; markup that never ends takes the rest with it.
 */
export function htmlToText(html: string): string {
  let text = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open === -1) {
      text += html.slice(at);
      break;
    }
    text += html.slice(at, open);
    const markup = readMarkup(html, open);
    text += markup.stands;
    at = markup.end;
  }
  return decodeHTML(text)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim();
}

/** What stands for the markup at `open`, and where it ends. */
function readMarkup(html: string, open: number): { readonly stands: string; readonly end: number } {
  if (html.startsWith('<!--', open)) return { stands: '', end: endAfter(html, '-->', open + 4) };
  if (html.startsWith('<![CDATA[', open)) return { stands: '', end: open + 9 };
  if (html.startsWith('<!', open) || html.startsWith('<?', open)) {
    return { stands: '', end: endAfter(html, '>', open) };
  }
  TAG.lastIndex = open;
  const match = TAG.exec(html);
  if (match === null) return { stands: '<', end: open + 1 };
  const name = match[1] ?? '';
  const end = endAfter(html, '>', open);
  if (HIDDEN.test(name) && html[open + 1] !== '/') {
    const closing = new RegExp(`</${name}`, 'gi');
    closing.lastIndex = end;
    const close = closing.exec(html)?.index;
    return { stands: ' ', end: close === undefined ? html.length : endAfter(html, '>', close) };
  }
  return { stands: BLOCK.test(name) ? '\n' : '', end };
}

function endAfter(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found === -1 ? html.length : found + mark.length;
}
