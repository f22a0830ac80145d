import { foldLookalikes } from './fold-lookalikes.js';

/**
 * Cleaned text with the way back: unit `i` of `text` was made from the units `starts[i]` (inclusive) to
 * `ends[i]` (exclusive) of the original. Both are null when the text came out unchanged.
 */
export interface NormalisedText {
  readonly text: string;
  readonly starts: Int32Array | null;
  readonly ends: Int32Array | null;
}

/** Longest tag and longest entity that are looked for; a `<` or `&` without an end within that stays as text. */
const MAX_TAG = 2_000;
const MAX_ENTITY = 12;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['ensp', ' '],
  ['emsp', ' '],
  ['thinsp', ' '],
  ['ndash', '–'],
  ['mdash', '—'],
  ['hellip', '…'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['laquo', '«'],
  ['raquo', '»'],
  ['euro', '€'],
  ['pound', '£'],
  ['yen', '¥'],
  ['cent', '¢'],
  ['copy', '©'],
  ['reg', '®'],
  ['trade', '™'],
  ['bull', '•'],
  ['middot', '·'],
  ['times', '×'],
  ['divide', '÷'],
  ['minus', '−'],
  ['plusmn', '±'],
  ['deg', '°'],
  ['permil', '‰'],
  ['eacute', 'é'],
  ['egrave', 'è'],
  ['agrave', 'à'],
  ['ccedil', 'ç'],
  ['ouml', 'ö'],
  ['auml', 'ä'],
  ['uuml', 'ü'],
  ['Ouml', 'Ö'],
  ['Auml', 'Ä'],
  ['Uuml', 'Ü'],
  ['szlig', 'ß'],
  ['ntilde', 'ñ'],
]);

/** Units that stay as they are, whatever stands before and, but for an accent, behind: printable ASCII without mark-up, and common CJK. */
const PLAIN = buildPlainTable();

/**
 * The text as models and the linker read it: NFKC, without HTML tags and entities, control, zero-width and
 * direction characters, and with white space collapsed to single spaces. Words, signs, numbers, currencies and
 * negations stay; raised, lowered, circled and broken figures stay as they are, because NFKC would make 105 of 10⁵ and 21⁄2 of 2½. Letters that
 * only look Latin inside a Latin word become Latin, and heaps of accents go. Linear in the length of the text; bounded look-ahead, so
 * hostile mark-up costs no more.
 */
export function normaliseText(text: string): string {
  return normaliseWithOffsets(text).text;
}

/** As `normaliseText`, with the position of every unit in the original. Memory: 8 bytes a unit when something changed. */
export function normaliseWithOffsets(text: string): NormalisedText {
  let end = plainEnd(text, 0);
  if (end === text.length) return { text, starts: null, ends: null };
  const out = new Output(text.length);
  // Plain stretches, most of a text, are copied at once; what stands between them is looked at unit by unit.
  for (let at = 0; at < text.length; end = plainEnd(text, at)) {
    if (end > at) out.copy(text, at, end);
    at = end > at ? end : step(text, at, out);
  }
  return out.finish();
}

/** Where the stretch of plain units and single spaces between them ends that begins here; here where none does. */
function plainEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length) {
    if (isPlainAt(text, end)) end += 1;
    else if (end > at && text.charCodeAt(end) === 0x20 && isPlainAt(text, end + 1)) end += 2;
    else break;
  }
  return end;
}

/** An accent behind it may join it. */
function isPlainAt(text: string, at: number): boolean {
  return PLAIN[text.charCodeAt(at)] === 1 && !isCombining(text.charCodeAt(at + 1));
}

function buildPlainTable(): Uint8Array {
  const table = new Uint8Array(65_536);
  table.fill(1, 0x21, 0x7f);
  for (const mark of '&<>') table[mark.charCodeAt(0)] = 0;
  table.fill(1, 0x3001, 0x3003);
  table.fill(1, 0x300a, 0x3012);
  table.fill(1, 0x3400, 0xa000);
  return table;
}

function step(text: string, at: number, out: Output): number {
  const code = text.charCodeAt(at);
  if (code === 0x3c) {
    const end = tagEnd(text, at);
    if (end > 0) {
      out.space(at);
      return end;
    }
  }
  if (code === 0x26) {
    const entity = decodeEntity(text, at);
    if (entity !== null) {
      out.push(entity.value, at, entity.end);
      return entity.end;
    }
  }
  if (code < 0x80 && !isCombining(text.charCodeAt(at + 1))) {
    out.ascii(code, at);
    return at + 1;
  }
  // A full-width form, as every comma in Chinese is.
  if (code >= 0xff01 && code <= 0xff5e && !isCombining(text.charCodeAt(at + 1))) {
    out.ascii(code - 0xfee0, at);
    return at + 1;
  }
  const end = clusterEnd(text, at);
  const cluster = text.slice(at, end);
  const first = cluster.codePointAt(0) ?? 0;
  if (!isInvisible(first) && !isLeftOver(first)) out.push(readCluster(cluster, first), at, end);
  return end;
}

/** More marks than any language puts on a letter are noise. */
const MAX_MARKS = 3;

function readCluster(cluster: string, first: number): string {
  if (isSmallFigure(first)) return cluster;
  const width = first > 0xffff ? 2 : 1;
  return (cluster.length - width > MAX_MARKS ? cluster.slice(0, width) : cluster).normalize('NFKC');
}

