import type { Config } from '../../config/schema.js';
import { UnavailableError } from '../core/errors.js';
import type { ModelVersion } from '../core/scored.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { UnderstandThread } from './understand-thread.js';
import { ThreadLostError } from './understand-thread-life.js';
import { warnOfWaiting, type ExpertRules } from './expert-rules.js';
import type { InstalledModels, Understanding } from './understanding.js';

/** The model, with the expert rules over it, that scored new documents until now, and the one that does from now on. */
export interface ModelSwitch {
  readonly from: ModelVersion;
  readonly to: ModelVersion;
}

/**
 * Takes another model and the expert rules over it while the service runs; null when both are those in force, unless
 * `always`. Rejects as `loadClassifier` and `loadRules` do, and then the old ones go on.
 */
export type SwitchModel = (models: InstalledModels, always: boolean) => Promise<ModelSwitch | null>;

export interface ModelSwitchOptions {
  readonly understanding: Pick<Understanding, 'classifier' | 'prepareModel'>;
  readonly loadRules: (rules: Config['models']['rules']) => Promise<ExpertRules>;
  /** Null where documents are read in the thread of `understanding`. */
  readonly thread: Pick<UnderstandThread, 'switchModel'> | null;
  readonly metrics: Pick<Metrics, 'model'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** Creates it: the new model is loaded here and in the thread beside the old ones, and takes over between two batches. */
export function createModelSwitch({
  understanding,
  thread,
  loadRules,
  metrics,
  logger,
}: ModelSwitchOptions): SwitchModel {
  return async (models, always) => {
    const rules = await loadRules(models.rules);
    const next = await understanding.prepareModel(models, rules.inForce);
    const from = understanding.classifier.model;
    const to = next.model;
    // The version names the rules, the hash the model.
    const same = from.sha256 === to.sha256;
    if (same && from.version === to.version && !always) {
      await next.abandon();
      return null;
    }
    try {
      await thread?.switchModel(models, rules.inForce);
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
    warnOfWaiting(rules, logger);
    logger.info(
      same && from.version !== to.version
        ? 'Other expert rules decide over the model from now on.'
        : 'Another model serves from now on.',
      { from: nameOf(from), to: nameOf(to) },
    );
    return { from, to };
  };
}

function nameOf({ name, version }: ModelVersion): string {
  return `${name} ${version}`;
}
