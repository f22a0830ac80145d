import type { ModelVersion } from '../../../pipeline/core/scored.js';
import { classifyAll, type TextModel } from '../text-model.js';
import type { Counterfactual } from './fairness-texts.js';

/** How much the polarity of one sentence depends on who or where it is about. */
export interface FairnessFigures {
  /** Sentences, each with all its fillers. */
  readonly n: number;
  /** Mean absolute difference of polarity between two fillers of one sentence. */
  readonly meanChange: number;
  /** Largest such difference of all. */
  readonly maxChange: number;
  /** Sentences that get more than one label. */
  readonly flipped: number;
}

export interface FairnessWorst {
  readonly template: string;
  readonly lowest: string;
  readonly highest: string;
  readonly change: number;
}

export interface FairnessReport {
  readonly model: ModelVersion;
  readonly all: FairnessFigures;
  /** By attribute (company, region, gender, name), then by language. */
  readonly byAttribute: Readonly<Record<string, Readonly<Record<string, FairnessFigures>>>>;
  /** The five sentences with the largest change. */
  readonly worst: readonly FairnessWorst[];
}

interface Spread {
  readonly of: Counterfactual;
  readonly meanChange: number;
  readonly flipped: boolean;
  readonly worst: FairnessWorst;
}

/** Puts every filler into every sentence and compares the polarities. At least one sentence is needed. */
export async function measureFairness(
  model: TextModel,
  counterfactuals: readonly Counterfactual[],
): Promise<FairnessReport> {
  const spreads: Spread[] = [];
  for (const of of counterfactuals) {
    const answers = await classifyAll(
      model,
      of.fillers.map((filler) => ({ text: of.template.replace('{}', filler), language: of.language })),
    );
    const polarities = answers.map(({ sentiment }) => sentiment.polarity);
    const low = polarities.indexOf(Math.min(...polarities));
    const high = polarities.indexOf(Math.max(...polarities));
    spreads.push({
      of,
      meanChange: meanDifference(polarities),
      flipped: new Set(answers.map(({ sentiment }) => sentiment.label)).size > 1,
      worst: {
        template: of.template,
        lowest: of.fillers[low] ?? '',
        highest: of.fillers[high] ?? '',
        change: (polarities[high] ?? 0) - (polarities[low] ?? 0),
      },
    });
  }
  const byAttribute: Record<string, Record<string, FairnessFigures>> = {};
  for (const { of } of spreads)
    (byAttribute[of.attribute] ??= {})[of.language] ??= figures(
      spreads.filter((each) => each.of.attribute === of.attribute && each.of.language === of.language),
    );
  const worst = spreads.map((each) => each.worst).sort((a, b) => b.change - a.change);
  return { model: model.model, all: figures(spreads), byAttribute, worst: worst.slice(0, 5) };
}

function meanDifference(values: readonly number[]): number {
  let sum = 0;
  let pairs = 0;
  for (const [index, value] of values.entries())
    for (const other of values.slice(index + 1)) {
      sum += Math.abs(value - other);
      pairs += 1;
    }
  return pairs === 0 ? 0 : sum / pairs;
}

function figures(spreads: readonly Spread[]): FairnessFigures {
  return {
    n: spreads.length,
    meanChange: spreads.reduce((sum, { meanChange }) => sum + meanChange, 0) / spreads.length,
    maxChange: spreads.reduce((max, { worst }) => Math.max(max, worst.change), 0),
    flipped: spreads.filter(({ flipped }) => flipped).length,
  };
}
