import { CLAUSE_BIT, DENIAL_BIT, TOKEN_KIND, type StorySketch } from './sketch-story.js';

/** `conflict`: they differ in what must not differ. `unrelated`: they have too little in common. */
export type SketchRelation = 'same' | 'conflict' | 'unrelated';

/** What the comparison reads of a sketch; the index keeps it in another form. */
export type ComparableSketch = Pick<StorySketch, 'tokens' | 'facts' | 'open'>;

/** So far behind a difference the texts may meet again. */
const REACH = 26;
const MIN_MATCHED = 4;
const MIN_MATCHED_HAN = 7;
const MIN_COVERAGE = 0.7;
/** Added words, substituted words and whole clauses are borne up to these shares of what is equal. */
const INSERTED_SHARE = 1 / 5;
const SUBSTITUTED_SHARE = 1 / 12;
const CLAUSE_SHARE = 0.6;
/** A shorter piece between commas may be one more name of a list. */
const MIN_CLAUSE = 5;
/** A text of so many words is cut for its length, wherever it ends. */
const LONG_TEXT = 20;
const DENIAL_REACH = 12;
const MAX_HEAD = 16;

/**
 * Whether two texts tell the same, by an alignment of their words.
 *
 * The same: equal words, up to a prefix, a cut end, whole clauses without figures, and few plain words. Numbers, signs,
 * directions, denials and dates must be the same and in the same order; names and Chinese characters are never replaced by others.
 * Symmetric. Costs at most some thousand comparisons of integers.
 */
export function compareSketches(a: ComparableSketch, b: ComparableSketch): SketchRelation {
  if (!agreeAsFarAsTheyGo(a.facts, b.facts)) return 'conflict';
  return new Alignment(a, b).judge();
}

function agreeAsFarAsTheyGo(a: Uint32Array, b: Uint32Array): boolean {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return false;
  return true;
}

class Alignment {
  readonly #a: ComparableSketch;
  readonly #b: ComparableSketch;
  #i = 0;
  #j = 0;
  #matched = 0;
  #matchedHan = 0;
  #inserted = 0;
  #substituted = 0;
  #clauses = 0;

  constructor(a: ComparableSketch, b: ComparableSketch) {
    this.#a = a;
    this.#b = b;
  }

