import type { Classification } from '../../../pipeline/core/model.js';
import type { ModelVersion } from '../../../pipeline/core/scored.js';
import type { SentimentLabel } from '../../../pipeline/core/taxonomy.js';
import { createRandom } from '../../seeded-random.js';
import { wilson, type Estimate } from '../intervals.js';
import { classifyAll, type TextModel } from '../text-model.js';
import {
  PERTURBATIONS,
  PERTURBATION_NAMES,
  type PerturbationName,
  type PerturbedText,
} from './perturbations.js';

export interface RedTeamOptions {
  /** Variants of each text that are tried for every further change. */
  readonly tries: number;
  /** Changes on top of each other at most. */
  readonly depth: number;
  readonly seed: number;
}

/** A text whose label so many small changes together altered. */
export interface WeakSpot {
  readonly language: string;
  readonly text: string;
  readonly variant: string;
  readonly changes: readonly PerturbationName[];
  readonly from: SentimentLabel;
  readonly to: SentimentLabel;
  /** Absolute change of polarity. */
  readonly move: number;
}

export interface RedTeamReport {
  readonly model: ModelVersion;
  readonly texts: number;
  /** Texts whose label fell to 1, 2, … changes or fewer, with 95 % intervals. */
  readonly byDepth: readonly (Estimate & { readonly fallen: number })[];
  /** Of the weak spots, those from negative to positive or back. */
  readonly reversed: number;
  /** Those that fell to the fewest changes first, then by how far the polarity moved. */
  readonly weakSpots: readonly WeakSpot[];
}

/** A variant that a search goes on from. */
interface Attempt {
  readonly place: number;
  readonly text: string;
  readonly changes: readonly PerturbationName[];
}

/**
 * Searches for small changes that a reader would not notice and that alter a label: at each depth `tries` variants of every text
 * that still stands, and from the variant whose polarity has moved farthest on to the next depth (a greedy search, as in TextAttack,
 * Morris et al. 2020). Equal texts, options and model give equal answers. Costs at most texts × tries × depth classifications.
 */
export async function redTeam(
  model: TextModel,
  texts: readonly PerturbedText[],
  options: RedTeamOptions,
): Promise<RedTeamReport> {
  const before = await classifyAll(model, texts);
  const random = createRandom(options.seed);
  const found = new Map<number, WeakSpot>();
  const fallen: number[] = [];
  let standing: Attempt[] = texts.map(({ text }, place) => ({ place, text, changes: [] }));
  for (let depth = 0; depth < options.depth; depth += 1) {
    const attempts = standing.flatMap((from) => tryFrom(from, texts, options.tries, random));
    const answers = await classifyAll(
      model,
      attempts.map(({ place, text }) => ({ text, language: texts[place]?.language ?? '' })),
    );
    standing = [...groupByPlace(attempts, answers)].flatMap(([place, group]) => {
      const [input, was] = [texts[place], before[place]];
      if (input === undefined || was === undefined) return [];
      const best = farthest(group, was);
      if (best.answer.sentiment.label === was.sentiment.label) return [best.attempt];
      found.set(place, toWeakSpot(input, was, best));
      return [];
    });
    fallen.push(found.size);
  }
  const weakSpots = [...found.values()].sort(
    (a, b) => a.changes.length - b.changes.length || b.move - a.move,
  );
  return {
    model: model.model,
    texts: texts.length,
    byDepth: fallen.map((count) => ({ fallen: count, ...wilson(count, texts.length) })),
    reversed: weakSpots.filter(({ from, to }) => from !== 'neutral' && to !== 'neutral').length,
    weakSpots,
  };
}

interface Tried {
  readonly attempt: Attempt;
  readonly answer: Classification;
}

function tryFrom(
  from: Attempt,
  texts: readonly PerturbedText[],
  tries: number,
  random: () => number,
): readonly Attempt[] {
  const input = texts[from.place];
  if (input === undefined) return [];
  const variants = new Map<string, Attempt>();
  for (let turn = 0; turn < tries; turn += 1) {
    const name = PERTURBATION_NAMES[Math.floor(random() * PERTURBATION_NAMES.length)] ?? 'typo';
    const text = PERTURBATIONS[name]({ ...input, text: from.text }, random);
    // Back to the text itself is no change.
    if (text !== null && text !== input.text)
      variants.set(text, { place: from.place, text, changes: [...from.changes, name] });
  }
  return [...variants.values()];
}

function groupByPlace(
  attempts: readonly Attempt[],
  answers: readonly Classification[],
): ReadonlyMap<number, readonly [Tried, ...Tried[]]> {
  const groups = new Map<number, [Tried, ...Tried[]]>();
  for (const [index, attempt] of attempts.entries()) {
    const answer = answers[index];
    if (answer === undefined) continue;
    const group = groups.get(attempt.place);
    if (group === undefined) groups.set(attempt.place, [{ attempt, answer }]);
    else group.push({ attempt, answer });
  }
  return groups;
}

/** A variant with another label before any without; of equals the one whose polarity moved most. */
function farthest(group: readonly [Tried, ...Tried[]], was: Classification): Tried {
  const distance = ({ answer }: Tried) =>
    (answer.sentiment.label === was.sentiment.label ? 0 : 2) + moveOf(answer, was);
  return group.reduce((best, each) => (distance(each) > distance(best) ? each : best));
}

function moveOf(answer: Classification, was: Classification): number {
  return Math.abs(answer.sentiment.polarity - was.sentiment.polarity);
}

function toWeakSpot(
  { language, text }: PerturbedText,
  was: Classification,
  { attempt, answer }: Tried,
): WeakSpot {
  return {
    language,
    text,
    variant: attempt.text,
    changes: attempt.changes,
    from: was.sentiment.label,
    to: answer.sentiment.label,
    move: moveOf(answer, was),
  };
}
