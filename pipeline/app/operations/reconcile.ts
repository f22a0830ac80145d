import { reconcile, type Reconciliation } from '../reconcile.js';
import type { Operation } from './operation.js';

/** Waits for what is in flight, then balances the books. */
export const reconcileOperation: Operation<Record<string, never>, Reconciliation> = {
  name: 'reconcile',
  parse: () => ({}),
  run: async (_request, { flow, parts, forgetting }, signal) => {
    await flow.drained(signal);
    return forgetting.afterwards(() => reconcile(parts.log, parts.store));
  },
};