  judge(): SketchRelation {
    const { tokens: a } = this.#a;
    const { tokens: b } = this.#b;
    while (this.#i < a.length && this.#j < b.length) {
      const token = a[this.#i] ?? 0;
      if (equal(token, b[this.#j] ?? 0)) {
        this.#matched += 1;
        if ((token & 3) === TOKEN_KIND.han) this.#matchedHan += 1;
        this.#i += 1;
        this.#j += 1;
        continue;
      }
      const meeting = this.#nextMeeting();
      if (meeting === null) break;
      const [di, dj] = meeting;
      if (!this.#bears(di, dj)) return 'conflict';
      this.#i += di;
      this.#j += dj;
    }
    return this.#judgeEnds();
  }

  /** The nearest place where two tokens in a row are equal again, or the last one of a text. */
  #nextMeeting(): readonly [number, number] | null {
    const { tokens: a } = this.#a;
    const { tokens: b } = this.#b;
    for (let distance = 1; distance <= REACH; distance++) {
      for (let di = 0; di <= distance; di++) {
        const i = this.#i + di;
        const j = this.#j + distance - di;
        if (i >= a.length || j >= b.length || !equal(a[i] ?? 0, b[j] ?? 0)) continue;
        const last = i + 1 === a.length || j + 1 === b.length;
        if (last || equal(a[i + 1] ?? 0, b[j + 1] ?? 0)) return [di, distance - di];
      }
    }
    return null;
  }

  #bears(di: number, dj: number): boolean {
    const { tokens: a } = this.#a;
    const { tokens: b } = this.#b;
    if (di > 0 && dj > 0) {
      if (!onlyWords(a, this.#i, di) || !onlyWords(b, this.#j, dj)) return false;
      this.#substituted += Math.max(di, dj);
      return true;
    }
    const [tokens, at, length] = di > 0 ? [a, this.#i, di] : [b, this.#j, dj];
    if (hasKind(tokens, at, length, TOKEN_KIND.fact)) return false;
    if (this.#matched === 0) return length <= MAX_HEAD;
    const clause = startsClause(tokens, at) && startsClause(tokens, at + length);
    if (clause && length >= MIN_CLAUSE) this.#clauses += length;
    else if (onlyWords(tokens, at, length)) this.#inserted += length;
    else return false;
    return true;
  }

  #judgeEnds(): SketchRelation {
    const restA = this.#a.tokens.length - this.#i;
    const restB = this.#b.tokens.length - this.#j;
    const shorter = Math.min(this.#a.tokens.length, this.#b.tokens.length);
    // A phrase is one token: a short headline that is equal from end to end has few.
    const whole = restA + restB + this.#inserted + this.#substituted + this.#clauses === 0;
    const needed = !whole && this.#matchedHan * 2 > this.#matched ? MIN_MATCHED_HAN : MIN_MATCHED;
    if (this.#matched < needed || this.#matched < MIN_COVERAGE * shorter) return 'unrelated';
    if (
      this.#substituted > this.#matched * SUBSTITUTED_SHARE ||
      this.#inserted > Math.max(1, this.#matched * INSERTED_SHARE) ||
      this.#clauses > this.#matched * CLAUSE_SHARE
    )
      return 'conflict';
    if (restA > 0 && restB > 0) return this.#bothGoOn() ? 'same' : 'conflict';
    if (restA > 0) return this.#mayEnd(this.#b, this.#a, this.#i) ? 'same' : 'conflict';
    if (restB > 0) return this.#mayEnd(this.#a, this.#b, this.#j) ? 'same' : 'conflict';
    return 'same';
  }

  /** Different last words: borne when they are few plain ones behind a long text. */
  #bothGoOn(): boolean {
    const { tokens: a } = this.#a;
    const { tokens: b } = this.#b;
    const [restA, restB] = [a.length - this.#i, b.length - this.#j];
    if (!onlyWords(a, this.#i, restA) || !onlyWords(b, this.#j, restB)) return false;
    return this.#substituted + Math.max(restA, restB) <= this.#matched * SUBSTITUTED_SHARE;
  }

  /** Whether `cut` may be the beginning of `whole`, which goes on at `at`: what follows must not turn it around. */
  #mayEnd(cut: ComparableSketch, whole: ComparableSketch, at: number): boolean {
    const { tokens } = whole;
    if (cut.open || this.#matched >= LONG_TEXT) return true;
    const end = Math.min(tokens.length, at + DENIAL_REACH);
    for (let i = at; i < end; i++) if (((tokens[i] ?? 0) & DENIAL_BIT) !== 0) return false;
    // A clause that goes on may say another thing of another company: "to buy" and "to buy Zenith", "up" and "up 20 %".
    let rest = 0;
    while (at + rest < tokens.length && !startsClause(tokens, at + rest)) rest += 1;
    return onlyWords(tokens, at, rest);
  }
}

function equal(a: number, b: number): boolean {
  return (a ^ b) >>> 4 === 0;
}

function startsClause(tokens: Uint32Array, at: number): boolean {
  return at >= tokens.length || ((tokens[at] ?? 0) & CLAUSE_BIT) !== 0;
}

function onlyWords(tokens: Uint32Array, at: number, length: number): boolean {
  for (let i = at; i < at + length; i++) if (((tokens[i] ?? 0) & 3) !== TOKEN_KIND.word) return false;
  return true;
}

function hasKind(tokens: Uint32Array, at: number, length: number, kind: number): boolean {
  for (let i = at; i < at + length; i++) if (((tokens[i] ?? 0) & 3) === kind) return true;
  return false;
}
