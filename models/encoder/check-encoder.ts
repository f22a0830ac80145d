import { RejectedError, UnavailableError } from '../../pipeline/core/errors.js';
import { servedLanguages, type EncoderManifest } from './manifest.js';
import type { NetworkOutput } from './runtime/network.js';
import type { NetworkPool } from './runtime/network-pool.js';
import { toNetworkInput, type EncoderTokenizers } from './to-network-input.js';
import { toClassification } from './to-classification.js';

/** How far the probabilities of a golden text may lie from what training saw. */
const GOLDEN_TOLERANCE = 0.02;
/** How far a text's scores may lie apart alone and beside others. */
const BATCH_TOLERANCE = 1e-4;

/** Whether a text may share a batch with others. */
export interface EncoderCheck {
  readonly batchable: boolean;
  /** The largest difference of a probability, alone against in a padded batch. */
  readonly difference: number;
}

/**
 * Runs the golden texts of each language alone and all together.
 *
 * Rejects with RejectedError `model_golden` when a probability is not the one that training wrote down, and with UnavailableError
 * `model_unanswered` when a thread was lost at a text, or failed at it: that says nothing about the model.
 */
export async function checkEncoder(
  manifest: EncoderManifest,
  {
    pool,
    tokenizers,
  }: { readonly pool: Pick<NetworkPool, 'askTogether'>; readonly tokenizers: EncoderTokenizers },
  folder: string,
): Promise<EncoderCheck> {
  let difference = 0;
  for (const [language, served] of servedLanguages(manifest)) {
    const golden = manifest.golden.filter((row) => row.language === language);
    const probabilities = (output: NetworkOutput | null | undefined, { kind, text }: GoldenText) => {
      if (output === null || output === undefined) throw unanswered(folder, text);
      const { sentiment } = toClassification(output, served, { kind, topics: manifest.topics });
      return [sentiment.negative, sentiment.neutral, sentiment.positive];
    };
    const inputs = golden.map((row) => toNetworkInput(row, served, tokenizers));
    const together = await pool.askTogether(language, inputs);
    for (const [index, row] of golden.entries()) {
      const { text, probabilities: wanted } = row;
      const [output] = await pool.askTogether(language, inputs.slice(index, index + 1));
      const alone = probabilities(output, row);
      const off = largestDifference(alone, wanted);
      if (!(off <= GOLDEN_TOLERANCE)) {
        throw new RejectedError(
          'model_golden',
          `${folder}: "${text.slice(0, 80)}" came out ${alone.map((value) => value.toFixed(3)).join(' / ')} instead of ${wanted.map((value) => value.toFixed(3)).join(' / ')}; model, tokenizer or calibration are not those of the training.`,
        );
      }
      difference = Math.max(difference, largestDifference(alone, probabilities(together[index], row)));
    }
  }
  return { batchable: difference <= BATCH_TOLERANCE, difference };
}

type GoldenText = EncoderManifest['golden'][number];

function unanswered(folder: string, text: string): UnavailableError {
  const words = 'came out of no thread, or not in time (models.encoder.deadlineMs)';
  return new UnavailableError('model_unanswered', `${folder}: "${text.slice(0, 80)}" ${words}.`, {
    retriable: true,
  });
}

function largestDifference(some: readonly number[], others: readonly number[]): number {
  return Math.max(...some.map((value, index) => Math.abs(value - (others[index] ?? Number.NaN))));
}
