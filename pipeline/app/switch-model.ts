import type { Config } from '../../config/schema.js';
import { UnavailableError } from '../core/errors.js';
import type { ModelVersion } from '../core/scored.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { UnderstandThread } from './understand-thread.js';
import { ThreadLostError } from './understand-thread-life.js';
import type { Understanding } from './understanding.js';

/** The model that scored new documents until now, and the one that does from now on. */
export interface ModelSwitch {
  readonly from: ModelVersion;
  readonly to: ModelVersion;
}

/**
 * Takes another model over while the service runs; null when the one that is loaded then is the one that serves, unless
 * `always`. Rejects as `loadClassifier` does, and then the old one serves on.
 */
export type SwitchModel = (models: Config['models'], always: boolean) => Promise<ModelSwitch | null>;

export interface ModelSwitchOptions {
  readonly understanding: Pick<Understanding, 'classifier' | 'prepareModel'>;
  /** Null where documents are read in the thread of `understanding`. */
  readonly thread: Pick<UnderstandThread, 'switchModel'> | null;
  readonly metrics: Pick<Metrics, 'model'>;
  readonly logger: Pick<Logger, 'info'>;
}

/** Creates it: the new model is loaded here and in the thread beside the old ones, and takes over between two batches. */
export function createModelSwitch({
  understanding,
  thread,
  metrics,
  logger,
}: ModelSwitchOptions): SwitchModel {
  return async (models, always) => {
    const next = await understanding.prepareModel(models);
    const from = understanding.classifier.model;
    const to = next.model;
    if (from.sha256 === to.sha256 && !always) {
      await next.abandon();
      return null;
    }
    try {
      await thread?.switchModel(models);
    } catch (error) {
      await next.abandon();
      if (!(error instanceof ThreadLostError)) throw error;
      throw new UnavailableError(
        'thread_lost',
        'The thread that reads texts ended while it loaded the model; the old one goes on. Try again.',
        { cause: error, retriable: true },
      );
    }
    await next.commit();
    metrics.model(to);
    logger.info('Another model scores new documents from now on.', { from: nameOf(from), to: nameOf(to) });
    return { from, to };
  };
}

function nameOf({ name, version }: ModelVersion): string {
  return `${name} ${version}`;
}
