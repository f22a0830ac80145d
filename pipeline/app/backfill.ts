import type { Config } from '../../config/schema.js';
import type { RejectedItem } from '../../ingest/source.js';
import { createBackfillSource, findBackfillPlace, type FilePlace } from '../../ingest/sources/backfill.js';
import { ConfigError } from '../core/errors.js';
import { privacyOf } from './author-keys.js';
import { effectiveRules } from './effective-rules.js';
import { createBackfillTally, type BackfillOutcomes } from './backfill-tally.js';
import { isCalm } from './flow.js';
import type { OperationContext } from './operations/operation.js';
import { rejectReasonOf } from '../telemetry/reject-reason.js';

export interface BackfillRequest {
  readonly files: readonly string[];
}

/** Of what this run delivered. */
export interface BackfillResult extends BackfillOutcomes {
  readonly delivered: number;
  /** Rows that are no documents. */
  readonly rejected: number;
  /** The first twenty of the rejected rows. */
  readonly problems: readonly RejectedItem[];
  /** Files that were taken to their end before. */
  readonly alreadyTaken: readonly string[];
  /** Where files that were taken in part before were gone on with. */
  readonly resumed: readonly FilePlace[];
  /** The command or the service was told to stop meanwhile. */
  readonly interrupted: boolean;
  /** Where the same request goes on; null when nothing is left of the files. */
  readonly next: FilePlace | null;
}

const HOUR_MS = 3_600_000;
/** A window begins on a full hour, clocks differ, and evaluation may be late. */
const MARGIN_MS = 2 * HOUR_MS;
const LOOK_AGAIN_MS = 50;
const SHOWN_PROBLEMS = 20;
const PROGRESS_EVERY_MS = 10_000;

/** How fresh a backfilled document may not be to have a voice: the longest window of any rule could hold it otherwise. */
export function quietBackfillMs(config: Pick<Config, 'alerts'>): number {
  const hours = effectiveRules(config.alerts.rules).map(({ windowHours }) => windowHours);
  return Math.max(0, ...hours) * HOUR_MS + MARGIN_MS;
}

/**
 * Takes recorded files into a live world as history, beside what comes in, and resolves when they are queryable.
 *
 * After an abort or a kill the same request goes on where it stopped. Throws ConfigError `world_mismatch` in other worlds.
 */
export async function backfillFiles(
  { files }: BackfillRequest,
  { parts, config, clock, intake, flow, metrics, logger }: OperationContext,
  signal: AbortSignal,
): Promise<BackfillResult> {
  if (parts.world !== 'live') {
    throw new ConfigError(
      'world_mismatch',
      `The data folder ${parts.folder.path} holds the ${parts.world} world; history is loaded into a live one. ${
        parts.world === 'replay' ? 'Use "bellwether replay" for it.' : 'Give another folder with --data.'
      }`,
    );
  }
  const problems: RejectedItem[] = [];
  const alreadyTaken: string[] = [];
  const resumed: FilePlace[] = [];
  const readCursor = (name: string) => parts.log.readCursor(name);
  const tally = createBackfillTally((positions) => parts.store.findReceipts(positions));
  let said = -Infinity;
  const source = createBackfillSource({
    files,
    readCursor,
    clock,
    onRejected: (item) => {
      if (problems.length < SHOWN_PROBLEMS) problems.push(item);
      metrics.rejected('backfill', rejectReasonOf(item.code));
    },
    onAlreadyTaken: (path) => {
      alreadyTaken.push(path);
    },
    onResumed: (place) => {
      resumed.push(place);
    },
    async whenCalm(aborted) {
      while (!aborted.aborted && !(await isCalm(flow))) await clock.sleep(LOOK_AGAIN_MS, aborted);
      await tally.count();
      const { delivered, rejected } = source.status();
      if (delivered === 0 || clock.monotonic() - said < PROGRESS_EVERY_MS) return;
      said = clock.monotonic();
      logger.info('History is being loaded.', { documents: delivered, rejected });
    },
    ...privacyOf(config),
  });
  await intake.runToEnd('backfill', source, {
    signal,
    onAppended: (positions) => {
      tally.appended(positions);
    },
  });
  await flow.drained(signal);
  await tally.count();
  const { delivered, rejected } = source.status();
  const interrupted = signal.aborted;
  const next = interrupted ? await findBackfillPlace({ files, readCursor }) : null;
  return { delivered, rejected, ...tally.outcomes(), problems, alreadyTaken, resumed, interrupted, next };
}
