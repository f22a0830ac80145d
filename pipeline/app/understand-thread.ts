import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { systemClock, type Clock } from '../core/clock.js';
import type { LogPosition } from '../core/document.js';
import type { Reason } from '../core/errors.js';
import type { ExpertRule } from '../core/expert-rule.js';
import type { LogMessage } from '../core/log.js';
import type { ModelVersion } from '../core/scored.js';
import type { UnderstandBatch, UnderstoodRecord } from '../operators/understand-batch.js';
import type { ModelEvent } from '../telemetry/model-metrics.js';
import { ThreadLostError, type LossReason } from './understand-thread-life.js';
import { startThreadLives } from './understand-thread-lives.js';
import { unpack, type BatchAnswer } from './understand-thread-bytes.js';
import { toThreadModels, type UnderstandingOptions } from './understanding.js';

/** UNDERSTAND in a thread of its own. */
export interface UnderstandThread {
  readonly understand: UnderstandBatch;
  /** Takes another model and the rules over it; rejects with the reason when it cannot, and the old ones go on. */
  switchModel(models: UnderstandingOptions['models'], rules: readonly ExpertRule[]): Promise<ModelVersion>;
  /** Before the end: what waits for a thread that cannot be started again is rejected with CancelledError, anything else goes on. */
  stopTrying(): void;
  /** Ends the thread; what it still had is not answered. Calling it twice is harmless. */
  close(): Promise<void>;
}

export interface ThreadSupervision {
  /** Answers for a document that the thread cannot read: what is known without any model. */
  readonly passOn: (message: LogMessage) => Promise<UnderstoodRecord>;
  readonly onRestart: (reason: LossReason) => void;
  /** A thread that was lost cannot be started again for now, told at each try; null when it reads again. */
  readonly onStartFailed: (problem: Reason | null) => void;
  readonly onPassedOn: (raw: LogPosition) => void;
  readonly onObserved: (event: ModelEvent) => void;
  /** For tests: the compiled code, and less patience. */
  readonly entry?: string;
  readonly deadlineMs?: number;
  readonly clock?: Pick<Clock, 'sleep'>;
}

const ENTRY = fileURLToPath(new URL('./understand-thread-main.js', import.meta.url));
/** A batch takes 0.1 to 0.5 s; on a machine that is starved of CPU, some seconds. */
const DEADLINE_MS = 20_000;
/** A document is given up after so many losses of the thread for which it alone was to blame. */
const TIMES_ALONE = 2;

/**
 * Starts a thread with model and linker of its own, so that computing holds up neither the page nor the log.
 *
 * A thread that crashes or gives no answer in time is started anew; the batch it was at is tried again document by document,
 * and what costs the thread twice more is passed on without being read, because a model must never lose a document. A
 * thread that cannot start rejects everything. Null when the code is not compiled (tests run from the sources): then the
 * caller computes in its own thread. Memory: the model once more, about 80 MB.
 */
export function startUnderstandThread(
  options: UnderstandingOptions,
  supervision: ThreadSupervision,
): UnderstandThread | null {
  const entry = supervision.entry ?? ENTRY;
  if (!existsSync(entry)) return null;
  const { deadlineMs = DEADLINE_MS, clock = systemClock } = supervision;
  const models = toThreadModels(options.models);
  const lives = startThreadLives({
    ...supervision,
    entry,
    options: { ...options, models },
    deadlineMs,
    clock,
  });
  return {
    understand: (messages) => understandSupervised(messages, (asked) => lives.ask(asked), supervision),
    switchModel: (next, rules) => lives.switchModel({ models: toThreadModels(next), rules }),
    stopTrying: () => {
      lives.stopTrying();
    },
    close: () => lives.end(),
  };
}

type Ask = (messages: readonly LogMessage[]) => Promise<BatchAnswer>;

async function understandSupervised(
  messages: readonly LogMessage[],
  ask: Ask,
  supervision: ThreadSupervision,
): Promise<readonly UnderstoodRecord[]> {
  let blamed = 0;
  while (blamed < (messages.length === 1 ? TIMES_ALONE : 1)) {
    try {
      return toRecords(await ask(messages));
    } catch (error) {
      if (!(error instanceof ThreadLostError) || !error.restart) throw error;
      // What only stood behind the culprit is asked again as it was.
      if (error.blamed) blamed += 1;
    }
  }
  const [only, ...others] = messages;
  if (only !== undefined && others.length === 0) {
    supervision.onPassedOn({ partition: only.partition, offset: only.offset });
    return [await supervision.passOn(only)];
  }
  const records: UnderstoodRecord[] = [];
  for (const message of messages) records.push(...(await understandSupervised([message], ask, supervision)));
  return records;
}

function toRecords({ keys, kinds, lengths, bytes }: BatchAnswer): readonly UnderstoodRecord[] {
  const values = unpack(bytes, lengths);
  return values.map((value, index) => ({
    key: keys[index] ?? '',
    kind: kinds[index] ?? 'dead-letter',
    value,
  }));
}
