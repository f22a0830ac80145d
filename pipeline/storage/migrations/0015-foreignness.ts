import type { Migration } from '../migrate.js';

/**
 * How foreign the words of a document are to finance texts, 0 … 1; NULL where nobody has asked, as in what was stored before. It
 * stands with the scores, also with those that a later model gave.
 */
export const foreignness: Migration = {
  version: 15,
  name: '0015-foreignness',
  statements: ['documents', 'document_scores'].map(
    (table) => `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS foreignness Nullable(Float32)`,
  ),
};
