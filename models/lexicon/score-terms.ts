import type { Entry } from './dictionary.js';

/** A word of the lexicon found in a text; `position` counts tokens (English) or characters (Chinese). */
export interface FoundTerm {
  readonly entry: Entry;
  readonly position: number;
  readonly start: number;
  readonly end: number;
}

/** One opinion in the text, in the lexicon's units: above 0 good, below 0 bad. */
export interface ScoredTerm {
  readonly value: number;
  readonly start: number;
  readonly end: number;
  /** The words it was found among, its own place in them, and what moves, where it says that something moves. */
  readonly clause: readonly FoundTerm[];
  readonly head: number;
  readonly quantity: FoundTerm | null;
}

export interface LexiconScore {
  /** Sums of the good and of the bad terms, both 0 or more. */
  readonly positive: number;
  readonly negative: number;
  readonly terms: readonly ScoredTerm[];
}

/** How far, in positions, a word reaches. */
export interface Reach {
  readonly negation: number;
  readonly scale: number;
  readonly quantity: number;
}

export const NO_SCORE: LexiconScore = { positive: 0, negative: 0, terms: [] };
/** What a direction weighs when nothing that moves is named: mostly it is the share price. */
export const BARE_DIRECTION = 0.7;
/** "Not good" is milder than "bad". */
const NEGATED = -0.7;

/**
 * Adds up the terms of a text, clause by clause.
 *
 * A direction takes the nearest quantity of its clause, at most `reach.quantity` away: "losses narrow" is good,
 * "costs soar" bad. A quantity that was not taken counts with its own tone. Negations and scales act on what follows within reach.
 */
export function scoreTerms(found: readonly FoundTerm[], reach: Reach): LexiconScore {
  const terms: ScoredTerm[] = [];
  let clause: FoundTerm[] = [];
  for (const term of found) {
    if (term.entry.kind === 'border') {
      scoreClause(clause, reach, terms);
      clause = [];
    } else {
      clause.push(term);
    }
  }
  scoreClause(clause, reach, terms);
  let positive = 0;
  let negative = 0;
  for (const term of terms) {
    if (term.value > 0) positive += term.value;
    else negative -= term.value;
  }
  return { positive, negative, terms };
}

function scoreClause(clause: readonly FoundTerm[], reach: Reach, out: ScoredTerm[]): void {
  const taken = new Set<FoundTerm>();
  for (const [index, term] of clause.entries()) {
    if (term.entry.kind === 'direction') {
      const quantity = nearestQuantity(clause, index, reach.quantity);
      if (quantity !== null) taken.add(quantity);
      const base = term.entry.value * (quantity?.entry.value ?? BARE_DIRECTION);
      out.push(scored(base * modifiers(clause, index, reach), clause, index, quantity));
    } else if (term.entry.kind === 'polar') {
      out.push(scored(term.entry.value * modifiers(clause, index, reach), clause, index, null));
    }
  }
  for (const [index, term] of clause.entries()) {
    if (term.entry.kind !== 'quantity' || term.entry.alone === 0 || taken.has(term)) continue;
    out.push(scored(term.entry.alone * modifiers(clause, index, reach), clause, index, null));
  }
}

function scored(
  value: number,
  clause: readonly FoundTerm[],
  head: number,
  quantity: FoundTerm | null,
): ScoredTerm {
  const { start, end } = clause[head] ?? { start: 0, end: 0 };
  return {
    value,
    start: Math.min(start, quantity?.start ?? start),
    end: Math.max(end, quantity?.end ?? end),
    clause,
    head,
    quantity,
  };
}

/** The one before wins a tie. Looks no farther than `reach`, so that a clause of thousands of terms takes linear time. */
function nearestQuantity(clause: readonly FoundTerm[], from: number, reach: number): FoundTerm | null {
  const before = firstQuantity(clause, from, reach, -1);
  const after = firstQuantity(clause, from, reach, 1);
  const position = clause[from]?.position ?? 0;
  if (before === null || after === null) return before ?? after;
  return position - before.position <= after.position - position ? before : after;
}

function firstQuantity(
  clause: readonly FoundTerm[],
  from: number,
  reach: number,
  step: 1 | -1,
): FoundTerm | null {
  const position = clause[from]?.position ?? 0;
  for (let index = from + step; ; index += step) {
    const term = clause[index];
    if (term === undefined || Math.abs(term.position - position) > reach) return null;
    if (term.entry.kind === 'quantity') return term;
  }
}

function modifiers(clause: readonly FoundTerm[], from: number, reach: Reach): number {
  let factor = 1;
  eachModifier(clause, from, reach, (_term, times) => {
    factor *= times;
  });
  return cappedFactor(factor);
}

/** However many words strengthen a word, it counts at most double. */
export function cappedFactor(factor: number): number {
  return Math.max(-2, Math.min(2, factor));
}

/** Calls back for each negation and scale in front of a word that reaches it, nearest first, with what it multiplies by. */
export function eachModifier(
  clause: readonly FoundTerm[],
  from: number,
  reach: Reach,
  onModifier: (term: FoundTerm, times: number) => void,
): void {
  const position = clause[from]?.position ?? 0;
  for (let index = from - 1; index >= 0; index -= 1) {
    const other = clause[index];
    if (other === undefined) break;
    const distance = position - other.position;
    if (distance > Math.max(reach.negation, reach.scale)) break;
    if (other.entry.kind === 'negation' && distance <= reach.negation) onModifier(other, NEGATED);
    if (other.entry.kind === 'scale' && distance <= reach.scale) onModifier(other, other.entry.value);
  }
}
