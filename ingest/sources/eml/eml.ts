import type { RawDocument, SourceInfo } from '../../../pipeline/core/document.js';
import {
  BellwetherError,
  CancelledError,
  InvalidDocumentError,
  type Reason,
  UnavailableError,
} from '../../../pipeline/core/errors.js';
import { readMappedItem } from '../../mapping/read-mapped.js';
import { invalid } from '../../parse/fields.js';
import { digest } from '../../parse/identity.js';
import type { ParseThread, Refusal } from '../../parse-thread/parse-thread.js';
import type { Deliver, Source } from '../../source.js';
import { parseContextOf, rejectedItem, type SourceParts } from '../../source-parts.js';
import { createStatusTracker, type StatusTracker } from '../../source-status.js';
import { findFiles, type FoundFile } from '../files/find-files.js';
import { openFile, readWhole, translated } from '../files/open-file.js';
import {
  decodeEmlCursor,
  encodeEmlCursor,
  isNew,
  isAfter,
  MAX_TAKEN,
  movedOn,
  type Place,
} from './eml-cursor.js';

/** Of a message with its attachments, which are not read. */
const MAX_BYTES = 5_000_000;
const MAX_BATCH = 50;
/** A file that was changed less long ago may still be written. */
const REST_MS = 2_000;
const CLOCK_BEHIND: Reason = {
  code: 'clock_behind',
  message:
    'The clock is behind the newest message by more than two minutes. Set it right: messages that come now are not seen.',
};

export interface EmlSourceOptions extends SourceParts {
  readonly source: SourceInfo;
  readonly language?: string | null;
  /** A folder, a pattern with `*` and `?` in one, or one file. */
  readonly path: string;
  readonly intervalMs: number;
  readonly readEml: ParseThread['readEml'];
  readonly readCursor: (name: string) => Promise<string | null>;
}

/**
 * Takes the messages (.eml) of a folder, in the order in which they came into it, until the signal is aborted.
 *
 * The cursor is when the last file taken came or changed (its time of change in the file system, which nobody can set), so that it stays small however many
 * files there are, and files may be moved away or deleted. A file that comes again is known by its Message-ID. A bad message is named, and the others go on. A folder that
 * cannot be read makes the source `degraded`; so does a file that cannot, which is tried again, while the others go on. So does a clock that was set back by more than
 * two minutes. Memory: one batch of at most 50 documents, the names of 500 files and one message of at most 5 MB.
 */
export function createEmlSource(options: EmlSourceOptions): Source {
  const tracker = createStatusTracker(options.source.id, options.clock);
  return {
    id: options.source.id,
    status: () => tracker.read(),
    async run(deliver, signal) {
      while (!signal.aborted) {
        await look({ options, tracker, deliver, signal });
        await options.clock.sleep(options.intervalMs, signal);
      }
      tracker.become('stopped');
    },
  };
}

interface Look {
  readonly options: EmlSourceOptions;
  readonly tracker: StatusTracker;
  readonly deliver: Deliver;
  readonly signal: AbortSignal;
}

async function look(parts: Look): Promise<void> {
  const { tracker } = parts;
  try {
    const fault = await takeNew(parts);
    if (fault === null) tracker.become('ok');
    else tracker.become('degraded', fault);
  } catch (error) {
    if (error instanceof CancelledError) return;
    if (!(error instanceof BellwetherError && error.retriable)) throw error;
    tracker.become('degraded', error);
  }
}

