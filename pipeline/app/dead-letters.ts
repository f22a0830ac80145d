import type { RawDocument, LogPosition } from '../core/document.js';
import { BellwetherError, ConfigError, InvalidDocumentError } from '../core/errors.js';
import type { DurableLog } from '../core/log.js';
import type { Clock } from '../core/clock.js';
import { decodeRawDocument } from '../log/codec.js';
import type { DeadLetterFilter, DeadLetterStore, KeptLetter } from '../storage/dead-letters.js';
import { parseDocument, type ParseContext } from '../../ingest/parse/parse-document.js';
import { parseJson, decodeUtf8 } from '../../ingest/parse/parse-line.js';

export type { DeadLetterFilter, KeptLetter } from '../storage/dead-letters.js';
export { DEAD_LETTER_STATES } from '../storage/dead-letters.js';

/** A letter is named by its place in `documents.raw`, such as `0:123`. */
export function parseLetterId(text: string): LogPosition {
  const match = /^(\d{1,9}):(\d{1,15})$/.exec(text);
  if (match === null) {
    throw new ConfigError(
      'usage',
      `A dead letter is named PARTITION:OFFSET, such as 0:123, not ${JSON.stringify(text.slice(0, 60))}. "dead-letters list" shows them.`,
    );
  }
  return { partition: Number(match[1]), offset: Number(match[2]) };
}

export function letterId({ partition, offset }: LogPosition): string {
  return `${partition}:${offset}`;
}

/** Which letters are meant: some by name, or all that wait (of one reason). */
export type LetterChoice =
  { readonly ids: readonly string[] } | { readonly all: true; readonly reason: KeptLetter['reason'] | null };

export interface Retried {
  readonly id: string;
  readonly documentId: string;
  /** Its new place; null when a crash hid it. */
  readonly wentTo: string | null;
}

export interface NotDone {
  readonly id: string;
  readonly message: string;
}

export interface RetryResult {
  readonly retried: readonly Retried[];
  readonly failed: readonly NotDone[];
}

export interface DropResult {
  readonly dropped: readonly string[];
  readonly failed: readonly NotDone[];
}

export interface DeadLetterDeps {
  readonly store: Pick<DeadLetterStore, 'list' | 'read' | 'mark' | 'drop'>;
  readonly log: Pick<DurableLog, 'readCursor'>;
  /** Appends the document and moves the cursor with it. */
  readonly reenter: (
    document: RawDocument,
    cursor: { readonly name: string; readonly value: string },
  ) => Promise<LogPosition>;
  readonly clock: Pick<Clock, 'now'>;
  readonly parse: Omit<ParseContext, 'receivedAt'>;
}

const PAGE = 200;

/**
 * Sends letters through the edge again; what cannot be read becomes the same letter with one attempt more.
 *
 * The letter stays the account of its own place in the log; the document that goes in is accepted anew. A cursor moves
 * in the same step as the document, so that after a crash in between the retry is only written down and not done twice
 * (with Kafka, whose cursor follows the record, the repeat is a duplicate). An abort stops between two letters.
 */
export async function retryLetters(
  choice: LetterChoice,
  edit: Uint8Array | null,
  deps: DeadLetterDeps,
  signal: AbortSignal,
): Promise<RetryResult> {
  const retried: Retried[] = [];
  const failed: NotDone[] = [];
  for await (const letter of chosen(choice, deps.store, failed)) {
    if (signal.aborted) break;
    const id = letterId(letter.raw);
    if (letter.state !== 'waiting') {
      failed.push({ id, message: whyNotRetried(letter) });
      continue;
    }
    const answer = await retryLetter(letter, edit, deps);
    if ('documentId' in answer) retried.push(answer);
    else failed.push(answer);
  }
  return { retried, failed };
}

