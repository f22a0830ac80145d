/** A start tag as it was written: names in the author's case, values with their references not yet decoded. */
export interface XmlTag {
  readonly name: string;
  /** At most 100; of two with one name the first counts. */
  readonly attributes: ReadonlyMap<string, string>;
  /** True for `<a/>`. */
  readonly empty: boolean;
  /** Where the tag begins and where what follows it begins. */
  readonly from: number;
  readonly to: number;
}

export interface XmlHandler {
  /** Once true nothing more is read. */
  readonly ended: boolean;
  open(tag: XmlTag): void;
  close(name: string, from: number): void;
  /** `literal` text stood in CDATA: its references mean nothing. */
  text(text: string, literal: boolean): void;
  /** What stands between `[` and `]` of a DOCTYPE. */
  doctype(subset: string): void;
}

const MAX_ATTRIBUTES = 100;
const MAX_NAME_CHARS = 200;
const MAX_SPACE_AFTER_SUBSET = 100;
const NAME_START = /[A-Za-z_:\u0080-\uffff]/;
const NAME = /[^\s/>=<"']+/y;
const SPACE = /[\s/]*/y;
const EQUALS = /\s*=\s*/y;
const BARE_VALUE = /[^\s<>]*/y;
const REST_OF_TAG = /[^<>]*/y;

/**
 * Calls the handler for each piece of XML, in order, however ill-formed it is; never throws.
 *
 * As a careful reader would: a `<` that starts no tag is text, a quote that is never closed ends with its tag, a comment or CDATA without an end takes
 * as little as possible, and a tag in which the text ends is left out. No general tokenizer of npm does all of that: htmlparser2 lets an
 * open quote swallow the items up to the next one and reads a DOCTYPE only up to its first `>`.
 * Time: linear in the length, as every character is looked at a bounded number of times.
 */
export function tokenizeXml(text: string, handler: XmlHandler): void {
  new Tokenizer(text, handler).run();
}

class Tokenizer {
  private readonly source: string;
  private readonly handler: XmlHandler;
  /** Marks that do not come again; without this a flood of unclosed comments would be searched to the end each time. */
  private readonly absent = new Set<string>();

  constructor(source: string, handler: XmlHandler) {
    this.source = source;
    this.handler = handler;
  }

  run(): void {
    const { source } = this;
    let textFrom = 0;
    let at = 0;
    while (at < source.length && !this.handler.ended) {
      const open = source.indexOf('<', at);
      if (open === -1) break;
      if (!this.startsMarkup(open)) {
        at = open + 1;
        continue;
      }
      if (open > textFrom) this.handler.text(source.slice(textFrom, open), false);
      at = this.markup(open);
      textFrom = at;
    }
    if (textFrom < source.length && !this.handler.ended) this.handler.text(source.slice(textFrom), false);
  }

  private startsMarkup(open: number): boolean {
    const next = this.source.charAt(open + 1);
    return next === '!' || next === '?' || next === '/' || NAME_START.test(next);
  }

  /** Answers where the markup ends. */
  private markup(open: number): number {
    const { source } = this;
    const next = source.charAt(open + 1);
    if (next === '/') return this.closeTag(open);
    if (next === '?') return this.instruction(open);
    if (next !== '!') return this.openTag(open);
    if (source.startsWith('<!--', open)) return this.after('-->', open + 4) ?? this.pastTag(open);
    if (source.startsWith('<![CDATA[', open)) return this.cdata(open + 9);
    if (/^<!doctype/i.test(source.slice(open, open + 9))) return this.doctype(open);
    return this.pastTag(open);
  }

  private cdata(from: number): number {
    const end = this.find(']]>', from);
    const stop = end ?? this.find('</', from) ?? this.source.length;
    this.handler.text(this.source.slice(from, stop), true);
    return end === null ? stop : end + 3;
  }

  /** The XML declaration is often written with a mere `>` at its end. */
  private instruction(open: number): number {
    if (/^<\?xml/i.test(this.source.slice(open, open + 5))) return this.pastTag(open);
    return this.after('?>', open) ?? this.pastTag(open);
  }

  private doctype(open: number): number {
    const { source } = this;
    const head = matchAt(/[^[<>]*/y, source, open + 9);
    const from = open + 9 + head.length;
    if (source.charAt(from) !== '[') return this.pastTag(open);
    for (let end = this.find(']', from); end !== null; end = this.find(']', end + 1)) {
      const space = matchAt(/\s*/y, source, end + 1).length;
      if (space > MAX_SPACE_AFTER_SUBSET || source.charAt(end + 1 + space) !== '>') continue;
      this.handler.doctype(source.slice(from + 1, end));
      return end + space + 2;
    }
    return this.pastTag(open);
  }

  private closeTag(open: number): number {
    const { source } = this;
    const name = matchAt(NAME, source, open + 2 + matchAt(/\s*/y, source, open + 2).length);
    const rest = matchAt(REST_OF_TAG, source, open + 2);
    if (name !== '') this.handler.close(name.slice(0, MAX_NAME_CHARS), open);
    const end = open + 2 + rest.length;
    return source.charAt(end) === '>' ? end + 1 : end;
  }

  private openTag(from: number): number {
    const { source } = this;
    const name = matchAt(NAME, source, from + 1);
    const attributes = new Map<string, string>();
    // In XML no value holds a `<`, so that the next one bounds the tag.
    let bound = this.find('<', from + 1) ?? source.length;
    let at = from + 1 + name.length;
    while (at < source.length) {
      at += matchAt(SPACE, source, at).length;
      const char = source.charAt(at);
      if (char === '>' || char === '<' || char === '') break;
      const key = matchAt(NAME, source, at);
      if (key === '') {
        at += 1;
        continue;
      }
      at += key.length;
      const equals = matchAt(EQUALS, source, at);
      const value = equals === '' ? { text: '', end: at } : this.value(at + equals.length, bound);
      at = value.end;
      if (at > bound) bound = this.find('<', at) ?? source.length;
      if (attributes.size < MAX_ATTRIBUTES && !attributes.has(key)) attributes.set(key, value.text);
    }
    if (at >= source.length) return source.length;
    const closed = source.charAt(at) === '>';
    const to = closed ? at + 1 : at;
    const empty = closed && source.charAt(at - 1) === '/';
    this.handler.open({ name: name.slice(0, MAX_NAME_CHARS), attributes, empty, from, to });
    return to;
  }

  /** The value that begins at `from` in a tag that should end before `bound`. */
  private value(from: number, bound: number): { readonly text: string; readonly end: number } {
    const { source } = this;
    const quote = source.charAt(from);
    if (quote !== '"' && quote !== "'") {
      // `<a b=c/>` closes, `<a b=http://c/d>` does not.
      const bare = matchAt(BARE_VALUE, source, from);
      const closes = bare.endsWith('/') && source.charAt(from + bare.length) === '>';
      const text = closes ? bare.slice(0, -1) : bare;
      return { text, end: from + text.length };
    }
    const end = this.find(quote, from + 1);
    if (end !== null && end < bound) return { text: source.slice(from + 1, end), end: end + 1 };
    // Searched only now, so that a long sound tag is not searched for each of its values.
    const within = source.slice(from + 1, bound).indexOf('>');
    if (end !== null && within === -1 && endsValue(source, end)) {
      return { text: source.slice(from + 1, end), end: end + 1 };
    }
    const stop = within === -1 ? bound : from + 1 + within;
    return { text: source.slice(from + 1, stop), end: stop };
  }

  private pastTag(open: number): number {
    return this.after('>', open) ?? this.source.length;
  }

  private after(mark: string, from: number): number | null {
    const found = this.find(mark, from);
    return found === null ? null : found + mark.length;
  }

  private find(mark: string, from: number): number | null {
    if (this.absent.has(mark)) return null;
    const found = this.source.indexOf(mark, from);
    if (found !== -1) return found;
    this.absent.add(mark);
    return null;
  }
}

function endsValue(source: string, quoteAt: number): boolean {
  return /[\s/>]/.test(source.charAt(quoteAt + 1));
}

/** What the sticky pattern matches at that place. */
function matchAt(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? '';
}
