import type { Config } from '../../config/schema.js';
import type { RejectedItem } from '../../ingest/source.js';
import { createBackfillSource } from '../../ingest/sources/backfill.js';
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

/** Of what this run delivered; after an abort what was still on its way is not among the outcomes. */
export interface BackfillResult extends BackfillOutcomes {
  readonly delivered: number;
  /** Rows that are no documents. */
  readonly rejected: number;
  /** The first twenty of the rejected rows. */
  readonly problems: readonly RejectedItem[];
  /** Files that were taken to their end before. */
  readonly alreadyTaken: readonly string[];
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
  const tally = createBackfillTally((positions) => parts.store.findReceipts(positions));
  let said = clock.monotonic();
  const source = createBackfillSource({
    files,
    readCursor: (name) => parts.log.readCursor(name),
    clock,
    onRejected: (item) => {
      if (problems.length < SHOWN_PROBLEMS) problems.push(item);
      metrics.rejected('backfill', rejectReasonOf(item.code));
    },
    onAlreadyTaken: (path) => {
      alreadyTaken.push(path);
    },
    async whenCalm(aborted) {
      while (!aborted.aborted && !(await isCalm(flow))) await clock.sleep(LOOK_AGAIN_MS, aborted);
      await tally.count();
      if (clock.monotonic() - said < PROGRESS_EVERY_MS) return;
      said = clock.monotonic();
      const { delivered, rejected } = source.status();
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
  return { delivered, rejected, ...tally.outcomes(), problems, alreadyTaken };
}