/** Returns what is wrong with a folder that could be read nevertheless. */
async function takeNew({ options, tracker, deliver, signal }: Look): Promise<Reason | null> {
  const { source, path, clock, readCursor } = options;
  const name = `eml:${source.id}:${digest([path]).slice(0, 8)}`;
  let cursor = decodeEmlCursor(await readCursor(name));
  const restedNs = BigInt(clock.now() - REST_MS) * 1_000_000n;
  const files = (await findFiles(path, (file) => /\.eml$/i.test(file)))
    .filter((file) => file.changedNs <= restedNs && isNew(file, cursor))
    .sort((a, b) => (isAfter(a, b) ? 1 : -1));
  tracker.contacted();
  const failed: Failure[] = [];
  for (let at = 0; at < files.length && !signal.aborted; at += MAX_BATCH) {
    if (failed.length > 0 && (cursor?.taken.length ?? 0) > MAX_TAKEN) break;
    const batch = await readBatch(files.slice(at, at + MAX_BATCH), options);
    failed.push(...batch.failed);
    if (batch.taken.length === 0) continue;
    cursor = movedOn(cursor, batch.taken, failed[0]?.file ?? null);
    await deliver({ documents: batch.documents, cursors: [{ name, value: encodeEmlCursor(cursor) }] });
    tracker.delivered(batch.documents.length);
    for (const { file, error } of batch.errors) {
      tracker.rejected();
      options.onRejected(rejectedItem(source.id, file.path, error));
    }
  }
  const [first] = failed;
  if (first !== undefined) return first.error;
  const isBehind = cursor !== null && BigInt(clock.now()) * 1_000_000n < cursor.floor.changedNs;
  return isBehind ? CLOCK_BEHIND : null;
}

interface Failure {
  readonly file: Place;
  readonly error: UnavailableError;
}

interface EmlBatch {
  readonly documents: RawDocument[];
  /** Those that need not be looked at again. */
  readonly taken: FoundFile[];
  readonly errors: { readonly file: FoundFile; readonly error: InvalidDocumentError }[];
  readonly failed: Failure[];
}

async function readBatch(files: readonly FoundFile[], options: EmlSourceOptions): Promise<EmlBatch> {
  const batch: EmlBatch = { documents: [], taken: [], errors: [], failed: [] };
  for (const file of files) {
    const outcome = await readMessage(file, options);
    if (outcome instanceof UnavailableError) batch.failed.push({ file, error: outcome });
    else batch.taken.push(file);
    if (outcome instanceof InvalidDocumentError) batch.errors.push({ file, error: outcome });
    else if (outcome !== null && !(outcome instanceof UnavailableError)) batch.documents.push(outcome);
  }
  return batch;
}

/** Null for a file that was moved away meanwhile. */
async function readMessage(
  file: FoundFile,
  options: EmlSourceOptions,
): Promise<RawDocument | InvalidDocumentError | UnavailableError | null> {
  const { source, language = null, readEml } = options;
  try {
    const bytes = await translated(file.path, () => readFile(file));
    if (bytes === null) return tooLarge();
    // A copy, because the bytes move to the other thread and a small buffer shares its memory.
    const answer = await readEml(Uint8Array.from(bytes));
    if (!answer.ok) return refused(answer);
    const context = parseContextOf(options);
    return readMappedItem({ document: answer.fields }, { source, language, context });
  } catch (error) {
    if (error instanceof InvalidDocumentError) return error;
    if (!(error instanceof UnavailableError)) throw error;
    const { cause } = error;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    if (cause instanceof Error && 'code' in cause && cause.code === 'EACCES')
      return invalid('eml_unreadable', undefined, 'The file may not be read. Correct its permissions.');
    return error;
  }
}

/** A thread that could not be started, or not run, is no fault of the message, which is tried again. */
function refused({ code, message }: Refusal): InvalidDocumentError | UnavailableError {
  return code === 'parser_unavailable' || code === 'eml_busy'
    ? new UnavailableError(code, message, { retriable: true })
    : invalid(code, undefined, message);
}

async function readFile(file: FoundFile): Promise<Buffer | null> {
  const handle = await openFile(file);
  try {
    return await readWhole(handle, MAX_BYTES);
  } finally {
    await handle.close();
  }
}

function tooLarge(): InvalidDocumentError {
  return invalid('eml_too_large', undefined, `The message has more than ${MAX_BYTES} bytes.`);
}
