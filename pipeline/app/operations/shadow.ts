import { z } from 'zod';

import { ChangeTable, type LabelChange } from '../../../models/evaluation/change/label-changes.js';
import { ConfigError } from '../../core/errors.js';
import type { ShadowDifference, ShadowPair } from '../../storage/shadow-scores.js';
import type { Operation } from './operation.js';

const DAY_MS = 86_400_000;
const request = z.strictObject({
  /** Begin of the name and version of a challenger; null for the one that read last. */
  challenger: z.string().max(200).nullable(),
  days: z.int().min(1).max(30),
  examples: z.int().min(0).max(200),
});
export type ShadowRequest = z.infer<typeof request>;

/** How a challenger and the champion of its time read the same live documents. */
export interface ShadowReport {
  readonly pair: ShadowPair;
  readonly slices: readonly LabelChange[];
  /** Those whose P(negative) differs most. */
  readonly examples: readonly ShadowDifference[];
  /** Further pairs of the days. */
  readonly others: readonly ShadowPair[];
}

/** Null where no challenger has read anything in the days. */
export const shadowOperation: Operation<ShadowRequest, ShadowReport | null> = {
  name: 'models-shadow',
  parse(body) {
    const result = request.safeParse(body);
    if (result.success) return result.data;
    throw new ConfigError('usage', `A challenger cannot be asked about so: ${z.prettifyError(result.error)}`);
  },
  async run({ challenger, days, examples }, { parts, clock }) {
    const { shadow } = parts.store;
    const since = Math.max(0, clock.now() - days * DAY_MS);
    const pairs = await shadow.pairs(since);
    const pair = pairs.find((one) => challenger === null || one.challenger.startsWith(challenger));
    if (pair === undefined) return null;
    const table = new ChangeTable();
    for (const { documents, ...reading } of await shadow.counts(pair, since)) table.add(reading, documents);
    return {
      pair,
      slices: table.rows(),
      examples: await shadow.differences(pair, since, examples),
      others: pairs.filter((one) => one !== pair),
    };
  },
};
