/** A pattern that finds out in linear time whether it matches anywhere in a text. */
export interface LinearPattern {
  test(text: string): boolean;
}

/** Says what is wrong with a pattern, for the one who wrote it. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** Steps of a program; a counted repeat takes its part's steps so many times. */
const MAX_STEPS = 1_000;
const MAX_COUNT = 50;
const MAX_DEPTH = 20;

type Accepts = (unit: number) => boolean;
type Border = 'start' | 'end' | 'word' | 'no-word';

type Step =
  | { readonly kind: 'unit'; readonly accepts: Accepts }
  | { readonly kind: 'border'; readonly border: Border }
  | { kind: 'split'; first: number; second: number }
  | { readonly kind: 'match' };

/** Steps of a part, to be placed at `at`; they go on behind their last one. */
interface Part {
  readonly size: number;
  emit(steps: Step[]): void;
}

/**
 * Compiles a regular expression of the kind that can be run without trying back: letters, `.`, classes `[a-z]`, `\d \w \s`
 * and their opposites, groups, `|`, `* + ? {m,n}`, `^ $ \b \B`. Back references and looking around are refused, as is what comes to
 * more than 1,000 steps. Works on UTF-16 units; ask it about text in the case it was written in.
 *
 * All ways through the pattern are followed at once (Thompson 1968), so time is text times steps whatever both hold. Throws
 * PatternError with the place.
 */
export function createLinearPattern(source: string): LinearPattern {
  const part = new Parser(source).parse();
  const steps: Step[] = [];
  part.emit(steps);
  steps.push({ kind: 'match' });
  const mayBegin = beginnings(steps);
  return { test: (text) => run(steps, mayBegin, text) };
}

class Parser {
  private at = 0;

  constructor(private readonly source: string) {}

  parse(): Part {
    const part = this.alternatives(0);
    if (this.at < this.source.length) throw this.error('closes a group that is not open');
    return part;
  }

  private alternatives(depth: number): Part {
    if (depth > MAX_DEPTH) throw this.error(`opens more than ${MAX_DEPTH} groups in one another`);
    let part = this.sequence(depth);
    while (this.take('|')) part = either(part, this.sequence(depth));
    return part;
  }

  private sequence(depth: number): Part {
    const parts: Part[] = [];
    while (this.at < this.source.length && this.peek() !== '|' && this.peek() !== ')') {
      parts.push(this.repeated(this.single(depth)));
    }
    return this.limited(inOrder(parts));
  }

  private single(depth: number): Part {
    const char = this.next();
    switch (char) {
      case '(':
        return this.group(depth);
      case '[':
        return unit(this.classOf());
      case '.':
        return unit((code) => code !== 10);
      case '^':
        return border('start');
      case '$':
        return border('end');
      case '\\':
        return this.escaped();
      case '*':
      case '+':
      case '?':
      case '{':
        throw this.error(`repeats nothing with "${char}"; write \\${char} for the sign itself`);
      default:
        return unit(exactly(char));
    }
  }

  private group(depth: number): Part {
    if (this.take('?') && !this.take(':'))
      throw this.error('looks around or names a group, which is not supported');
    const part = this.alternatives(depth + 1);
    if (!this.take(')')) throw this.error('opens a group and does not close it');
    return part;
  }

  private repeated(part: Part): Part {
    const char = this.peek();
    if (char === '*') return this.repeat(part, 0, Infinity);
    if (char === '+') return this.repeat(part, 1, Infinity);
    if (char === '?') return this.repeat(part, 0, 1);
    if (char !== '{') return part;
    const counts = /^\{(\d{1,3})(?:(,)(\d{0,3}))?\}/.exec(this.source.slice(this.at));
    if (counts === null) throw this.error('has a "{" that counts nothing; write \\{ for the sign itself');
    const least = Number(counts[1]);
    const most = counts[2] === undefined ? least : counts[3] === '' ? Infinity : Number(counts[3]);
    if (least > MAX_COUNT || (most !== Infinity && most > MAX_COUNT) || most < least)
      throw this.error(`counts outside 0 to ${MAX_COUNT}`);
    this.at += counts[0].length - 1;
    return this.repeat(part, least, most);
  }