/** ² ³ ¹ ¼ ½ ¾ ⁵ ₅ ⅓ ① ⒈: figures that must not join the one before or behind. */
function isSmallFigure(code: number): boolean {
  return (
    code === 0xb2 ||
    code === 0xb3 ||
    code === 0xb9 ||
    (code >= 0xbc && code <= 0xbe) ||
    (code >= 0x2070 && code <= 0x2089) ||
    (code >= 0x2150 && code <= 0x215f) ||
    (code >= 0x2460 && code <= 0x249b)
  );
}

/** An accent that stands on no letter of its cluster, the rest of a heap; or half of a pair. */
function isLeftOver(code: number): boolean {
  return (code >= 0x300 && code <= 0x36f) || (code >= 0xd800 && code <= 0xdfff);
}

class Output {
  private readonly parts: string[] = [];
  private starts: Int32Array;
  private ends: Int32Array;
  private length = 0;
  private pendingSpaceAt = -1;

  constructor(capacity: number) {
    this.starts = new Int32Array(capacity + 16);
    this.ends = new Int32Array(capacity + 16);
  }

  /** Remembers a gap; it becomes one space when something follows. */
  space(at: number): void {
    if (this.pendingSpaceAt < 0 && this.length > 0) this.pendingSpaceAt = at;
  }

  ascii(code: number, at: number): void {
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) this.space(at);
    else if (code > 0x20 && code !== 0x7f) this.unit(String.fromCharCode(code), at, at + 1);
  }

  push(value: string, start: number, end: number): void {
    for (let i = 0; i < value.length; i++) {
      const unit = value.charAt(i);
      if (isSpace(unit.charCodeAt(0))) this.space(start);
      else if (!isInvisible(unit.charCodeAt(0))) this.unit(unit, start, end);
    }
  }

  /** A stretch that stays as it is; it begins with no space. */
  copy(text: string, start: number, end: number): void {
    this.flushSpace();
    while (this.length + end - start > this.starts.length) this.grow();
    this.parts.push(text.slice(start, end));
    for (let at = start; at < end; at += 1) {
      this.starts[this.length] = at;
      this.ends[this.length] = at + 1;
      this.length += 1;
    }
  }

  finish(): NormalisedText {
    return {
      text: foldLookalikes(this.parts.join('')),
      starts: this.starts.subarray(0, this.length),
      ends: this.ends.subarray(0, this.length),
    };
  }

  private unit(unit: string, start: number, end: number): void {
    this.flushSpace();
    this.append(unit, start, end);
  }

  private flushSpace(): void {
    if (this.pendingSpaceAt < 0) return;
    this.append(' ', this.pendingSpaceAt, this.pendingSpaceAt + 1);
    this.pendingSpaceAt = -1;
  }

  private append(unit: string, start: number, end: number): void {
    if (this.length === this.starts.length) this.grow();
    this.parts.push(unit);
    this.starts[this.length] = start;
    this.ends[this.length] = end;
    this.length += 1;
  }

  private grow(): void {
    const starts = new Int32Array(this.starts.length * 2);
    const ends = new Int32Array(this.starts.length * 2);
    starts.set(this.starts);
    ends.set(this.ends);
    this.starts = starts;
    this.ends = ends;
  }
}

/** Past the `>` of a tag or comment that starts here, or 0 when `<` is a plain sign ("a < b", "<3"). */
function tagEnd(text: string, at: number): number {
  const next = text.charAt(at + 1);
  if (!/[a-zA-Z/!?]/.test(next)) return 0;
  const limit = Math.min(text.length, at + MAX_TAG);
  for (let i = at + 2; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3e) return i + 1;
    if (code === 0x3c) return 0;
  }
  return 0;
}

function decodeEntity(text: string, at: number): { value: string; end: number } | null {
  const semicolon = text.slice(at + 1, at + MAX_ENTITY).indexOf(';');
  if (semicolon < 1) return null;
  const body = text.slice(at + 1, at + 1 + semicolon);
  const end = at + semicolon + 2;
  const named = ENTITIES.get(body);
  if (named !== undefined) return { value: named, end };
  const numeric = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(body);
  if (numeric === null) return null;
  const code = numeric[1] === undefined ? Number(numeric[2]) : Number.parseInt(numeric[1], 16);
  const valid = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return { value: valid ? String.fromCodePoint(code).normalize('NFKC') : '', end };
}

/** One code point with at most eight combining marks after it, so that NFKC can compose them. */
function clusterEnd(text: string, at: number): number {
  let end = at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
  for (let marks = 0; marks < 8 && isCombining(text.charCodeAt(end)); marks++) end += 1;
  return end;
}

function isCombining(code: number): boolean {
  return (code >= 0x300 && code <= 0x36f) || code === 0x3099 || code === 0x309a;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0x2028 || code === 0x2029;
}

/** Control, zero-width, direction, variation and tag characters: seen by programs, not by readers. */
function isInvisible(code: number): boolean {
  return (
    code < 0x09 ||
    (code > 0x0d && code < 0x20) ||
    (code >= 0x7f && code < 0xa0 && code !== 0x85) ||
    code === 0xad ||
    code === 0x061c ||
    code === 0x180e ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    code === 0xfeff ||
    (code >= 0xe0000 && code <= 0xe01ef)
  );
}
