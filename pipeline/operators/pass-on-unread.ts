import { createHash } from 'node:crypto';

import type { RawDocument } from '../core/document.js';
import type { LogMessage } from '../core/log.js';
import type { ModelVersion, ScoredMessage } from '../core/scored.js';
import { UNCLASSIFIED } from './score-sentiment.js';
import { understandBatch, type UnderstoodRecord } from './understand-batch.js';

export interface PassOnDeps {
  readonly decode: (bytes: Uint8Array) => RawDocument;
  readonly encodeScored: (message: ScoredMessage) => Uint8Array;
  readonly model: ModelVersion;
  readonly now: () => number;
}

/**
 * The record of a document that cannot be read: language unknown, no instruments, `unclassified`.
 *
 * It touches neither model nor names, and no filter of languages: nobody knows that the document is unwanted.
 */
export async function passOnUnread(message: LogMessage, deps: PassOnDeps): Promise<UnderstoodRecord> {
  const [record] = await understandBatch([message], {
    ...deps,
    describeLanguage: () => ({ language: 'und', mixed: false }),
    flag: (document) => ['language_unsupported', ...(document.backfill === true ? ['backfill'] : [])],
    link: () => [],
    storyIdOf: (title, text) =>
      createHash('sha256')
        .update(JSON.stringify([title, text]))
        .digest('hex')
        .slice(0, 32),
    languages: null,
    splitSentences: () => [],
    classifier: {
      model: deps.model,
      classify: (inputs) => Promise.resolve(inputs.map(() => UNCLASSIFIED)),
      explain: () => Promise.resolve(null),
      close: () => Promise.resolve(),
    },
  });
  if (record === undefined) throw new RangeError('A message must give one record.');
  return record;
}
