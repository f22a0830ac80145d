import { decodeHTML } from 'entities';
import { isFurniture, isQuote, withoutSignature } from './page-furniture.js';

/** More of a page is not read: no article is that long. */
const MAX_HTML = 2_000_000;
/** Deeper than this, elements are flat. */
const MAX_DEPTH = 500;
/** An article of fewer units outside links is a teaser, and the text stands elsewhere. */
const MIN_ARTICLE = 140;
const MAX_ATTRIBUTES = 2_000;
const MAX_BLOCKS = 20_000;

const TAG = /<(\/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})/y;
const BLOCK =
  /^(?:p|div|br|li|ul|ol|tr|td|th|table|h[1-6]|blockquote|section|article|main|pre|hr|dd|dt|dl|figure|figcaption|body|center)$/;
/** What a reader never reads as part of the text, with all in it. */
const LEFT_OUT =
  /^(?:script|style|template|noscript|iframe|head|nav|footer|aside|button|select|option|svg|canvas|video|audio|object|dialog|menu|figcaption|textarea|label)$/;
/** Of these nothing is mark-up until their own end. */
const RAW = /^(?:script|style|template|noscript|iframe|textarea|svg)$/;
const VOID = /^(?:br|hr|img|input|meta|link|source|col|area|base|wbr|embed|track|param)$/;
/** Names of blocks beside the text: the whole of a word of `class`, `id` or `role`, with a prefix and a suffix of layout. */
const BESIDE =
  /^(?!(?:has|with|no|layout|page|content|main|article|body|site|theme)[-_])(?:[a-z0-9]{1,20}[-_]){0,3}(?:nav|navbar|navigation|menu|footer|sidebar|breadcrumbs?|cookies?|consent|gdpr|share|sharing|sharebar|social|related|recommend|recommended|recommendations?|newsletter|subscribe|subscription|promo|adverts?|advertisement|ads?|banner|comments|tags|tagcloud|ticker|tickers|tickertape|quotebar|paywall|popup|modal|toolbar|pagination|pager|disclaimer|copyright|skiplink|bdsharebuttonbox)(?:[-_](?:wrap|wrapper|container|box|bar|list|links?|icons?|buttons?|btns?|items?|section|area|block|widget|inner|module|panel|group|tape|notice|articles|stories|news|menu|top|bottom|left|right|\d{1,3})){0,3}$/i;
