import type { Config } from '../../../config/schema.js';
import type { Clock } from '../../core/clock.js';
import type { TouchedWindow } from '../../core/store.js';
import type { Logger } from '../../telemetry/logger.js';
import type { Metrics } from '../../telemetry/metrics.js';
import type { FlowBreaker } from '../breaker.js';
import type { Flow } from '../flow.js';
import type { Forgetting } from '../forgetting.js';
import type { Intake } from '../intake.js';
import type { Parts } from '../parts.js';

/** What an operation may use of the service that runs it. */
export interface OperationContext {
  readonly config: Config;
  readonly parts: Parts;
  readonly flow: Flow;
  readonly breaker: FlowBreaker;
  readonly intake: Intake;
  readonly forgetting: Forgetting;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Says that these windows of the store have changed, for what detection keeps of them. */
  readonly touch: (windows: readonly TouchedWindow[]) => void;
}

/**
 * Something an operator does to an installation, such as `reconcile`. It always runs inside the service that holds the data
 * folder: a running one is asked over its socket, else one is started for it, without sources.
 *
 * Request and answer travel as JSON. An abort means that the caller went away: stop at the next safe point.
 */
export interface Operation<Request, Answer> {
  /** Its path on the socket. */
  readonly name: string;
  /** Checks what came over the socket; throws ConfigError `usage`. */
  readonly parse: (body: unknown) => Request;
  readonly run: (request: Request, context: OperationContext, signal: AbortSignal) => Promise<Answer>;
}
