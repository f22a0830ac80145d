import type { LogMessage } from '../core/log.js';
import type { ModelVersion, ScoredMessage } from '../core/scored.js';
import type { ModelEvent } from '../telemetry/model-metrics.js';
import type { UnderstandingOptions } from './understanding.js';

/** What goes to the thread: the values of all messages one after the other, so that nothing is copied twice. */
export interface BatchRequest {
  readonly positions: readonly Pick<LogMessage, 'partition' | 'offset' | 'key' | 'appendedAt'>[];
  readonly lengths: readonly number[];
  readonly bytes: Uint8Array;
}

export interface BatchAnswer {
  readonly keys: readonly string[];
  readonly kinds: readonly ScoredMessage['kind'][];
  readonly lengths: readonly number[];
  readonly bytes: Uint8Array;
}

/** What a thread is started with. */
export interface ThreadData {
  readonly options: UnderstandingOptions;
  /** For what the model says of one batch; less than the batch has in all, so that waiting for others ends no thread. */
  readonly modelBudgetMs: number;
  /** See `armTextFault`; empty but in tests. */
  readonly textFault: string;
}

/** Asks for another model and its rules; batches are answered meanwhile, and both change between two of them. */
export interface SwitchRequest {
  readonly switchTo: Pick<UnderstandingOptions, 'models' | 'rules'>;
}

export type ThreadRequest = BatchRequest | SwitchRequest;

/** The model that serves now, or why the old one goes on. */
export interface SwitchAnswer {
  readonly switched: ModelVersion | { readonly code: string; readonly message: string };
}

/** Why the thread cannot read texts: the error with which model or names refused. */
export interface StartFailure {
  readonly startFailed: { readonly code: string; readonly message: string; readonly retriable: boolean };
}

/** What the thread says: that it can read texts or why not, then one answer a batch; and what happens to its model. */
export type ThreadMessage =
  'ready' | StartFailure | BatchAnswer | SwitchAnswer | { readonly observed: ModelEvent };

/** All values in one piece of memory that can be handed over. */
export function pack(values: readonly Uint8Array[]): { bytes: Uint8Array; lengths: readonly number[] } {
  const lengths = values.map((value) => value.byteLength);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const value of values) {
    bytes.set(value, at);
    at += value.byteLength;
  }
  return { bytes, lengths };
}

/** The values again; views on the one piece. */
export function unpack(bytes: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] {
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return bytes.subarray(at - length, at);
  });
}
