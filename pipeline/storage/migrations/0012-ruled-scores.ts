import type { Migration } from '../migrate.js';

/**
 * What expert rules changed, with what the model had said, as JSON; empty where the scores are the model's own. It stands with
 * the scores, also with those that a later model gave.
 */
export const ruledScores: Migration = {
  version: 12,
  name: '0012-ruled-scores',
  statements: ['documents', 'document_scores'].map(
    (table) => `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ruled String DEFAULT '' CODEC(ZSTD(3))`,
  ),
};
