import type { Sentiment, ModelVersion } from '../../../pipeline/core/scored.js';
import { wilson, type Estimate } from '../intervals.js';
import { classifyAll, type TextModel } from '../text-model.js';
import type { BehaviourCase } from './parse-case.js';

/** How far the polarity must move before a directional expectation is met: less is no difference that an alert could see. */
export const MIN_POLARITY_MOVE = 0.1;

export interface PassRate extends Estimate {
  readonly n: number;
  readonly passed: number;
}

/** A case that was not met, with what the model answered. */
export interface BehaviourFailure {
  readonly case: BehaviourCase;
  readonly answer: Pick<Sentiment, 'label' | 'polarity'>;
  /** Null for a minimum functionality test, which has no variant. */
  readonly variantAnswer: Pick<Sentiment, 'label' | 'polarity'> | null;
}

export interface BehaviourReport {
  readonly model: ModelVersion;
  readonly all: PassRate;
  readonly byLanguage: Readonly<Record<string, PassRate>>;
  readonly byType: Readonly<Record<string, PassRate>>;
  /** By capability, then by language. */
  readonly byCapability: Readonly<Record<string, Readonly<Record<string, PassRate>>>>;
  readonly failures: readonly BehaviourFailure[];
}

/** Puts every case to the model and counts what it meets. At least one case is needed. */
export async function runBehaviour(
  model: TextModel,
  cases: readonly BehaviourCase[],
): Promise<BehaviourReport> {
  const texts = await classifyAll(
    model,
    cases.map(({ text, language }) => ({ text, language })),
  );
  const variants = await classifyAll(
    model,
    cases.map((each) => ({
      text: each.type === 'minimum' ? each.text : each.variant,
      language: each.language,
    })),
  );
  const judged = cases.map((each, index) => judge(each, texts[index]?.sentiment, variants[index]?.sentiment));
  return toReport(model.model, judged);
}

interface Judged extends BehaviourFailure {
  readonly passed: boolean;
}

function judge(each: BehaviourCase, answer: Sentiment | undefined, variant: Sentiment | undefined): Judged {
  if (answer === undefined || variant === undefined)
    throw new Error('A model answered fewer texts than it was given.');
  return {
    case: each,
    answer: short(answer),
    variantAnswer: each.type === 'minimum' ? null : short(variant),
    passed: passes(each, answer, variant),
  };
}

function passes(each: BehaviourCase, answer: Sentiment, variant: Sentiment): boolean {
  switch (each.type) {
    case 'minimum':
      return each.labels.includes(answer.label);
    case 'invariance':
      return answer.label === variant.label;
    case 'direction': {
      const move = variant.polarity - answer.polarity;
      return (each.polarity === 'rises' ? move : -move) >= MIN_POLARITY_MOVE;
    }
  }
}

function short({ label, polarity }: Sentiment): Pick<Sentiment, 'label' | 'polarity'> {
  return { label, polarity };
}

function toReport(model: ModelVersion, judged: readonly Judged[]): BehaviourReport {
  const byCapability = Object.entries(groupBy(judged, (each) => each.case.capability)).map(
    ([capability, group]) => [capability, rates(group, (each) => each.case.language)] as const,
  );
  return {
    model,
    all: passRate(judged),
    byLanguage: rates(judged, (each) => each.case.language),
    byType: rates(judged, (each) => each.case.type),
    byCapability: Object.fromEntries(byCapability),
    failures: judged
      .filter(({ passed }) => !passed)
      .map(({ case: failed, answer, variantAnswer }) => ({ case: failed, answer, variantAnswer })),
  };
}

function rates(judged: readonly Judged[], key: (each: Judged) => string): Record<string, PassRate> {
  return Object.fromEntries(
    Object.entries(groupBy(judged, key)).map(([name, group]) => [name, passRate(group)]),
  );
}

function groupBy(judged: readonly Judged[], key: (each: Judged) => string): Record<string, Judged[]> {
  const groups: Record<string, Judged[]> = {};
  for (const each of judged) (groups[key(each)] ??= []).push(each);
  return groups;
}

function passRate(judged: readonly Judged[]): PassRate {
  const passed = judged.filter((each) => each.passed).length;
  return { n: judged.length, passed, ...wilson(passed, judged.length) };
}
