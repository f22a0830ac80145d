import { readFile } from 'node:fs/promises';

import type { Clock } from '../../../pipeline/core/clock.js';
import type { RawDocument, SourceInfo } from '../../../pipeline/core/document.js';
import { BellwetherError, CancelledError, InvalidDocumentError } from '../../../pipeline/core/errors.js';
import { readMappedItem } from '../../mapping/read-mapped.js';
import { invalid } from '../../parse/fields.js';
import { digest } from '../../parse/identity.js';
import type { Masking } from '../../parse/masking.js';
import type { Deliver, RejectedItem, Source } from '../../source.js';
import { createStatusTracker, type StatusTracker } from '../../source-status.js';
import { findFiles, type FoundFile } from '../files/find-files.js';
import { parseEml } from './parse-eml.js';

/** Of a message with its attachments, which are not read. */
const MAX_BYTES = 5_000_000;
const MAX_BATCH = 50;
/** A file that was changed less long ago may still be written. */
const REST_MS = 2_000;

export interface EmlSourceOptions {
  readonly source: SourceInfo;
  readonly language?: string | null;
  /** A folder, a pattern with `*` and `?` in one, or one file. */
  readonly path: string;
  readonly intervalMs: number;
  readonly readCursor: (name: string) => Promise<string | null>;
  readonly clock: Clock;
  readonly authorKey?: string;
  readonly masking?: Masking;
  readonly onRejected: (item: RejectedItem) => void;
}

/** How far a folder was read: files in the order in which they came into it. */
interface EmlCursor {
  readonly changedNs: bigint;
  readonly path: string;
}

/**
 * Takes the messages (.eml) of a folder, in the order in which they came into it, until the signal is aborted.
 *
 * The cursor is when the last file taken came or changed (its time of change in the file system, which nobody can set), so that it stays small however many
 * files there are, and files may be moved away or deleted. A file that comes again is known by its Message-ID. A bad message is named, and the others go on. A folder that
 * cannot be read makes the source `degraded`. Memory: one batch of at most 50 documents and one message of at most 5 MB.
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
    await takeNew(parts);
    tracker.become('ok');
  } catch (error) {
    if (error instanceof CancelledError) return;
    if (!(error instanceof BellwetherError && error.retriable)) throw error;
    tracker.become('degraded', error.message);
  }
}

async function takeNew({ options, tracker, deliver, signal }: Look): Promise<void> {
  const { source, path, clock, readCursor } = options;
  const name = `eml:${source.id}:${digest([path]).slice(0, 8)}`;
  const cursor = decodeCursor(await readCursor(name));
  const restedNs = BigInt(clock.now() - REST_MS) * 1_000_000n;
  const files = (await findFiles(path, (file) => /\.eml$/i.test(file)))
    .filter((file) => file.changedNs <= restedNs && isAfter(file, cursor))
    .sort((a, b) => (isAfter(a, b) ? 1 : -1));
  tracker.contacted();
  for (let at = 0; at < files.length && !signal.aborted; at += MAX_BATCH) {
    const some = files.slice(at, at + MAX_BATCH);
    const documents: RawDocument[] = [];
    const errors: { file: FoundFile; error: InvalidDocumentError }[] = [];
    for (const file of some) {
      const outcome = await readMessage(file, options);
      if (outcome instanceof InvalidDocumentError) errors.push({ file, error: outcome });
      else if (outcome !== null) documents.push(outcome);
    }
    const last = some.at(-1);
    if (last === undefined) return;
    await deliver({ documents, cursors: [{ name, value: encodeCursor(last) }] });
    tracker.delivered(documents.length);
    for (const { file, error } of errors) {
      tracker.rejected();
      const { code, field, message } = error;
      options.onRejected({ sourceId: source.id, place: file.path, code, field, message });
    }
  }
}

/** Null for a file that was moved away meanwhile. */
async function readMessage(
  file: FoundFile,
  { source, language = null, authorKey, masking, clock }: EmlSourceOptions,
): Promise<RawDocument | InvalidDocumentError | null> {
  const context = {
    receivedAt: clock.now(),
    virtualClock: false,
    ...(authorKey === undefined ? {} : { authorKey }),
    ...(masking === undefined ? {} : { masking }),
  };
  try {
    if (file.size > MAX_BYTES) throw tooLarge(file.size);
    const bytes = await readFile(file.path);
    return readMappedItem({ document: await parseEml(bytes) }, { source, language, context });
  } catch (error) {
    if (error instanceof InvalidDocumentError) return error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    if (error instanceof Error && 'code' in error && error.code === 'EACCES')
      return invalid('eml_unreadable', undefined, 'The file may not be read. Correct its permissions.');
    throw error;
  }
}

function tooLarge(bytes: number): InvalidDocumentError {
  return invalid(
    'eml_too_large',
    undefined,
    `The message has ${bytes} bytes; at most ${MAX_BYTES} are read.`,
  );
}

function isAfter(file: EmlCursor, other: EmlCursor | null): boolean {
  if (other === null) return true;
  if (file.changedNs !== other.changedNs) return file.changedNs > other.changedNs;
  return file.path > other.path;
}

function encodeCursor({ changedNs, path }: EmlCursor): string {
  return JSON.stringify({ changedNs: String(changedNs), path });
}

/** Null for what is missing or damaged: all is read again, and repeats count as duplicates. */
function decodeCursor(value: string | null): EmlCursor | null {
  if (value === null) return null;
  try {
    const { changedNs, path } = JSON.parse(value) as Record<string, unknown>;
    const isWhole = typeof changedNs === 'string' && /^\d{1,25}$/.test(changedNs) && typeof path === 'string';
    return isWhole ? { changedNs: BigInt(changedNs), path } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
