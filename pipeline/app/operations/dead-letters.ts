import { z } from 'zod';

import { ConfigError } from '../../core/errors.js';
import { DEAD_LETTER_REASONS } from '../../core/scored.js';
import { privacyOf } from '../author-keys.js';
import {
  DEAD_LETTER_STATES,
  dropLetters,
  parseLetterId,
  retryLetters,
  type DeadLetterDeps,
  type DropResult,
  type KeptLetter,
  type RetryResult,
} from '../dead-letters.js';
import type { Operation, OperationContext } from './operation.js';

const reason = z.enum(DEAD_LETTER_REASONS).nullable();
const ids = z.array(z.string()).min(1).max(10_000).readonly();
const choice = z.union([z.strictObject({ ids }), z.strictObject({ all: z.literal(true), reason })]);
const listRequest = z.strictObject({
  state: z.enum(DEAD_LETTER_STATES).nullable(),
  reason,
  source: z.string().nullable(),
  limit: z.int().min(1).max(10_000),
});
const showRequest = z.strictObject({ id: z.string() });
const retryRequest = z.strictObject({ choice, editBase64: z.string().nullable() });
const dropRequest = z.strictObject({ choice });

/** Of a corrected document: the longest text there may be (200,000 characters), each of them written as `\uXXXX`, and all the rest. */
export const MAX_EDIT_BYTES = 2_000_000;

export type ShownLetter = KeptLetter & { readonly originalBase64: string };

export const listDeadLettersOperation: Operation<z.infer<typeof listRequest>, readonly KeptLetter[]> = {
  name: 'dead-letters-list',
  parse: (body) => read(listRequest, body),
  run: (request, { parts }) => parts.store.deadLetters.list({ ...request, after: null }),
};

export const showDeadLetterOperation: Operation<z.infer<typeof showRequest>, ShownLetter> = {
  name: 'dead-letters-show',
  parse: (body) => read(showRequest, body),
  async run({ id }, { parts }) {
    const letter = await parts.store.deadLetters.read(parseLetterId(id));
    if (letter !== null) return letter;
    throw new ConfigError(
      'no_such_letter',
      `There is no dead letter ${id}. "bellwether dead-letters list" shows those there are.`,
    );
  },
};

export const retryDeadLettersOperation: Operation<z.infer<typeof retryRequest>, RetryResult> = {
  name: 'dead-letters-retry',
  parse: (body) => read(retryRequest, body),
  run(request, context, signal) {
    const edit = request.editBase64 === null ? null : Buffer.from(request.editBase64, 'base64');
    return retryLetters(request.choice, edit, deps(context), signal);
  },
};

export const dropDeadLettersOperation: Operation<z.infer<typeof dropRequest>, DropResult> = {
  name: 'dead-letters-drop',
  parse: (body) => read(dropRequest, body),
  run: (request, context, signal) => dropLetters(request.choice, deps(context), signal),
};

function deps({ parts, intake, clock, config }: OperationContext): DeadLetterDeps {
  return {
    store: parts.store.deadLetters,
    log: parts.log,
    clock,
    reenter: (document, cursor) => intake.reenter(document, cursor),
    parse: { virtualClock: parts.world === 'replay', ...privacyOf(config) },
  };
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new ConfigError('usage', `The request is not well-formed: ${z.prettifyError(result.error)}`);
}
