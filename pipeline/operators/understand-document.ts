import type { RawDocument, LogPosition } from '../core/document.js';
import type { LogMessage } from '../core/log.js';
import type { Certainty, DeadLetter, DropReason, LinkedMention } from '../core/scored.js';
import { keptOriginal } from '../core/kept-original.js';
import { documentText } from '../core/scored.js';
import type { DetectedLanguage } from './detect-language.js';
import { filersOf } from './find-filers.js';
import type { flagDocument } from './flag-document.js';
import type { NormalisedText } from './normalise-text.js';
import type { tellCertainty } from './tell-certainty.js';
import { BellwetherError, InvalidDocumentError } from '../core/errors.js';

/** A message on its way through UNDERSTAND; `bytes` is the credit it holds. */
export interface InFlight {
  readonly raw: LogPosition;
  readonly bytes: number;
}

/** A document of which everything is known but its scores. */
export interface LinkedDocument extends InFlight {
  readonly kind: 'linked';
  /** When the log took it, milliseconds. */
  readonly appendedAt: number;
  readonly document: RawDocument;
  readonly text: string;
  readonly language: string;
  readonly links: readonly LinkedMention[];
  readonly storyId: string;
  /** Absent where a document of release 0.1 is scored again. */
  readonly certainty?: Certainty;
  readonly flags: readonly string[];
}

export type Understood =
  | LinkedDocument
  | (InFlight & { readonly kind: 'drop'; readonly id: string; readonly reason: DropReason })
  | (InFlight & { readonly kind: 'dead-letter'; readonly letter: DeadLetter });

export interface LinkInput {
  readonly text: string;
  readonly language: string;
  readonly tickers: readonly string[];
  readonly filers?: readonly string[];
  readonly publishedAt: string;
  readonly kind: RawDocument['source']['kind'];
  readonly normalised?: NormalisedText;
}

export interface UnderstandDeps {
  readonly decode: (bytes: Uint8Array) => RawDocument;
  readonly describeLanguage: (text: string, hint: string | null) => DetectedLanguage;
  readonly flag: typeof flagDocument;
  /** Cleans a text once for `link` and `storyIdOf`; absent where it must not be read. */
  readonly normalise?: (text: string) => NormalisedText;
  readonly link: (input: LinkInput) => readonly LinkedMention[];
  readonly storyIdOf: (title: string | null, text: string, normalised?: string) => string;
  /** Absent where the text must not be read. */
  readonly tellCertainty?: typeof tellCertainty;
  /** Languages to keep; null keeps all. */
  readonly languages: readonly string[] | null;
  readonly now: () => number;
}

/**
 * Reads one raw message: decodes it, finds its language, links its instruments and takes its fingerprint.
 *
 * A message that cannot be handled comes out as a dead letter with its original bytes; this function never throws
 * for what a message holds, so a bad document cannot end the stream.
 */
export function understandDocument(message: LogMessage, deps: UnderstandDeps): Understood {
  const inFlight = {
    raw: { partition: message.partition, offset: message.offset },
    bytes: message.value.byteLength,
  };
  try {
    const document = deps.decode(message.value);
    if (document.erased === true) return { ...inFlight, kind: 'drop', id: document.id, reason: 'erased' };
    const text = documentText(document);
    const detected = deps.describeLanguage(text, document.language);
    const { language } = detected;
    if (deps.languages !== null && !deps.languages.includes(language)) {
      return { ...inFlight, kind: 'drop', id: document.id, reason: 'language_filtered' };
    }
    const normalised = deps.normalise?.(text);
    const links = deps.link({
      text,
      language,
      tickers: document.tickers,
      filers: filersOf(document),
      publishedAt: document.publishedAt,
      kind: document.source.kind,
      ...(normalised === undefined ? {} : { normalised }),
    });
    const flags = deps.flag(document, text, detected);
    const storyId = deps.storyIdOf(document.title, document.text, normalised?.text);
    const certainty = deps.tellCertainty?.(text);
    const { appendedAt } = message;
    return {
      ...inFlight,
      kind: 'linked',
      appendedAt,
      document,
      text,
      language,
      links,
      storyId,
      flags,
      ...(certainty === undefined ? {} : { certainty }),
    };
  } catch (error) {
    return { ...inFlight, kind: 'dead-letter', letter: deadLetter(error, message.value, deps.now()) };
  }
}

function deadLetter(error: unknown, bytes: Uint8Array, now: number): DeadLetter {
  const known = error instanceof BellwetherError;
  const detail = error instanceof Error ? error.message : String(error);
  return {
    reason:
      error instanceof InvalidDocumentError
        ? error.code === 'undecodable'
          ? 'undecodable'
          : 'invalid'
        : 'internal_error',
    detail: (known ? detail : `A fault of ours while reading the document: ${detail}`).slice(0, 500),
    stage: 'understand',
    originalBase64: Buffer.from(keptOriginal(bytes)).toString('base64'),
    attempts: 1,
    at: new Date(now).toISOString(),
  };
}