  private repeat(part: Part, least: number, most: number): Part {
    this.at += 1;
    // Whether as much or as little as possible is taken says nothing about whether it matches.
    this.take('?');
    if (['*', '+', '{'].includes(this.peek())) throw this.error('repeats a repeat; put it into a group');
    const times = Array.from({ length: least }, () => part);
    if (most === Infinity) return this.limited(inOrder([...times, anyTimes(part)]));
    return this.limited(inOrder([...times, ...Array.from({ length: most - least }, () => optional(part))]));
  }

  private escaped(): Part {
    const char = this.next();
    if (char === 'b') return border('word');
    if (char === 'B') return border('no-word');
    return unit(this.escapedClass(char));
  }

  private escapedClass(char: string): Accepts {
    const known = CLASSES.get(char.toLowerCase());
    if (known !== undefined) return char === char.toLowerCase() ? known : (code) => !known(code);
    if (char === 'n') return exactly('\n');
    if (char === 't') return exactly('\t');
    if (/[\p{L}\p{N}]/u.test(char)) throw this.error(`has "\\${char}", which is not supported`);
    return exactly(char);
  }

  private classOf(): Accepts {
    const not = this.take('^');
    const members: Accepts[] = [];
    while (!this.take(']')) {
      const from = this.classMember();
      if (this.peek() === '-' && this.source[this.at + 1] !== ']' && typeof from === 'string') {
        this.at += 1;
        const to = this.classMember();
        if (typeof to !== 'string' || to < from) throw this.error('has a range that runs backwards');
        const [low, high] = [from.charCodeAt(0), to.charCodeAt(0)];
        members.push((code) => code >= low && code <= high);
      } else members.push(typeof from === 'string' ? exactly(from) : from);
    }
    return (code) => members.some((accepts) => accepts(code)) !== not;
  }

  private classMember(): string | Accepts {
    const char = this.next();
    if (char !== '\\') return char;
    const escaped = this.next();
    return CLASSES.has(escaped.toLowerCase()) || 'nt'.includes(escaped)
      ? this.escapedClass(escaped)
      : escaped;
  }

  private limited(part: Part): Part {
    if (part.size > MAX_STEPS)
      throw this.error(`comes to more than ${MAX_STEPS} steps; count or repeat less`);
    return part;
  }

  private peek(): string {
    return this.source.charAt(this.at);
  }

  private next(): string {
    const char = this.peek();
    if (char === '') throw this.error('ends too early');
    this.at += 1;
    return char;
  }

  private take(char: string): boolean {
    if (this.peek() !== char) return false;
    this.at += 1;
    return true;
  }

  private error(problem: string): PatternError {
    return new PatternError(
      `the pattern ${problem} (at character ${Math.min(this.at + 1, this.source.length)})`,
    );
  }
}

const isWord: Accepts = (code) =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
const CLASSES: ReadonlyMap<string, Accepts> = new Map<string, Accepts>([
  ['d', (code) => code >= 48 && code <= 57],
  ['w', isWord],
  ['s', (code) => /\s/.test(String.fromCharCode(code))],
]);

function exactly(char: string): Accepts {
  const wanted = char.charCodeAt(0);
  return (code) => code === wanted;
}

function unit(accepts: Accepts): Part {
  return { size: 1, emit: (steps) => steps.push({ kind: 'unit', accepts }) };
}

function border(kind: Border): Part {
  return { size: 1, emit: (steps) => steps.push({ kind: 'border', border: kind }) };
}

function inOrder(parts: readonly Part[]): Part {
  return {
    size: parts.reduce((sum, part) => sum + part.size, 0),
    emit: (steps) => {
      for (const part of parts) part.emit(steps);
    },
  };
}

