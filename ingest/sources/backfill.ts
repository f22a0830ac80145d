import type { RejectedItem, Source } from '../source.js';
import { createReplaySource, FINISHED, startLine, type ReplayOptions } from './replay.js';
import { inspectRecordedFile } from './recorded-file.js';

/** What live documents may have to wait for. */
export const BACKFILL_CHUNK = 200;

export interface BackfillOptions extends Omit<ReplayOptions, 'speed' | 'virtualClock' | 'maxBatch'> {
  /** Resolves when little enough is on its way that a chunk of history may join it, or when the signal is aborted. */
  readonly whenCalm: (signal: AbortSignal) => Promise<void>;
  /** Told of each file that was taken to its end before and is left out. */
  readonly onAlreadyTaken: (path: string) => void;
  /** Told of each file that was taken in part before, and of the line that comes next. */
  readonly onResumed: (place: FilePlace) => void;
}

/** A line of a recorded file, counted from 1. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
}

/**
 * Delivers recorded documents as history: marked `backfill`, received now, at most 200 at a time and only when calm.
 *
 * Reads and resumes as a replay does; a file that was taken to its end is not taken again.
 */
export function createBackfillSource(options: BackfillOptions): Source {
  const { whenCalm, onAlreadyTaken, onResumed, files, ...shared } = options;
  const readCursor = (name: string) => options.readCursor(cursorName(name));
  const onRejected = (item: RejectedItem) => {
    options.onRejected({ ...item, sourceId: 'backfill' });
  };
  const left: string[] = [];
  const replay = createReplaySource({
    ...shared,
    files: left,
    readCursor,
    onRejected,
    speed: 'max',
    virtualClock: false,
    maxBatch: BACKFILL_CHUNK,
  });
  return {
    id: 'backfill',
    status: () => ({ ...replay.status(), id: 'backfill' }),
    async run(deliver, signal) {
      for (const file of files) {
        const line = await nextLine(file, options.readCursor);
        if (line === null) {
          onAlreadyTaken(file);
          continue;
        }
        if (line > 1) onResumed({ file, line });
        left.push(file);
      }
      await replay.run(async ({ documents, cursors }) => {
        await whenCalm(signal);
        await deliver({
          documents: documents.map((document) => ({ ...document, backfill: true })),
          cursors: cursors.map(({ name, value }) => ({ name: cursorName(name), value })),
        });
      }, signal);
    },
  };
}

/** Where the same request would go on; null when every file was taken to its end. */
export async function findBackfillPlace({
  files,
  readCursor,
}: Pick<BackfillOptions, 'files' | 'readCursor'>): Promise<FilePlace | null> {
  for (const file of files) {
    const line = await nextLine(file, readCursor);
    if (line !== null) return { file, line };
  }
  return null;
}

/** Null behind the end. */
async function nextLine(path: string, readCursor: BackfillOptions['readCursor']): Promise<number | null> {
  const { cursorName: name } = await inspectRecordedFile(path);
  const cursor = await readCursor(cursorName(name));
  return cursor === FINISHED ? null : startLine(cursor);
}

/** The same file may be replayed into one world and be history of another; their places are told apart by name too. */
function cursorName(name: string): string {
  return name.replace(/^replay:/, 'backfill:');
}
