import { backfillOperation } from './backfill.js';
import { backupOperation } from './backup.js';
import { resetBreakerOperation } from './breaker.js';
import { driftOperation } from './drift.js';
import { diffOperation } from './diff.js';
import { eraseOperation } from './erase.js';
import { countedDocumentsOperation, extentOperation } from './impact.js';
import { shadowOperation } from './shadow.js';
import { addLabelsOperation, labelsQueueOperation, listLabelsOperation } from './labels.js';
import type { Operation } from './operation.js';
import {
  dropDeadLettersOperation,
  listDeadLettersOperation,
  retryDeadLettersOperation,
  showDeadLetterOperation,
} from './dead-letters.js';
import { reconcileOperation } from './reconcile.js';
import { rescoreOperation } from './rescore.js';
import { listSources, reloadSources, startSource, stopSource, type SourceOperation } from './sources.js';

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
  erased(labelsQueueOperation),
  erased(addLabelsOperation),
  erased(listLabelsOperation),
  erased(shadowOperation),
  erased(driftOperation),
  erased(extentOperation),
  erased(countedDocumentsOperation),
];

/** What can be asked of a service about its sources. */
export const SOURCE_OPERATIONS: readonly SourceOperation<unknown, unknown>[] = [
  erasedSource(listSources),
  erasedSource(startSource),
  erasedSource(stopSource),
  erasedSource(reloadSources),
];

/** The request is what the operation's own `parse` made of the body. */
function erased<Request, Answer>(operation: Operation<Request, Answer>): Operation<unknown, unknown> {
  return operation as unknown as Operation<unknown, unknown>;
}

/** As above. */
function erasedSource<Request, Answer>(
  operation: SourceOperation<Request, Answer>,
): SourceOperation<unknown, unknown> {
  return operation as unknown as SourceOperation<unknown, unknown>;
}