function either(one: Part, other: Part): Part {
  return {
    size: one.size + other.size + 2,
    emit: (steps) => {
      const choice = pushSplit(steps);
      choice.first = steps.length;
      one.emit(steps);
      const leave = pushSplit(steps);
      choice.second = steps.length;
      other.emit(steps);
      leave.first = leave.second = steps.length;
    },
  };
}

function optional(part: Part): Part {
  return {
    size: part.size + 1,
    emit: (steps) => {
      const choice = pushSplit(steps);
      choice.first = steps.length;
      part.emit(steps);
      choice.second = steps.length;
    },
  };
}

function anyTimes(part: Part): Part {
  return {
    size: part.size + 2,
    emit: (steps) => {
      const from = steps.length;
      const choice = pushSplit(steps);
      choice.first = steps.length;
      part.emit(steps);
      const back = pushSplit(steps);
      back.first = back.second = from;
      choice.second = steps.length;
    },
  };
}

function pushSplit(steps: Step[]): Extract<Step, { kind: 'split' }> {
  const step = { kind: 'split' as const, first: 0, second: 0 };
  steps.push(step);
  return step;
}

/** Follows all ways at once: the steps at which some way stands are a set, so no text makes them more. */
function run(steps: readonly Step[], mayBegin: Accepts, text: string): boolean {
  const seenAt = new Int32Array(steps.length).fill(-1);
  let standing: readonly number[] = [];
  for (let place = 0; place <= text.length; place += 1) {
    if (standing.length === 0 && !mayBegin(text.charCodeAt(place))) continue;
    // A way may begin anywhere.
    const next = advance(steps, [...standing, 0], { text, place, seenAt });
    if (next === null) return true;
    standing = next;
  }
  return false;
}

/** Tells which units a match may begin with (NaN: the end of the text), borders aside: most places of a text need no closer look. */
function beginnings(steps: readonly Step[]): Accepts {
  const seen = new Set<number>();
  const firsts: Accepts[] = [];
  const waiting = [0];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const step = steps[at];
    if (step === undefined || step.kind === 'match') return () => true;
    if (seen.has(at)) continue;
    seen.add(at);
    if (step.kind === 'split') waiting.push(step.first, step.second);
    else if (step.kind === 'border') waiting.push(at + 1);
    else firsts.push(step.accepts);
  }
  const accepts: Accepts = (code) => firsts.some((first) => first(code));
  const ascii = Uint8Array.from({ length: 128 }, (_, code) => (accepts(code) ? 1 : 0));
  return (code) => (code < 128 ? ascii[code] === 1 : accepts(code));
}

interface Reading {
  readonly text: string;
  readonly place: number;
  /** For each step the last place at which a way stood there. */
  readonly seenAt: Int32Array;
}

/** Where the ways stand behind the unit at the place; null when one has come to its end. */
function advance(
  steps: readonly Step[],
  waiting: number[],
  { text, place, seenAt }: Reading,
): readonly number[] | null {
  const next: number[] = [];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const step = steps[at];
    if (step === undefined || step.kind === 'match') return null;
    if (seenAt[at] === place) continue;
    seenAt[at] = place;
    if (step.kind === 'split') waiting.push(step.second, step.first);
    else if (step.kind === 'border') {
      if (isBorder(step.border, text, place)) waiting.push(at + 1);
    } else if (place < text.length && step.accepts(text.charCodeAt(place))) next.push(at + 1);
  }
  return next;
}

function isBorder(kind: Border, text: string, place: number): boolean {
  if (kind === 'start') return place === 0;
  if (kind === 'end') return place === text.length;
  const before = place > 0 && isWord(text.charCodeAt(place - 1));
  const after = place < text.length && isWord(text.charCodeAt(place));
  return (before !== after) === (kind === 'word');
}
