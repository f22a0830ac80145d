import type { RawDocument } from '../../pipeline/core/document.js';
import { CancelledError, ConfigError, InvalidDocumentError } from '../../pipeline/core/errors.js';
import { invalid } from '../parse/fields.js';
import { parseLine } from '../parse/parse-line.js';
import type { Deliver, Source } from '../source.js';
import { parseContextOf, rejectedItem, type SourceParts } from '../source-parts.js';
import { createStatusTracker, type StatusTracker } from '../source-status.js';
import { createPacer, type Pacer, type ReplaySpeed } from './pace.js';
import { readLines, type ByteLine } from './read-lines.js';
import { FILE_DAMAGED, inspectRecordedFile, readRecordedFile, type RecordedFile } from './recorded-file.js';

const SOURCE_ID = 'replay';
const MAX_LINE_BYTES = 1_048_576;
const MAX_BATCH = 500;
/** The cursor of a file that was read to its end. */
export const FINISHED = 'finished';

export interface ReplayOptions extends SourceParts {
  /** JSON lines, gzip or not, replayed one after the other in this order. */
  readonly files: readonly string[];
  readonly speed: ReplaySpeed;
  readonly readCursor: (name: string) => Promise<string | null>;
  /** True in a replay world: documents are received when they were published. */
  readonly virtualClock: boolean;
  /** Most documents of one delivery. Default: 500. */
  readonly maxBatch?: number;
}

/**
 * Delivers recorded documents in the order of the file, at most 500 at a time.
 *
 * With a number as speed, documents come at their own pace times that number; one that is older than the one before comes at once.
 * A bad line is reported with its number and the rest goes on. The cursor of a file is its next line and moves with the delivery,
 * so that a killed replay continues; a file that was finished starts again at its first line.
 * All files are looked at before the first delivery: a missing or unreadable one is a ConfigError and nothing is delivered.
 * Memory: one batch and one line of at most 1 MiB.
 */
export function createReplaySource(options: ReplayOptions): Source {
  const tracker = createStatusTracker(SOURCE_ID, options.clock);
  return {
    id: SOURCE_ID,
    status: () => tracker.read(),
    run: async (deliver, signal) => {
      const files: RecordedFile[] = [];
      for (const path of options.files) files.push(await inspectRecordedFile(path));
      const pacer = createPacer(options.speed, options.clock);
      tracker.become('ok');
      for (const file of files) {
        if (signal.aborted) break;
        try {
          await new FileReplay({ file, options, tracker, pacer, deliver, signal }).run();
        } catch (error) {
          // A delivery that was still waiting for the log when we were told to stop; its cursor did not move.
          if (!(error instanceof CancelledError)) throw error;
          break;
        }
      }
      tracker.become(signal.aborted ? 'stopped' : 'finished');
    },
  };
}

interface FileReplayParts {
  readonly file: RecordedFile;
  readonly options: ReplayOptions;
  readonly tracker: StatusTracker;
  readonly pacer: Pacer;
  readonly deliver: Deliver;
  readonly signal: AbortSignal;
}

/** One pass over one file. */
class FileReplay {
  private readonly parts: FileReplayParts;
  private pending: RawDocument[] = [];
  /** The line the cursor names once `pending` is delivered. */
  private nextLine = 1;
  private rows = 0;

  constructor(parts: FileReplayParts) {
    this.parts = parts;
  }

  async run(): Promise<void> {
    const { file, options, signal } = this.parts;
    const firstLine = startLine(await options.readCursor(file.cursorName));
    this.nextLine = firstLine;
    try {
      for await (const line of readLines(readRecordedFile(file), MAX_LINE_BYTES)) {
        if (signal.aborted) break;
        this.rows += 1;
        if (line.number >= firstLine) await this.take(line);
      }
    } catch (error) {
      if (error instanceof ConfigError && error.code === FILE_DAMAGED)
        await this.flush(String(this.nextLine));
      throw error;
    }
    if (signal.aborted) {
      if (this.nextLine > firstLine) await this.flush(String(this.nextLine));
      return;
    }
    if (this.rows === 0) {
      throw new ConfigError('replay_file_empty', `${file.path} holds no line: there is nothing to replay.`);
    }
    await this.flush(FINISHED);
  }

  private async take(line: ByteLine): Promise<void> {
    const document = this.parse(line);
    if (document !== null) {
      const { pacer, signal, options } = this.parts;
      const publishedAt = Date.parse(document.publishedAt);
      if (
        this.pending.length > 0 &&
        (this.pending.length >= (options.maxBatch ?? MAX_BATCH) || pacer.mustWait(publishedAt))
      ) {
        await this.flush(String(line.number));
      }
      await pacer.wait(publishedAt, signal);
      if (signal.aborted) return;
      this.pending.push(document);
    }
    this.nextLine = line.number + 1;
  }

  private parse(line: ByteLine): RawDocument | null {
    const { file, tracker, options } = this.parts;
    try {
      if (line.bytes === null) {
        throw invalid('line_too_long', undefined, `The line is longer than ${MAX_LINE_BYTES} bytes.`);
      }
      return parseLine(line.bytes, parseContextOf(this.parts.options));
    } catch (error) {
      if (!(error instanceof InvalidDocumentError)) throw error;
      tracker.rejected();
      options.onRejected(rejectedItem(SOURCE_ID, `${file.path}:${line.number}`, error));
      return null;
    }
  }

  /** Delivers what is pending and moves the cursor in the same step. */
  private async flush(cursor: string): Promise<void> {
    const { deliver, file, tracker } = this.parts;
    const documents = this.pending;
    await deliver({ documents, cursors: [{ name: file.cursorName, value: cursor }] });
    this.pending = [];
    tracker.delivered(documents.length);
  }
}

/** The line that the cursor of a file names. */
export function startLine(cursor: string | null): number {
  return cursor === null || cursor === FINISHED ? 1 : Number(cursor);
}
