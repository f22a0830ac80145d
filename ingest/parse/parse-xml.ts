import { decodeHTMLStrict } from 'entities';
import { feedName, scopeWith, type NamespaceScope } from './feed-names.js';
import { readDoctype } from './read-doctype.js';
import { tokenizeXml, type XmlHandler, type XmlTag } from './tokenize-xml.js';

const MAX_DEPTH = 128;
/** For one item, and for everything around the items. */
const MAX_ELEMENTS = 5_000;
const MAX_OWN_CHARS = 400_000;
const MAX_EXPANDED_CHARS = 100_000;

const ROOTS = new Set(['rss', 'rdf', 'feed', 'channel', 'urlset', 'sitemapindex', 'html']);
const ITEMS = new Set(['item', 'entry']);
/** Fields on one line, and the fields that can only stand beside them, never inside. */
const LINE_FIELDS = new Set(['title', 'link', 'guid', 'id', 'pubdate', 'published', 'updated', 'dc:date']);
const TEXT_FIELDS = new Set(['description', 'summary']);
const BESIDE_TEXT = new Set([
  'guid',
  'pubdate',
  'published',
  'updated',
  'description',
  'summary',
  'content:encoded',
]);
const BESIDE_LINE = new Set([
  ...BESIDE_TEXT,
  'title',
  'link',
  'id',
  'category',
  'author',
  'content',
  'dc:date',
]);
const FOREIGN_CONTENT = /^(content|summary|description)$/;

/** An element with its usual names (`item`, `dc:date`, `xml:base`); references in texts are decoded once, what stood in CDATA is as it came. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** By name; within a name in their order. */
  readonly children: ReadonlyMap<string, readonly XmlElement[]>;
  /** The text outside of its children. */
  readonly text: string;
  /** Everything inside it as it is written; empty when it has no children. */
  readonly markup: string;
  /** The `xml:base` values around it, outermost first. */
  readonly bases: readonly string[];
}

export interface FoundItem {
  readonly element: XmlElement;
  /** The channel or feed, as far as it has been read. */
  readonly head: XmlElement | null;
  /** The text ended inside the item. */
  readonly partial: boolean;
}

export interface XmlReport {
  /** The first element that feeds begin with; null when there is none. */
  readonly root: XmlElement | null;
  readonly head: XmlElement | null;
  /** The text ended before the root did. */
  readonly truncated: boolean;
  /** What a DOCTYPE tried: `external entities` and the like; null when nothing. */
  readonly hostileDoctype: string | null;
  readonly tooDeep: boolean;
  /** About how many items stand in the text behind the one at which `onItem` ended the reading. */
  readonly unread: number;
}

/** Most elements have none; one that gets its first child gets a map of its own. */
const NO_CHILDREN = new Map<string, XmlElement[]>();

interface OpenElement extends XmlElement {
  children: Map<string, XmlElement[]>;
  text: string;
  markup: string;
}

interface Frame {
  readonly element: OpenElement;
  readonly written: string;
  readonly scope: NamespaceScope | null;
  readonly markupFrom: number;
}

/**
 * Reads a feed in XML and calls `onItem` for each `item` and `entry` (in a sitemap each `url`), wherever it stands and however broken the rest is.
 *
 * Tags that are not closed end with their parent, a field or an item at the latest where the next one begins; what is nested deeper than 128 is
 * left out. Nothing is ever fetched. Once `onItem` answers false the rest is only searched for the tags of items. Memory: the text, one item and at most 5,000 elements around the items; time is linear. Never throws.
 */
export function parseXml(text: string, onItem: (item: FoundItem) => boolean): XmlReport {
  const reader = new FeedReader(text, onItem);
  tokenizeXml(text, reader);
  return reader.finish();
}

class FeedReader implements XmlHandler {
  private readonly source: string;
  private readonly onItem: (item: FoundItem) => boolean;
  private readonly stack: Frame[] = [];
  /** Where in the stack the open item is; -1 without one. */
  private itemAt = -1;
  private root: XmlElement | null = null;
  private head: XmlElement | null = null;
  private rootClosed = false;
  private vocabulary: string | null = null;
  private tooDeep = false;
  /** Elements that are open above the deepest that is kept. */
  private beyond = 0;
  private itemElements = 0;
  private otherElements = 0;
  private entities = new Map<string, string>();
  private expanded = 0;
  private hostileDoctype: string | null = null;
  /** Where the reading was ended before the text. */
  private endedAt: number | null = null;
  private itemTag = '';

  constructor(source: string, onItem: (item: FoundItem) => boolean) {
    this.source = source;
    this.onItem = onItem;
  }

  get ended(): boolean {
    return this.endedAt !== null;
  }

  doctype(subset: string): void {
    const { values, hostile } = readDoctype(subset);
    this.hostileDoctype ??= hostile;
    if (this.entities.size === 0) this.entities = new Map(values);
  }

