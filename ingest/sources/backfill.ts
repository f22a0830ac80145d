import type { RejectedItem, Source } from '../source.js';
import { createReplaySource, FINISHED, type ReplayOptions } from './replay.js';
import { inspectRecordedFile } from './recorded-file.js';

/** What live documents may have to wait for. */
export const BACKFILL_CHUNK = 200;

export interface BackfillOptions extends Omit<ReplayOptions, 'speed' | 'virtualClock' | 'maxBatch'> {
  /** Resolves when little enough is on its way that a chunk of history may join it, or when the signal is aborted. */
  readonly whenCalm: (signal: AbortSignal) => Promise<void>;
  /** Told of each file that was taken to its end before and is left out. */
  readonly onAlreadyTaken: (path: string) => void;
}

/**
 * Delivers recorded documents as history: marked `backfill`, received now, at most 200 at a time and only when calm.
 *
 * Reads and resumes as a replay does; a file that was taken to its end is not taken again.
 */
export function createBackfillSource(options: BackfillOptions): Source {
  const { whenCalm, onAlreadyTaken, files, ...shared } = options;
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
      for (const path of files) {
        const { cursorName: name } = await inspectRecordedFile(path);
        if ((await readCursor(name)) === FINISHED) onAlreadyTaken(path);
        else left.push(path);
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

/** The same file may be replayed into one world and be history of another; their places are told apart by name too. */
function cursorName(name: string): string {
  return name.replace(/^replay:/, 'backfill:');
}
