import { shapleyValues } from '../explanation/shapley-values.js';
import {
  BARE_DIRECTION,
  cappedFactor,
  eachModifier,
  type FoundTerm,
  type Reach,
  type ScoredTerm,
} from './score-terms.js';

/** A word's part of a term's value. */
export interface TermShare {
  readonly start: number;
  readonly end: number;
  readonly share: number;
}

/**
 * Divides the value of a term among the words that made it, by their Shapley values; the shares sum to the value.
 *
 * The players are the word itself, what moves, and the negations and scales that reach it. A coalition is worth what the term
 * would be worth with those words alone: without what moves a direction counts bare, without the direction what moves counts
 * with its own tone, without either nothing is said. For n players
 * φ(i) = Σ over S without i of |S|! (n − |S| − 1)! / n! · (v(S ∪ {i}) − v(S))   (Shapley, "A value for n-person games", 1953).
 * Which word acts on which stays as it was found in the whole text. At most seven players, as words reach five places at most.
 */
export function shareTerm(term: ScoredTerm, reach: Reach): readonly TermShare[] {
  const head = term.clause[term.head];
  if (head === undefined) return [];
  const players: FoundTerm[] = [head];
  const factors: number[] = [1];
  if (term.quantity !== null) {
    players.push(term.quantity);
    factors.push(1);
  }
  const modifiersFrom = players.length;
  eachModifier(term.clause, term.head, reach, (modifier, times) => {
    players.push(modifier);
    factors.push(times);
  });
  const worth = (coalition: number): number => {
    let factor = 1;
    for (let player = modifiersFrom; player < players.length; player += 1)
      if ((coalition >> player) & 1) factor *= factors[player] ?? 1;
    return baseOf(coalition, head, term.quantity) * cappedFactor(factor);
  };
  return shapleyValues(players.length, worth).map((share, player) => ({
    start: players[player]?.start ?? 0,
    end: players[player]?.end ?? 0,
    share,
  }));
}

/** Bit 0: the word itself; bit 1: what moves. */
function baseOf(coalition: number, head: FoundTerm, quantity: FoundTerm | null): number {
  const { entry } = head;
  const said = (coalition & 1) !== 0;
  if (quantity === null) {
    if (!said) return 0;
    if (entry.kind === 'direction') return entry.value * BARE_DIRECTION;
    return entry.kind === 'quantity' ? entry.alone : entry.value;
  }
  const moves = (coalition & 2) !== 0;
  if (!said) return moves ? quantity.entry.alone : 0;
  return entry.value * (moves ? quantity.entry.value : BARE_DIRECTION);
}
