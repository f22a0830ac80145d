import type { InvalidDocumentError } from '../../../pipeline/core/errors.js';

/** One row of a file: its value for the mapping, or why it has none; null for a blank one. */
export interface Row {
  /** 1 for the first row of the file, the header included. */
  readonly number: number;
  readonly content: { readonly value: unknown } | { readonly error: InvalidDocumentError } | null;
  /** Of the unpacked bytes from where the reading began: where the next row begins. */
  readonly end: number;
  /** False for a last row without a line end, which may still be written. */
  readonly terminated: boolean;
}

export const MAX_ROW_BYTES = 1_048_576;
