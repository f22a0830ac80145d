import type { SignatureFault } from '../../../ingest/sources/push/verify-signature.js';
import type { Clock } from '../../core/clock.js';
import type { Logger } from '../../telemetry/logger.js';

const LINE_EVERY_MS = 60_000;

/**
 * Logs what a push source refuses: the first at once, then at most one line a minute, with how many there were since the line before
 * (`times`, itself included). Whoever has no key can fill no disk with it, whatever is wrong with the requests.
 */
export function createRefusalLog(
  source: string,
  { logger, clock }: { readonly logger: Pick<Logger, 'warn'>; readonly clock: Pick<Clock, 'monotonic'> },
): (fault: SignatureFault) => void {
  let loggedAt = Number.NEGATIVE_INFINITY;
  let times = 0;
  return ({ code, detail }) => {
    times += 1;
    const now = clock.monotonic();
    if (now - loggedAt < LINE_EVERY_MS) return;
    logger.warn('A push source refuses requests.', { source, code, reason: detail, times });
    loggedAt = now;
    times = 0;
  };
}
