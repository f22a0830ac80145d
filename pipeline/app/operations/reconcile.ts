import { RAW_TOPIC } from '../../core/log.js';
import { reconcile, type Reconciliation } from '../reconcile.js';
import type { Operation } from './operation.js';

/** Balances the books of what was accepted before the call, once it is stored; a live service goes on meanwhile. */
export const reconcileOperation: Operation<Record<string, never>, Reconciliation> = {
  name: 'reconcile',
  parse: () => ({}),
  run: async (_request, { flow, parts, forgetting }, signal) => {
    const accepted = await parts.log.endPositions(RAW_TOPIC);
    await flow.drained(signal);
    return forgetting.afterwards(() => reconcile(accepted, parts.store));
  },
};
