import type { ClassifierInput } from '../../pipeline/core/model.js';
import type { Span } from '../../pipeline/core/scored.js';
import type { ServedLanguage } from './manifest.js';
import type { NetworkInput } from './runtime/network.js';
import type { Encoding, WordPiece } from './tokenizer/word-piece.js';

/** The tokenizers of a model by their file. */
export type EncoderTokenizers = ReadonlyMap<string, WordPiece>;

const NOTHING: Encoding = { ids: [], starts: [], ends: [], cut: false };
/** A token has 4 to 5 characters; what follows after so many for each is beyond the last token of any text but a strange one. */
const CHARACTERS_PER_TOKEN = 32;

export interface TextInput extends NetworkInput {
  /** The text goes on behind what the network reads. */
  readonly cut: boolean;
}

/** The tokens of a text as far as the network reads, and which of them name each company: those that touch one of its spans. */
export function toNetworkInput(
  { text, mentions = [] }: Pick<ClassifierInput, 'text' | 'mentions'>,
  {
    tokenizer,
    maxTokens,
    oneTokenLinks = false,
  }: Pick<ServedLanguage, 'tokenizer' | 'maxTokens' | 'oneTokenLinks'>,
  tokenizers: EncoderTokenizers,
): TextInput {
  const limits = { maxTokens, maxCharacters: maxTokens * CHARACTERS_PER_TOKEN };
  const read = oneTokenLinks ? withOneTokenLinks(text) : text;
  const encoding = tokenizers.get(tokenizer)?.encode(read, limits) ?? NOTHING;
  return {
    ids: encoding.ids,
    mentions: mentions.map((spans) => tokensWithin(encoding, spans)),
    cut: encoding.cut,
  };
}

/**
 * The text with every address as the word "http" and blanks: the twenty tokens of its random letters say nothing, and would weigh
 * as much as the sentence. Places in the text stay what they are. `models/training/encoder/rows.py` does the same.
 */
export function withOneTokenLinks(text: string): string {
  return text.replace(/https?:\/\/[\x21-\x7e]+/g, (link) => 'http'.padEnd(link.length));
}

function tokensWithin({ starts, ends }: Encoding, spans: readonly Span[]): readonly number[] {
  return [...starts.keys()].filter((at) =>
    spans.some(([start, end]) => (starts[at] ?? 0) < end && (ends[at] ?? 0) > start),
  );
}
