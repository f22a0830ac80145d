import { InvalidDocumentError } from '../../../pipeline/core/errors.js';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../../pipeline/core/taxonomy.js';

interface CaseBase {
  /** `FILE:LINE`. */
  readonly place: string;
  readonly language: string;
  /** What is tested, such as `negation`. */
  readonly capability: string;
  readonly text: string;
}

/** One expectation, in the manner of CheckList (Ribeiro et al. 2020, "Beyond Accuracy"): three types of test. */
export type BehaviourCase =
  /** Minimum functionality: the text has one of these labels. */
  | (CaseBase & { readonly type: 'minimum'; readonly labels: readonly SentimentLabel[] })
  /** Invariance: the variant has the same label as the text. */
  | (CaseBase & { readonly type: 'invariance'; readonly variant: string })
  /** Directional expectation: the polarity of the variant is higher, or lower, than that of the text. */
  | (CaseBase & {
      readonly type: 'direction';
      readonly variant: string;
      readonly polarity: 'rises' | 'falls';
    });

/** Reads one line of a suite; throws InvalidDocumentError `behaviour_case_invalid` with place, field and fix. */
export function parseBehaviourCase(line: string, place: string): BehaviourCase {
  const fail = (problem: string): never => {
    throw new InvalidDocumentError('behaviour_case_invalid', `${place}: ${problem}`);
  };
  const row = toRecord(line);
  if (row === null) return fail('a JSON object is needed.');
  const string = (field: string): string => {
    const value = row[field];
    if (typeof value === 'string' && value.trim() !== '') return value;
    return fail(`field "${field}" must be a string that is not empty.`);
  };
  const base = {
    place,
    language: string('lang'),
    capability: string('capability'),
    text: string('text'),
  };
  switch (row['type']) {
    case 'minimum': {
      const labels = Array.isArray(row['labels']) ? row['labels'] : [];
      if (labels.length === 0 || !labels.every(isLabel))
        return fail(`field "labels" must be a list of ${SENTIMENT_LABELS.join(', ')}.`);
      return { ...base, type: 'minimum', labels };
    }
    case 'invariance':
      return { ...base, type: 'invariance', variant: string('variant') };
    case 'direction': {
      const polarity = row['polarity'];
      if (polarity !== 'rises' && polarity !== 'falls')
        return fail('field "polarity" must be rises or falls.');
      return { ...base, type: 'direction', variant: string('variant'), polarity };
    }
    default:
      return fail('field "type" must be minimum, invariance or direction.');
  }
}

function toRecord(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
}

function isLabel(value: unknown): value is SentimentLabel {
  return SENTIMENT_LABELS.some((label) => label === value);
}