const NAMES = /\s(?:class|id|role)\s*=\s*(?:"([^"]{0,500})|'([^']{0,500})|([^\s"'>]{1,100}))/gi;
const HIDDEN = /\shidden(?=[\s>=/])|aria-hidden\s*=\s*["']?true|display\s*:\s*none/i;
/** A wrapper of the whole page is never beside the text. */
const WRAPPER = /^(?:html|body|article|main)$/;

interface Block {
  readonly text: string;
  /** Units of it that stand in links. */
  readonly linked: number;
  readonly inArticle: boolean;
  readonly beside: boolean;
}

/**
 * Returns the text of a page or of a part of one that a person would read: paragraphs on lines of their own, without navigation, share
 * buttons, ticker menus, cookie notes, link lists and lines such as "Read more", 相关阅读 or 责任编辑. Entities are decoded once.
 *
 * Where the page has an `article` or `main` with a text, the rest is left out. A short part without any paragraph of its own is
 * returned whole, so that a summary such as "Shares fell" is never lost. One pass, linear; reads 2,000,000 units at most.
 */
export function readableText(html: string): string {
  const blocks = readBlocks(html.slice(0, MAX_HTML));
  const read = blocks.filter((block) => !block.beside);
  const article = read.filter((block) => block.inArticle);
  const told = article.reduce((sum, { text, linked }) => sum + text.length - linked, 0);
  const chosen = told >= MIN_ARTICLE ? article : read;
  const lines = chosen.filter((block) => !isLinkList(block) && !isFurniture(block.text));
  const kept = withoutQuotes(lines.map(({ text }) => withoutSignature(text)));
  if (kept.length > 0) return kept.join('\n');
  const anything = read.length > 0 ? read : blocks;
  return anything.map(({ text }) => text).join('\n');
}

/** Without bars of three and more quotes, and without a line that repeats the one before it. */
function withoutQuotes(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let run = 0;
  for (const line of lines) {
    if (line === '' || line === kept.at(-1)) continue;
    kept.push(line);
    run = isQuote(line) ? run + 1 : 0;
    if (run === 3) kept.splice(-3);
    else if (run > 3) kept.pop();
  }
  return kept;
}

/** Mostly links: a menu, a list of other articles, tickers. A linked headline alone is not. */
function isLinkList({ text, linked }: Block): boolean {
  return linked * 10 >= text.length * 7 && (text.length < 40 || linked === text.length);
}

function readBlocks(html: string): readonly Block[] {
  const reader = new BlockReader();
  let at = 0;
  while (at < html.length && reader.blocks.length < MAX_BLOCKS) {
    const open = html.indexOf('<', at);
    reader.text(html.slice(at, open === -1 ? html.length : open));
    if (open === -1) break;
    at = readMarkup(html, open, reader);
  }
  reader.endBlock();
  return reader.blocks;
}

/** Hands the mark-up at `open` to the reader and returns where it ends; a `<` that starts none is text. */
function readMarkup(html: string, open: number, reader: BlockReader): number {
  if (html.startsWith('<!--', open)) return endAfter(html, '-->', open + 4);
  if (html.startsWith('<![CDATA[', open)) return open + 9;
  if (html.startsWith('<!', open) || html.startsWith('<?', open)) return endAfter(html, '>', open);
  TAG.lastIndex = open;
  const match = TAG.exec(html);
  if (match === null) {
    reader.text('<');
    return open + 1;
  }
  const name = (match[2] ?? '').toLowerCase();
  const end = endOfTag(html, open + match[0].length);
  if (match[1] === '/') reader.close(name);
  else if (RAW.test(name)) return endOfRaw(html, name, end);
  else if (VOID.test(name) || html.startsWith('/>', end - 2)) reader.mark(name);
  else reader.open(name, html.slice(open, Math.min(end, open + MAX_ATTRIBUTES)));
  return end;
}

/** Past the `>` of a tag; one inside a quoted value (looked at for 300 units more) ends none. Mark-up that never ends takes the rest. */
function endOfTag(html: string, from: number): number {
  const close = html.indexOf('>', from);
  if (close === -1) return html.length;
  const quote = openQuote(html.slice(Math.max(from, close - MAX_ATTRIBUTES), close));
  if (quote === null) return close + 1;
  const rest = html.slice(close, close + 300);
  const after = rest.indexOf('>', rest.indexOf(quote) + 1);
  return rest.includes(quote) && after > 0 ? close + after + 1 : close + 1;
}

/** The quote that a stretch of attributes leaves open, or null. */
function openQuote(attributes: string): string | null {
  let quote: string | null = null;
  for (const unit of attributes) {
    if (quote === null && (unit === '"' || unit === "'")) quote = unit;
    else if (unit === quote) quote = null;
  }
  return quote;
}

function endOfRaw(html: string, name: string, from: number): number {
  const closing = new RegExp(`</${name}`, 'gi');
  closing.lastIndex = from;
  const close = closing.exec(html)?.index;
  return close === undefined ? html.length : endAfter(html, '>', close);
}

function endAfter(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found === -1 ? html.length : found + mark.length;
}

interface Element {
  readonly name: string;
  readonly beside: boolean;
  readonly article: boolean;
  readonly link: boolean;
}

/** Gathers text into blocks. Memory: the text, and a short entry for each open element, at most 500. */
class BlockReader {
  readonly blocks: Block[] = [];
  private readonly elements: Element[] = [];
  private beside = 0;
  private article = 0;
  private links = 0;
  private parts: string[] = [];
  private linked = 0;

  text(text: string): void {
    if (text === '') return;
    this.parts.push(text);
    if (this.links > 0) this.linked += text.trim().length;
  }

  /** An element without an inside. */
  mark(name: string): void {
    if (BLOCK.test(name)) this.endBlock();
  }

  open(name: string, tag: string): void {
    const top = this.elements.at(-1)?.name;
    if (top === name && (name === 'p' || name === 'li' || name === 'a')) this.close(name);
    this.mark(name);
    if (this.elements.length >= MAX_DEPTH) return;
    const beside = !WRAPPER.test(name) && (LEFT_OUT.test(name) || HIDDEN.test(tag) || isNamedBeside(tag));
    if (beside && this.beside === 0) this.endBlock();
    this.enter({ name, beside, article: name === 'article' || name === 'main', link: name === 'a' }, 1);
  }

  /** Ends the newest element of that name with all inside it; an end without a beginning only parts blocks. */
  close(name: string): void {
    this.mark(name);
    const from = this.elements.findLastIndex(
      (element, index) => element.name === name && index >= this.elements.length - 60,
    );
    if (from < 0) return;
    for (const element of this.elements.slice(from)) {
      if (element.beside) this.endBlock();
      this.enter(element, -1);
    }
  }

  endBlock(): void {
    if (this.parts.length === 0) return;
    const text = decodeHTML(this.parts.join('')).replace(/\s+/g, ' ').trim();
    const { linked } = this;
    this.parts = [];
    this.linked = 0;
    if (text !== '') this.blocks.push({ text, linked, inArticle: this.article > 0, beside: this.beside > 0 });
  }

  private enter(element: Element, step: 1 | -1): void {
    if (step === 1) this.elements.push(element);
    else this.elements.pop();
    if (element.beside) this.beside += step;
    if (element.article) this.article += step;
    if (element.link) this.links += step;
  }
}

function isNamedBeside(tag: string): boolean {
  for (const match of tag.matchAll(NAMES)) {
    const names = match[1] ?? match[2] ?? match[3] ?? '';
    if (names.split(/\s+/).some((name) => name.length <= 60 && BESIDE.test(name))) return true;
  }
  return false;
}
