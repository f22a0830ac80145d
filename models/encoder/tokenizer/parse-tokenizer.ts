import { z } from 'zod';
import { RejectedError } from '../../../pipeline/core/errors.js';
import type { ReadingRules } from './read-code-point.js';

/** Everything that turns a text into ids of a BERT vocabulary. */
export interface WordPieceSpec {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly rules: ReadingRules;
  readonly unknownId: number;
  readonly maxWordCharacters: number;
  readonly continuing: string;
  readonly startId: number;
  readonly endId: number;
  /** Written in a text they are these tokens, whatever stands around them. */
  readonly specials: ReadonlyMap<string, number>;
}

const id = z.int().min(0).max(10_000_000);
const tokenizerSchema = z.object({
  added_tokens: z
    .array(
      z.object({
        id,
        content: z.string().min(1),
        single_word: z.literal(false),
        lstrip: z.literal(false),
        rstrip: z.literal(false),
        normalized: z.literal(false),
      }),
    )
    .max(1_000),
  normalizer: z.object({
    type: z.literal('BertNormalizer'),
    clean_text: z.boolean(),
    handle_chinese_chars: z.boolean(),
    strip_accents: z.boolean().nullable(),
    lowercase: z.boolean(),
  }),
  pre_tokenizer: z.object({ type: z.literal('BertPreTokenizer') }),
  post_processor: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('TemplateProcessing'),
      single: z.tuple([
        z.object({ SpecialToken: z.object({ id: z.string() }) }),
        z.object({ Sequence: z.object({ id: z.literal('A') }) }),
        z.object({ SpecialToken: z.object({ id: z.string() }) }),
      ]),
      special_tokens: z.record(z.string(), z.object({ ids: z.tuple([id]) })),
    }),
    z.object({
      type: z.literal('BertProcessing'),
      cls: z.tuple([z.string(), id]),
      sep: z.tuple([z.string(), id]),
    }),
  ]),
  model: z.object({
    type: z.literal('WordPiece'),
    unk_token: z.string(),
    continuing_subword_prefix: z.string(),
    max_input_chars_per_word: z.int().min(1).max(1_000),
    vocab: z.record(z.string(), id),
  }),
});

/**
 * Reads a `tokenizer.json` of the BERT kind: WordPiece with BERT's normaliser and splitter, `[CLS] text [SEP]`.
 *
 * Truncation and padding that it states are not looked at. Throws RejectedError `model_format`, naming file and field, for
 * anything else: a tokenizer that is nearly right makes wrong scores.
 */
export function parseTokenizer(text: string, file: string): WordPieceSpec {
  const refuse = (problem: string, cause?: unknown) =>
    new RejectedError('model_format', `${file}: ${problem}.`, { cause });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw refuse('it is not valid JSON', cause);
  }
  const parsed = tokenizerSchema.safeParse(json);
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join('.') ?? '';
    throw refuse(
      `${place === '' ? 'it' : `the field ${place}`} is missing or not as in a BERT WordPiece tokenizer; give the tokenizer.json that was saved with the model`,
    );
  }
  const { normalizer, post_processor: ends, model, added_tokens: added } = parsed.data;
  const vocabulary = new Map(Object.entries(model.vocab));
  const known = (token: string): number => {
    const found = vocabulary.get(token) ?? added.find(({ content }) => content === token)?.id;
    if (found === undefined) throw refuse(`the token ${token} is not in the vocabulary`);
    return found;
  };
  const [startId, endId] =
    ends.type === 'BertProcessing'
      ? [ends.cls[1], ends.sep[1]]
      : [known(ends.single[0].SpecialToken.id), known(ends.single[2].SpecialToken.id)];
  return {
    vocabulary,
    rules: {
      lowercase: normalizer.lowercase,
      stripAccents: normalizer.strip_accents ?? normalizer.lowercase,
      cleanText: normalizer.clean_text,
      handleChinese: normalizer.handle_chinese_chars,
    },
    unknownId: known(model.unk_token),
    maxWordCharacters: model.max_input_chars_per_word,
    continuing: model.continuing_subword_prefix,
    startId,
    endId,
    specials: new Map(added.map((token) => [token.content, token.id])),
  };
}
