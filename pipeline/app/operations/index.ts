import { backfillOperation } from './backfill.js';
import { backupOperation } from './backup.js';
import { resetBreakerOperation } from './breaker.js';
import { diffOperation } from './diff.js';
import { eraseOperation } from './erase.js';
import type { Operation } from './operation.js';
import {
  dropDeadLettersOperation,
  listDeadLettersOperation,
  retryDeadLettersOperation,
  showDeadLetterOperation,
} from './dead-letters.js';
import { reconcileOperation } from './reconcile.js';
import { rescoreOperation } from './rescore.js';

/** Everything that can be asked of a service over its socket, beside a replay. */
export const OPERATIONS: readonly Operation<unknown, unknown>[] = [
  erased(reconcileOperation),
  erased(listDeadLettersOperation),
  erased(showDeadLetterOperation),
  erased(retryDeadLettersOperation),
  erased(dropDeadLettersOperation),
  erased(backfillOperation),
  erased(backupOperation),
  erased(rescoreOperation),
  erased(diffOperation),
  erased(resetBreakerOperation),
  erased(eraseOperation),
];

/** The request is what the operation's own `parse` made of the body. */
function erased<Request, Answer>(operation: Operation<Request, Answer>): Operation<unknown, unknown> {
  return operation as unknown as Operation<unknown, unknown>;
}
