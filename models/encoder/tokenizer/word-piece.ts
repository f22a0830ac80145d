import type { WordPieceSpec } from './parse-tokenizer.js';
import { readCodePoint, type CodePointReading } from './read-code-point.js';

/** The tokens of a text with the place of each in it, in UTF-16 units; the two at the ends stand nowhere (start = end = 0). */
export interface Encoding {
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** There is more in the text than these. */
  readonly cut: boolean;
}

export interface WordPiece {
  /**
   * At most `maxTokens` tokens of the text, with both ends. Reading stops there, and after `maxCharacters` at the latest, so
   * that no text costs more than another of that length. Linear time: a word is looked up in pieces, but is never longer
   * than the vocabulary allows.
   */
  encode(text: string, limits: EncodeLimits): Encoding;
}

export interface EncodeLimits {
  readonly maxTokens: number;
  readonly maxCharacters: number;
}

/** Readings of code points beyond ASCII that are kept; a text has few of them. */
const MAX_KNOWN_READINGS = 20_000;

/** Creates a tokenizer that gives the ids of Hugging Face `tokenizers`, and their places. Memory: the vocabulary. */
export function createWordPiece(spec: WordPieceSpec): WordPiece {
  const readings = new Map<number, readonly CodePointReading[]>();
  const read = (code: number) => {
    const known = readings.get(code);
    if (known !== undefined) return known;
    const fresh = readCodePoint(code, spec.rules);
    if (readings.size < MAX_KNOWN_READINGS) readings.set(code, fresh);
    return fresh;
  };
  const special = specialPattern(spec.specials);
  return {
    encode(text, { maxTokens, maxCharacters }) {
      const writer = new TokenWriter(spec, maxTokens - 1);
      const capped = text.slice(0, maxCharacters).toWellFormed();
      let from = 0;
      for (const match of special === null ? [] : capped.matchAll(special)) {
        readWords(capped, from, match.index, read, writer);
        from = match.index + match[0].length;
        writer.token(spec.specials.get(match[0]) ?? spec.unknownId, match.index, from);
        if (writer.full) break;
      }
      const end = readWords(capped, from, capped.length, read, writer);
      return writer.finish(/[^\s\p{C}]/u.test(text.slice(end)));
    },
  };
}

/** The longest of several that begin at one place wins. */
function specialPattern(specials: ReadonlyMap<string, number>): RegExp | null {
  if (specials.size === 0) return null;
  const longestFirst = [...specials.keys()].sort((a, b) => b.length - a.length);
  return new RegExp(
    longestFirst.map((token) => token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'),
    'gu',
  );
}

/** Returns where it stopped: before `to` only when there is no room any more. */
function readWords(
  text: string,
  from: number,
  to: number,
  read: (code: number) => readonly CodePointReading[],
  writer: TokenWriter,
): number {
  let at = from;
  while (at < to && !writer.full) {
    const code = text.codePointAt(at) ?? 0;
    const next = at + (code > 0xffff ? 2 : 1);
    for (const { text: part, role } of read(code)) {
      if (role !== 'joins') writer.endWord();
      if (role !== 'breaks') writer.add(part, at, next);
      if (role === 'stands') writer.endWord();
    }
    at = next;
  }
  writer.endWord();
  return at;
}

/** Collects one word at a time and writes its pieces: the longest known one first, or "unknown" for the word as a whole. */
class TokenWriter {
  private readonly ids: number[] = [];
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private word = '';
  private characters = 0;
  private wordStarts: number[] = [];
  private wordEnds: number[] = [];
  private dropped = false;

  /** `room` counts all tokens but the last one. */
  constructor(
    private readonly spec: WordPieceSpec,
    private readonly room: number,
  ) {
    this.token(spec.startId, 0, 0);
  }

  get full(): boolean {
    return this.ids.length >= this.room;
  }

  /** Appends one character, which came from `start` to `end` of the text, to the word. */
  add(character: string, start: number, end: number): void {
    this.characters += 1;
    if (this.characters > this.spec.maxWordCharacters) {
      // Too long to be known: only where it ends still matters.
      this.wordEnds[this.wordEnds.length - 1] = end;
      return;
    }
    this.word += character;
    for (let unit = 0; unit < character.length; unit += 1) {
      this.wordStarts.push(start);
      this.wordEnds.push(end);
    }
  }

  endWord(): void {
    if (this.characters === 0) return;
    const pieces = this.characters > this.spec.maxWordCharacters ? null : this.split();
    if (pieces === null) this.token(this.spec.unknownId, this.wordStarts[0] ?? 0, this.wordEnds.at(-1) ?? 0);
    else {
      for (const { id, from, to } of pieces) {
        this.token(id, this.wordStarts[from] ?? 0, this.wordEnds[to - 1] ?? 0);
      }
    }
    this.word = '';
    this.characters = 0;
    this.wordStarts = [];
    this.wordEnds = [];
  }

  token(id: number, start: number, end: number): void {
    if (this.full) {
      this.dropped = true;
      return;
    }
    this.ids.push(id);
    this.starts.push(start);
    this.ends.push(end);
  }

  /** `more`: the text goes on where reading stopped. */
  finish(more: boolean): Encoding {
    this.ids.push(this.spec.endId);
    this.starts.push(0);
    this.ends.push(0);
    return { ids: this.ids, starts: this.starts, ends: this.ends, cut: this.dropped || more };
  }

  private split(): readonly { id: number; from: number; to: number }[] | null {
    const { vocabulary, continuing } = this.spec;
    const pieces: { id: number; from: number; to: number }[] = [];
    for (let from = 0; from < this.word.length;) {
      let to = this.word.length;
      let id: number | undefined;
      for (; to > from; to -= 1) {
        const piece = this.word.slice(from, to);
        id = vocabulary.get(from === 0 ? piece : continuing + piece);
        if (id !== undefined) break;
      }
      if (id === undefined) return null;
      pieces.push({ id, from, to });
      from = to;
    }
    return pieces;
  }
}
