import { TRAINING_SETS } from '../../training/training-sets.js';
import type { BehaviourCase } from '../behaviour/parse-case.js';
import { findContamination, type Contamination } from './contamination.js';
import type { DevSet } from './dev-sets.js';
import type { TrainingRecord } from './training-record.js';

/** What is known of the texts that a model was trained on. */
export interface TrainingCheck {
  readonly contamination: Contamination;
  /** Sets that the model names and whose texts are not at hand. */
  readonly unchecked: readonly string[];
  /** Sets that do not let a model be shipped. */
  readonly unlicensed: readonly string[];
  readonly sets: readonly { readonly key: string; readonly rows: number | null; readonly licence: string }[];
}

/** Compares what judges a model (sets and suite) with what it was trained on. `trained` has the texts of each set, null where they are not at hand. */
export function checkTraining(
  record: TrainingRecord,
  judged: { readonly sets: ReadonlyMap<string, DevSet>; readonly suite: readonly BehaviourCase[] },
  trained: ReadonlyMap<string, readonly string[] | null>,
): TrainingCheck {
  const suite = judged.suite.flatMap((each) =>
    each.type === 'minimum' ? [each.text] : [each.text, each.variant],
  );
  const sets = record.sets.map((key) => ({
    key,
    rows: trained.get(key)?.length ?? null,
    licence: licenceOf(key)?.licence ?? 'unknown',
  }));
  return {
    contamination: findContamination(
      [
        ...[...judged.sets.values()].map(({ key, rows }) => ({ key, texts: rows.map(({ text }) => text) })),
        { key: 'behaviour', texts: suite },
      ],
      [...trained].map(([key, texts]) => ({ key, texts: texts ?? [] })),
    ),
    unchecked: sets.flatMap(({ key, rows }) => (rows === null ? [key] : [])),
    unlicensed: record.sets.filter((key) => licenceOf(key)?.shippable !== true),
    sets,
  };
}

/** What the source of a training set says of its licence; undefined for one that nobody knows. */
export function licenceOf(
  key: string,
): { readonly licence: string; readonly shippable: boolean } | undefined {
  if (key === 'own') return { licence: 'Apache-2.0', shippable: true };
  return TRAINING_SETS.find((set) => set.key === key);
}
