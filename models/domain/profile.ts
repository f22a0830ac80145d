import { createHash } from 'node:crypto';

import { RejectedError } from '../../pipeline/core/errors.js';
import type { ModelLanguage } from '../choose-language.js';
import type { TextKind } from '../ngram/text-kind.js';
import { WordWeights } from './word-weights.js';

/** What tells finance texts from others: scored words and the thresholds above which a text is foreign. No sentence of any text. */
export interface DomainProfile {
  readonly weights: Readonly<Record<ModelLanguage, WordWeights>>;
  /** What a weight of 1 is in nats. */
  readonly unit: number;
  readonly thresholds: DomainThresholds;
}

export type DomainThresholds = Readonly<Record<ModelLanguage, Readonly<Record<TextKind, number>>>>;

/** `profile.json`. */
export interface DomainManifest {
  readonly format: typeof FORMAT;
  readonly unit: number;
  readonly words: Readonly<Record<ModelLanguage, number>>;
  readonly thresholds: DomainThresholds;
  /** Share of finance texts above the thresholds. */
  readonly share: number;
  readonly weights: { readonly file: string; readonly bytes: number; readonly sha256: string };
  readonly training: {
    readonly words: readonly { readonly key: string; readonly licence: string; readonly rows: number }[];
    readonly thresholds: readonly string[];
    readonly background: readonly string[];
  };
}

export const FORMAT = 'bellwether-domain-1';
export const LANGUAGES = ['en', 'zh'] as const;
/** Of a word: its key, 4 bytes, little end first, and its weight. */
const WORD_BYTES = 5;

export type WordTable = ReadonlyMap<number, number>;

/** The words of each language in order, five bytes each. */
export function packWords(tables: Readonly<Record<ModelLanguage, WordTable>>): Buffer {
  return Buffer.concat(
    LANGUAGES.flatMap((language) =>
      [...tables[language]].map(([key, weight]) => {
        const word = Buffer.alloc(WORD_BYTES);
        word.writeInt32LE(key, 0);
        word.writeInt8(weight, 4);
        return word;
      }),
    ),
  );
}

/** Reads a profile. Throws RejectedError `domain_profile` for one that is not whole or of another format. */
export function parseProfile(manifestText: string, bytes: Buffer): DomainProfile {
  const manifest = JSON.parse(manifestText) as DomainManifest;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const words = LANGUAGES.reduce((sum, language) => sum + manifest.words[language], 0);
  if (
    (manifest.format as string) !== FORMAT ||
    manifest.weights.sha256 !== sha256 ||
    bytes.length !== words * WORD_BYTES
  )
    throw new RejectedError(
      'domain_profile',
      'The profile of finance words (models/artifacts/domain) is damaged or of another release; install it anew.',
    );
  const { unit, thresholds } = manifest;
  return { weights: readTables(bytes, manifest), unit, thresholds };
}

function readTables(bytes: Buffer, { words }: DomainManifest): DomainProfile['weights'] {
  const english = readWords(bytes, 0, words.en);
  return { en: english, zh: readWords(bytes, words.en, words.zh) };
}

function readWords(bytes: Buffer, first: number, count: number): WordWeights {
  const places = Array.from({ length: count }, (_, index) => (first + index) * WORD_BYTES);
  return new WordWeights(
    Int32Array.from(places, (at) => bytes.readInt32LE(at)),
    Int8Array.from(places, (at) => bytes.readInt8(at + 4)),
  );
}
