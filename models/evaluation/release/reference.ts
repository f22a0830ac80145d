import type { ModelName } from '../../model-names.js';

const LIGHT: readonly ModelName[] = ['lexicon', 'ngram', 'ngram-research'];

/**
 * The model that a candidate is compared with when the one that the configuration serves is the candidate itself: for an encoder
 * and an imported model `ngram`, which stands below them and serves what they cannot. The light models have none below.
 */
export function referenceBelow(candidate: ModelName): ModelName | null {
  return LIGHT.includes(candidate) ? null : 'ngram';
}
