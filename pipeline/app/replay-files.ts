import type { Config } from '../../config/schema.js';
import type { RejectedItem } from '../../ingest/source.js';
import { createReplaySource } from '../../ingest/sources/replay.js';
import type { Clock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import type { Metrics } from '../telemetry/metrics.js';
import { privacyOf } from './author-keys.js';
import type { Intake } from './intake.js';
import type { OpenParts } from './parts.js';
import type { ReplayRequest, ReplayResult } from './service.js';
import { rejectReasonOf } from '../telemetry/reject-reason.js';

export interface ReplayFilesOptions {
  readonly parts: OpenParts;
  readonly config: Config;
  readonly clock: Clock;
  readonly intake: Intake;
  readonly metrics: Pick<Metrics, 'rejected'>;
  /** Waits until everything is queryable, rolled up and evaluated. */
  readonly settle: (signal: AbortSignal) => Promise<void>;
}

const SHOWN_PROBLEMS = 20;

/** Takes recorded files into a replay world. Throws ConfigError `world_mismatch` in any other. */
export async function replayFiles(
  { files, speed }: ReplayRequest,
  { parts, config, clock, intake, metrics, settle }: ReplayFilesOptions,
  signal: AbortSignal,
): Promise<ReplayResult> {
  if (parts.world !== 'replay') {
    throw new ConfigError(
      'world_mismatch',
      `The data folder ${parts.folder.path} holds the ${parts.world} world; recorded files go into a replay world. Give another folder with --data.`,
    );
  }
  const problems: RejectedItem[] = [];
  const source = createReplaySource({
    files,
    speed,
    readCursor: (name) => parts.log.readCursor(name),
    clock,
    virtualClock: true,
    onRejected: (item) => {
      if (problems.length < SHOWN_PROBLEMS) problems.push(item);
      metrics.rejected('replay', rejectReasonOf(item.code));
    },
    ...privacyOf(config),
  });
  await intake.runToEnd('replay', source, { signal });
  await settle(signal);
  const { delivered, rejected } = source.status();
  return { delivered, rejected, problems };
}
