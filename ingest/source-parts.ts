import type { Clock } from '../pipeline/core/clock.js';
import type { InvalidDocumentError } from '../pipeline/core/errors.js';
import type { Masking } from './parse/masking.js';
import type { ParseContext } from './parse/parse-document.js';
import type { RejectedItem } from './source.js';

/** Whose authors become which pseudonyms, and in whose texts personal data is masked; see `ParseContext`. */
export interface Privacy {
  readonly authorKey?: string;
  readonly masking?: Masking;
}

/** What every source needs of its surroundings. */
export interface SourceParts extends Privacy {
  readonly clock: Clock;
  readonly onRejected: (item: RejectedItem) => void;
}

/** How a document that a source has now is read. */
export function parseContextOf({
  clock,
  virtualClock = false,
  authorKey,
  masking,
}: Privacy & { readonly clock: Pick<Clock, 'now'>; readonly virtualClock?: boolean }): ParseContext {
  return {
    receivedAt: clock.now(),
    virtualClock,
    ...(authorKey === undefined ? {} : { authorKey }),
    ...(masking === undefined ? {} : { masking }),
  };
}

/** Why the item at a place of a source was not taken, as it is told. */
export function rejectedItem(
  sourceId: string,
  place: string,
  { code, field, message }: InvalidDocumentError,
): RejectedItem {
  return { sourceId, place, code, field, message };
}
