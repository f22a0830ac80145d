import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Deliver, RejectedItem, Source, SourceStatus } from '../../../ingest/source.js';
import type { Clock } from '../../core/clock.js';
import type { RawDocument } from '../../core/document.js';
import { BellwetherError, CancelledError } from '../../core/errors.js';

/** What came of a source that was run until it delivered, without any of it being kept. */
export interface Trial {
  /** Whether the source would work in a service. */
  readonly ok: boolean;
  /** What is wrong, or what there is to know, in one sentence. */
  readonly sentence: string;
  /** Of the first delivery, in its order. */
  readonly documents: readonly RawDocument[];
  /** Items that would become dead letters. */
  readonly unreadable: number;
  readonly rejected: readonly RejectedItem[];
  readonly status: SourceStatus;
  readonly tookMs: number;
}

export interface TrialListener {
  readonly rejected: (item: RejectedItem) => void;
  /** `POST /path`. */
  readonly waitsAt: (address: string) => void;
}

export interface TryOptions {
  /** Makes the source; it tells what it leaves out, and where it waits when it fetches nothing. */
  readonly make: (tell: TrialListener) => Source;
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 50;
/** What a source needs to close its connections; after it the trial ends without waiting. */
const CLOSE_MS = 3_000;

interface Collected {
  documents: readonly RawDocument[] | null;
  unreadable: number;
  ended: boolean;
  failure: BellwetherError | null;
  waitsAt: string | null;
}

/**
 * Runs a source until its first delivery, until it is degraded or ends, or until the deadline, and stops it. The delivery
 * is answered as if it were safe, so that the source goes on to say what it left out; nothing is stored. Throws CancelledError
 * when the signal comes, and what is a bug of the source.
 */
export async function trySource({ make, clock, deadlineMs, signal }: TryOptions): Promise<Trial> {
  const rejected: RejectedItem[] = [];
  const collected: Collected = { documents: null, unreadable: 0, ended: false, failure: null, waitsAt: null };
  const stop = new AbortController();
  const began = clock.monotonic();
  const source = make({
    rejected: (item) => rejected.push(item),
    waitsAt: (address) => {
      collected.waitsAt = address;
    },
  });
  let bug: unknown = null;
  const running = source
    .run(collectInto(collected, stop.signal), stop.signal)
    .catch((error: unknown) => {
      if (!(error instanceof BellwetherError)) bug = error;
      else if (!stop.signal.aborted) collected.failure = error;
    })
    .finally(() => {
      collected.ended = true;
    });
  while (!isOver(collected, source.status()) && !signal.aborted && clock.monotonic() - began < deadlineMs)
    await clock.sleep(LOOK_EVERY_MS, signal);
  // What follows a delivery in the source, such as its words on what it left out.
  await nextTurn();
  const status = source.status();
  const tookMs = clock.monotonic() - began;
  const verdict = judge(collected, status, { rejected: rejected.length, deadlineMs });
  stop.abort();
  await Promise.race([running, clock.sleep(CLOSE_MS)]);
  if (bug !== null) throw bug as Error;
  if (signal.aborted) throw new CancelledError('cancelled', 'The trial was cancelled.');
  const { documents, unreadable } = collected;
  return { ...verdict, documents: documents ?? [], unreadable, rejected, status, tookMs };
}

function collectInto(collected: Collected, stopped: AbortSignal): Deliver {
  return async ({ documents, unreadable = [] }) => {
    if (collected.documents === null) {
      collected.documents = documents;
      collected.unreadable = unreadable.length;
      return;
    }
    // A quick source must not run on: what it has next waits for the end, and is given up.
    await new Promise<void>((resolve) => {
      if (stopped.aborted) resolve();
      else
        stopped.addEventListener('abort', () => {
          resolve();
        });
    });
    throw new CancelledError('cancelled', 'A trial takes one delivery.');
  };
}

function isOver({ documents, ended, waitsAt }: Collected, { state }: SourceStatus): boolean {
  return documents !== null || ended || waitsAt !== null || state === 'degraded';
}

function judge(
  { documents, unreadable, ended, failure, waitsAt }: Collected,
  { state, reason, lastContactAt }: SourceStatus,
  { rejected, deadlineMs }: { readonly rejected: number; readonly deadlineMs: number },
): Pick<Trial, 'ok' | 'sentence'> {
  if (failure !== null) return { ok: false, sentence: failure.message };
  const refused = Math.max(rejected, unreadable);
  if (documents !== null && documents.length > 0) {
    const remark = state === 'degraded' && reason !== null ? ` ${reason}` : '';
    return { ok: true, sentence: `It works: ${countOf(documents.length, 'document')} came.${remark}` };
  }
  if (refused > 0)
    return { ok: false, sentence: `${countOf(refused, 'item')} came, and none of them could be taken.` };
  if (waitsAt !== null)
    return {
      ok: true,
      sentence: `There is nothing to fetch: it waits for what is sent to ${waitsAt} of a running service.`,
    };
  if (state === 'degraded') return { ok: false, sentence: reason ?? 'It is degraded and does not say why.' };
  if (documents !== null || ended)
    return { ok: true, sentence: reason ?? 'It answers and has nothing at present.' };
  const seconds = deadlineMs / 1_000;
  if (state === 'ok' || lastContactAt !== null)
    return { ok: true, sentence: `It is connected; nothing came within ${seconds} s.` };
  return { ok: false, sentence: `It gave no sign within ${seconds} s.` };
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
