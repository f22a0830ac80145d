import type { SentimentLabel } from '../../../pipeline/core/taxonomy.js';
import type { ModelVersion } from '../../../pipeline/core/scored.js';
import { createRandom } from '../../seeded-random.js';
import { wilson, type Estimate } from '../intervals.js';
import { classifyAll, type TextModel } from '../text-model.js';
import {
  PERTURBATIONS,
  PERTURBATION_NAMES,
  type PerturbationName,
  type PerturbedText,
} from './perturbations.js';

/** A small change that altered the label. */
export interface Flip {
  readonly perturbation: PerturbationName;
  readonly text: string;
  readonly changed: string;
  readonly from: SentimentLabel;
  readonly to: SentimentLabel;
}

/** Share of texts whose label a change altered; `n` counts the texts in which there was something to change. */
export interface FlipRate extends Estimate {
  readonly n: number;
  readonly flips: number;
  /** Mean absolute change of polarity. */
  readonly meanMove: number;
}

export interface FlipReport {
  readonly model: ModelVersion;
  /** Null where no text could be changed in this way. */
  readonly byPerturbation: Readonly<Record<PerturbationName, FlipRate | null>>;
  readonly all: FlipRate | null;
  readonly flips: readonly Flip[];
}

interface Change extends Flip {
  readonly move: number;
}

/** Changes every text once in each way and compares the labels. Equal texts and seed give equal changes. */
export async function flipRates(
  model: TextModel,
  texts: readonly PerturbedText[],
  seed: number,
): Promise<FlipReport> {
  const before = await classifyAll(model, texts);
  const changes: Change[] = [];
  for (const [index, perturbation] of PERTURBATION_NAMES.entries()) {
    const random = createRandom(seed + index);
    const pairs = texts.flatMap((input, place) => {
      const changed = PERTURBATIONS[perturbation](input, random);
      return changed === null ? [] : [{ place, text: input.text, changed, language: input.language }];
    });
    const after = await classifyAll(
      model,
      pairs.map(({ changed, language }) => ({ text: changed, language })),
    );
    for (const [at, { place, text, changed }] of pairs.entries()) {
      const [from, to] = [before[place]?.sentiment, after[at]?.sentiment];
      if (from === undefined || to === undefined) continue;
      const move = Math.abs(to.polarity - from.polarity);
      changes.push({ perturbation, text, changed, from: from.label, to: to.label, move });
    }
  }
  return {
    model: model.model,
    byPerturbation: Object.fromEntries(
      PERTURBATION_NAMES.map((name) => [name, rate(changes.filter((each) => each.perturbation === name))]),
    ) as Record<PerturbationName, FlipRate | null>,
    all: rate(changes),
    flips: changes
      .filter(({ from, to }) => from !== to)
      .map(({ perturbation, text, changed, from, to }) => ({ perturbation, text, changed, from, to })),
  };
}

function rate(changes: readonly Change[]): FlipRate | null {
  if (changes.length === 0) return null;
  const flips = changes.filter(({ from, to }) => from !== to).length;
  const meanMove = changes.reduce((sum, { move }) => sum + move, 0) / changes.length;
  return { n: changes.length, flips, ...wilson(flips, changes.length), meanMove };
}
