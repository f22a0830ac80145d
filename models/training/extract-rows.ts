import type { Lexicon } from '../lexicon/lexicon.js';
import { extractFeatures } from '../ngram/extract-features.js';
import { FeatureBuffer } from '../ngram/features.js';
import type { TrainingRow } from './collect-rows.js';
import type { FeatureRows } from './train-head.js';

/** The features of all rows in one block: about 8 bytes a feature, 200 features a row. */
export function extractRows(rows: readonly TrainingRow[], lexicon: Lexicon): FeatureRows {
  const buffer = new FeatureBuffer();
  const rowStarts = new Uint32Array(rows.length + 1);
  let hashes = new Uint32Array(1 << 20);
  let values = new Float32Array(1 << 20);
  let length = 0;
  for (const [index, row] of rows.entries()) {
    extractFeatures(row.text, row.language, lexicon, buffer);
    while (length + buffer.length > hashes.length) {
      hashes = grown(new Uint32Array(hashes.length * 2), hashes);
      values = grown(new Float32Array(values.length * 2), values);
    }
    hashes.set(buffer.hashes.subarray(0, buffer.length), length);
    values.set(buffer.values.subarray(0, buffer.length), length);
    length += buffer.length;
    rowStarts[index + 1] = length;
  }
  return { rowStarts, hashes, values };
}

function grown<T extends Uint32Array | Float32Array>(larger: T, old: T): T {
  larger.set(old);
  return larger;
}