/** Gives letters up for good: each counts as dropped by the operator, and its original is removed. Repeating it completes what a crash cut off. */
export async function dropLetters(
  choice: LetterChoice,
  { store, clock }: Pick<DeadLetterDeps, 'store' | 'clock'>,
  signal: AbortSignal,
): Promise<DropResult> {
  const failed: NotDone[] = [];
  const dropped: string[] = [];
  let page: KeptLetter[] = [];
  const flush = async () => {
    await store.drop(page, clock.now());
    dropped.push(...page.map(({ raw }) => letterId(raw)));
    page = [];
  };
  for await (const letter of chosen(choice, store, failed)) {
    if (signal.aborted) break;
    page.push(letter);
    if (page.length === PAGE) await flush();
  }
  await flush();
  return { dropped, failed };
}

async function retryLetter(
  letter: KeptLetter,
  edit: Uint8Array | null,
  deps: DeadLetterDeps,
): Promise<Retried | NotDone> {
  const { store, log, clock } = deps;
  const id = letterId(letter.raw);
  const attempts = letter.attempts + 1;
  const cursor = { name: `dead-letter:${id}`, value: String(attempts) };
  const original = await store.read(letter.raw);
  const bytes = edit ?? Buffer.from(original?.originalBase64 ?? '', 'base64');
  let document: RawDocument;
  try {
    document = readOriginal(bytes, { ...deps.parse, receivedAt: clock.now() });
  } catch (error) {
    if (!(error instanceof BellwetherError)) throw error;
    const detail = `Attempt ${attempts}: ${error.message}`.slice(0, 500);
    await store.mark({ raw: letter.raw, state: 'waiting', attempts, detail, at: clock.now(), wentTo: null });
    return { id, message: error.message };
  }
  const begun = await log.readCursor(cursor.name);
  // The cursor is ahead of the letter when a crash came between the append and the mark.
  const appended = begun !== null && Number(begun) >= attempts;
  const place = appended ? null : await deps.reenter(document, cursor);
  const wentTo = place === null ? null : letterId(place);
  await store.mark({
    raw: letter.raw,
    state: 'retried',
    attempts,
    detail: '',
    at: clock.now(),
    wentTo,
  });
  return { id, documentId: document.id, wentTo };
}

/**
 * Reads what a letter holds, or a corrected file: a stored message, a document as UNDERSTAND handed it on, or a
 * document as a sender would post it. Throws InvalidDocumentError.
 */
export function readOriginal(bytes: Uint8Array, context: ParseContext): RawDocument {
  if (bytes.byteLength === 0) {
    throw new InvalidDocumentError('empty', 'There are no bytes left to retry. Send the document again.');
  }
  const input = parseJson(decodeUtf8(bytes));
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
    if ('v' in input) return decodeRawDocument(bytes);
    if ('contentHash' in input) return decodeRawDocument(Buffer.from(JSON.stringify({ v: 1, ...input })));
  }
  return parseDocument(input, context);
}

function whyNotRetried({ state, wentTo }: KeptLetter): string {
  if (state === 'dropped') return 'It was dropped; its original is gone.';
  return wentTo === null
    ? 'It was retried already.'
    : `It was retried already and went to documents.raw ${wentTo}.`;
}

/** The chosen letters, a page at a time; names that nobody knows go to `failed`. */
async function* chosen(
  choice: LetterChoice,
  store: Pick<DeadLetterStore, 'list' | 'read'>,
  failed: NotDone[],
): AsyncGenerator<KeptLetter, void> {
  if ('ids' in choice) {
    for (const id of new Set(choice.ids)) {
      const letter = await store.read(parseLetterId(id));
      if (letter === null) failed.push({ id, message: 'There is no such dead letter.' });
      else yield letter;
    }
    return;
  }
  let after: LogPosition | null = null;
  for (;;) {
    const filter: DeadLetterFilter = {
      state: 'waiting',
      reason: choice.reason,
      source: null,
      after,
      limit: PAGE,
    };
    const page = await store.list(filter);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.raw;
  }
}