  open(tag: XmlTag): void {
    const scope = scopeWith(this.stack.at(-1)?.scope ?? null, tag.attributes);
    const { name, vocabulary } = feedName(tag.name, scope, this.vocabulary);
    const local = name.slice(name.indexOf(':') + 1);
    const isRoot = (this.root === null || this.root.name === 'html') && ROOTS.has(local);
    const item = this.isItem(name);
    if (item) this.endOpenItem(tag.from);
    else this.endOpenField(name, tag.from);
    if (this.stack.length >= MAX_DEPTH) {
      this.tooDeep = true;
      if (!tag.empty) this.beyond += 1;
      return;
    }
    const element = this.elementOf(isRoot && !name.startsWith('rdf:') ? local : name, tag, scope);
    if (isRoot) {
      this.root = element;
      if (!name.startsWith('rdf:')) this.vocabulary = vocabulary;
    }
    if (this.head === null && (local === 'channel' || local === 'feed')) this.head = element;
    if (item) {
      this.itemAt = this.stack.length;
      this.itemElements = 0;
    } else this.attach(element);
    this.stack.push({ element, written: tag.name.toLowerCase(), scope, markupFrom: tag.to });
    if (tag.empty) this.pop(tag.to, false);
  }

  close(written: string, from: number): void {
    if (this.beyond > 0) {
      this.beyond -= 1;
      return;
    }
    const name = written.toLowerCase();
    const index = this.stack.findLastIndex((frame) => frame.written === name);
    if (index === -1) return;
    while (this.stack.length > index) this.pop(from, false);
  }

  text(text: string, literal: boolean): void {
    const element = this.stack.at(-1)?.element;
    if (element === undefined || element.text.length > MAX_OWN_CHARS) return;
    const piece = text.slice(0, MAX_OWN_CHARS);
    element.text += literal ? piece : this.decode(piece);
  }

  finish(): XmlReport {
    const truncated = this.root !== null && !this.rootClosed && !this.ended;
    // An item that is open where the reading was ended is among those that are counted.
    if (this.ended) this.itemAt = -1;
    while (this.stack.length > 0) this.pop(this.source.length, true);
    const { root, head, hostileDoctype, tooDeep } = this;
    const unread = this.endedAt === null ? 0 : countTags(this.source, this.endedAt, this.itemTag);
    return { root, head, truncated, hostileDoctype, tooDeep, unread };
  }

  private isItem(name: string): boolean {
    if (this.root?.name === 'urlset') return name === 'url';
    return ITEMS.has(name) && !this.stack.some(({ element }) => holdsForeignXml(element));
  }

  /** An item holds no items: where the next begins it has ended, closed or not. */
  private endOpenItem(at: number): void {
    if (this.itemAt === -1) return;
    this.beyond = 0;
    const { itemAt } = this;
    while (this.stack.length > itemAt) this.pop(at, false);
  }

  /** A field holds no field of its kind: where the next begins it has ended. */
  private endOpenField(name: string, at: number): void {
    const open = this.stack.at(-1)?.element.name ?? '';
    const ends = LINE_FIELDS.has(open)
      ? BESIDE_LINE.has(name)
      : TEXT_FIELDS.has(open) && BESIDE_TEXT.has(name);
    if (ends && this.beyond === 0) this.pop(at, false);
  }

  private pop(at: number, cutOff: boolean): void {
    const frame = this.stack.pop();
    if (frame === undefined) return;
    const { element, markupFrom } = frame;
    if (element.children.size > 0) {
      element.markup = this.source.slice(markupFrom, Math.min(at, markupFrom + MAX_OWN_CHARS));
    }
    if (element === this.root && !cutOff) this.rootClosed = true;
    if (this.stack.length !== this.itemAt) return;
    this.itemAt = -1;
    if (this.ended || this.onItem({ element, head: this.head, partial: cutOff })) return;
    this.endedAt = at;
    this.itemTag = frame.written;
  }

  private attach(element: OpenElement): void {
    const count = this.itemAt !== -1 ? (this.itemElements += 1) : (this.otherElements += 1);
    const parent = this.stack.at(-1)?.element;
    if (parent === undefined || count > MAX_ELEMENTS) return;
    if (parent.children === NO_CHILDREN) parent.children = new Map();
    const same = parent.children.get(element.name);
    if (same === undefined) parent.children.set(element.name, [element]);
    else same.push(element);
  }

  private elementOf(name: string, tag: XmlTag, scope: NamespaceScope | null): OpenElement {
    const attributes = new Map<string, string>();
    for (const [key, value] of tag.attributes) {
      const usual = key.includes(':') ? feedName(key, scope, null).name : key.toLowerCase();
      attributes.set(usual, this.decode(value.slice(0, 10_000)));
    }
    const around = this.stack.at(-1)?.element.bases ?? [];
    const base = attributes.get('xml:base');
    const bases = base === undefined || around.length >= 16 ? around : [...around, base];
    return { name, attributes, children: NO_CHILDREN, text: '', markup: '', bases };
  }

  private decode(text: string): string {
    if (!text.includes('&')) return text;
    if (this.entities.size === 0) return decodeHTMLStrict(text);
    const whole = text.replace(/&([\w.:-]{1,80});/g, (reference, name: string) => {
      const value = this.entities.get(name);
      if (value === undefined) return reference;
      this.expanded += value.length;
      return this.expanded > MAX_EXPANDED_CHARS ? '' : value.replaceAll('&', '&amp;');
    });
    return decodeHTMLStrict(whole);
  }
}

/** Counts the start tags of that name; those in comments and CDATA, too. */
function countTags(source: string, from: number, name: string): number {
  const tag = new RegExp(`<${name.replace(/\W/g, '\\$&')}[\\s/>]`, 'gi');
  return source.slice(from).match(tag)?.length ?? 0;
}

/** XML of another kind inside an entry, whose `item` is no item of this feed. */
function holdsForeignXml(element: XmlElement): boolean {
  return FOREIGN_CONTENT.test(element.name) && /xml|xhtml/i.test(element.attributes.get('type') ?? '');
}
