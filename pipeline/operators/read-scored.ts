import type { LogPosition } from '../core/document.js';
import { ConfigError, InvalidDocumentError } from '../core/errors.js';
import { keptOriginal } from '../core/kept-original.js';
import type { LogMessage } from '../core/log.js';
import type { ScoredMessage } from '../core/scored.js';

/** What can be told of a message that cannot be read: which raw message it is about, and the bytes to try again with. */
export interface SalvagedMessage {
  readonly raw: LogPosition;
  readonly original: Uint8Array;
}

export interface ReadScoredDeps {
  readonly decodeScored: (bytes: Uint8Array) => ScoredMessage;
  /** Null when the bytes do not say which raw message they are about: no UNDERSTAND has written them. */
  readonly salvageScored: (bytes: Uint8Array) => SalvagedMessage | null;
  /** Told of what is passed over, with its place in `documents.scored`. */
  readonly onPassedOver: (place: LogPosition, error: InvalidDocumentError) => void;
}

/**
 * Reads one message of `documents.scored`. What names its raw message and cannot be read otherwise comes out as the dead
 * letter of that message, so that the books know of it; what names none is passed over, and null. A repeat gives the same.
 *
 * Throws ConfigError `newer_release` for a message of a newer release, before which this monitor must be upgraded.
 */
export function readScored(message: LogMessage, deps: ReadScoredDeps): ScoredMessage | null {
  const { partition, offset } = message;
  try {
    return deps.decodeScored(message.value);
  } catch (error) {
    if (!(error instanceof InvalidDocumentError)) throw error;
    if (error.code === 'newer_version') {
      throw new ConfigError(
        'newer_release',
        `The message ${partition}:${offset} of documents.scored is of a newer release. Upgrade this monitor: monitors go first. (${error.message})`,
        { cause: error },
      );
    }
    const salvaged = deps.salvageScored(message.value);
    if (salvaged !== null) return letterOf(salvaged, message, error);
    deps.onPassedOver({ partition, offset }, error);
    return null;
  }
}

function letterOf(
  { raw, original }: SalvagedMessage,
  message: LogMessage,
  error: InvalidDocumentError,
): ScoredMessage {
  return {
    kind: 'dead-letter',
    raw,
    letter: {
      reason: 'invalid',
      detail:
        `What UNDERSTAND made of it cannot be read, see documents.scored ${message.partition}:${message.offset}. ${error.message}`.slice(
          0,
          500,
        ),
      stage: 'monitor',
      originalBase64: Buffer.from(keptOriginal(original)).toString('base64'),
      attempts: 1,
      at: new Date(message.appendedAt).toISOString(),
    },
  };
}
