import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FeedContext } from '../parse/feed.js';
import type { ReadFeed } from '../parse/read-feed-bytes.js';
import { createPatience, processorMs, startStopwatch, type Stopwatch } from './processor-time.js';

export interface FeedRequest {
  /** Moved to the thread: the caller no longer has them. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string | null;
  readonly context: Omit<FeedContext, 'outOfTime'>;
}

/** What the thread is asked. */
export type ThreadRequest =
  /** After `budgetMs` of processor time no further items are read; those that were read are the answer. */
  | ({ readonly kind: 'feed'; readonly budgetMs: number } & FeedRequest)
  | { readonly kind: 'eml'; readonly bytes: Uint8Array<ArrayBuffer> };

/** Why there is nothing: what is wrong with the bytes, or that they took too much. */
export interface Refusal {
  readonly ok: false;
  /** Of the parser, or `feed_deadline`, `feed_busy`, `eml_memory` and the like, or `parser_unavailable`: the thread could not be started. */
  readonly code: string;
  readonly message: string;
}

export type FeedAnswer = ({ readonly ok: true } & ReadFeed) | Refusal;
/** The fields of a document, see `parseEml`. */
export type EmlAnswer = { readonly ok: true; readonly fields: Readonly<Record<string, unknown>> } | Refusal;

/** One at a time, in the order in which they come. Nothing rejects: a reason stands for everything that goes wrong. */
export interface ParseThread {
  readonly readFeed: (request: FeedRequest) => Promise<FeedAnswer>;
  /** The bytes of a message are moved to the thread: the caller no longer has them. */
  readonly readEml: (bytes: Uint8Array<ArrayBuffer>) => Promise<EmlAnswer>;
  readonly close: () => Promise<void>;
}

export interface ParseThreadOptions {
  /** The compiled `parse-thread-main.js`; by default the one beside this file. */
  readonly entry?: string;
  /**
   * Longest processor time for one feed or message; default 1.2 s. After two thirds of it no further items of a feed are read. Where other work holds
   * the thread up, it is waited for up to twenty times as long; where the system does not tell processor time, the time that passes counts.
   */
  readonly deadlineMs?: number;
}

const ENTRY = fileURLToPath(new URL('./parse-thread-main.js', import.meta.url));
const DEADLINE_MS = 1_200;
const BUDGET_SHARE = 2 / 3;
const START_DEADLINE_MS = 20_000;
const LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8, stackSizeMb: 4 };
const NOUNS: Readonly<Record<ThreadRequest['kind'], string>> = { feed: 'feed', eml: 'message' };

/**
 * Reads feeds and messages in a thread of its own, so that none can hold up or exhaust the process.
 *
 * What takes longer than the deadline or more memory than the thread has ends the thread, and only that feed or message: the next one gets a
 * new thread. While nothing goes wrong one thread serves all; without anything to read there is none.
 */
export function createParseThread(options: ParseThreadOptions = {}): ParseThread {
  const entry = options.entry ?? ENTRY;
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  let worker: StartedWorker | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const readNext = async (request: ThreadRequest): Promise<unknown> => {
    try {
      worker ??= await startWorker(entry).catch((cause: unknown) => {
        throw new StartError('The thread did not start.', { cause });
      });
      return await ask(worker, request, deadlineMs);
    } catch (error) {
      await worker?.thread.terminate();
      worker = null;
      return refusalOf(error, request.kind, deadlineMs);
    }
  };
  const read = (request: ThreadRequest): Promise<unknown> => {
    const answer = last.then(() => readNext(request));
    last = answer;
    return answer;
  };
  return {
    readFeed: async (request) =>
      (await read({ kind: 'feed', budgetMs: deadlineMs * BUDGET_SHARE, ...request })) as FeedAnswer,
    readEml: async (bytes) => (await read({ kind: 'eml', bytes })) as EmlAnswer,
    async close() {
      await worker?.thread.terminate();
      worker = null;
    },
  };
}

class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  /** Null where nobody knows. */
  readonly processorMs: number | null;
  readonly wallMs: number;

  constructor(watch: Stopwatch) {
    super();
    this.processorMs = watch.processorMs();
    this.wallMs = watch.wallMs();
  }
}

class StartError extends Error {
  override readonly name = 'StartError';
}

interface StartedWorker {
  readonly thread: Worker;
  /** Below `/proc`, as the thread says itself. */
  readonly name: string;
}

async function startWorker(entry: string): Promise<StartedWorker> {
  const worker = new Worker(entry, { resourceLimits: LIMITS });
  // It waits for work as long as the process has something else to do, and never keeps it alive.
  worker.unref();
  try {
    const name = await nextMessage(worker, START_DEADLINE_MS, '');
    return { thread: worker, name: String(name) };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

function ask({ thread, name }: StartedWorker, request: ThreadRequest, deadlineMs: number): Promise<unknown> {
  const answer = nextMessage(thread, deadlineMs, name);
  thread.postMessage(request, [request.bytes.buffer]);
  return answer;
}

function nextMessage(worker: Worker, deadlineMs: number, name: string): Promise<unknown> {
  const watch = startStopwatch({ wallMs: () => performance.now(), processorMs: () => processorMs(name) });
  const moreMs = createPatience(watch, deadlineMs);
  return new Promise((resolve, reject) => {
    let turn: NodeJS.Immediate | undefined;
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      clearImmediate(turn);
      worker.removeAllListeners('message').removeAllListeners('error').removeAllListeners('exit');
      // An error that comes while the thread is being ended is no news.
      worker.on('error', () => undefined);
      finish();
    };
    const onTime = () => {
      const ms = moreMs();
      if (ms > 0) timer = setTimeout(onTime, ms);
      // Timers come before messages: where this thread was held up itself, the answer may lie here already.
      else turn = setImmediate(() => settle(() => reject(new DeadlineError(watch))));
    };
    let timer = setTimeout(onTime, deadlineMs);
    worker.once('message', (message: unknown) => {
      settle(() => resolve(message));
    });
    worker.once('error', (error) => {
      settle(() => reject(error));
    });
    worker.once('exit', (code) => {
      settle(() => reject(new Error(`The thread that reads ended with ${code}.`)));
    });
  });
}

function refusalOf(error: unknown, kind: ThreadRequest['kind'], deadlineMs: number): Refusal {
  const noun = NOUNS[kind];
  const refused = (code: string, message: string): Refusal => ({ ok: false, code, message });
  if (error instanceof StartError)
    return refused('parser_unavailable', `The thread that reads a ${noun} could not be started.`);
  if (error instanceof DeadlineError) {
    const { processorMs: used, wallMs } = error;
    if (used !== null && used < deadlineMs / 2) {
      const waited = `${(wallMs / 1_000).toFixed(1)} s, of which its thread could run ${(used / 1_000).toFixed(1)} s`;
      const words = `The ${noun} was not read in ${waited}: this machine is busy with other work. It is no fault of the ${noun}; read it again, or give the process more of a processor.`;
      return refused(`${kind}_busy`, words);
    }
    const took = `The ${noun} took longer than ${deadlineMs / 1_000} s to read and was given up.`;
    return refused(`${kind}_deadline`, took);
  }
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return refused(
      `${kind}_memory`,
      `The ${noun} needs more memory than a ${noun} may take and was given up.`,
    );
  const detail = error instanceof Error ? error.message : String(error);
  return refused(`${kind}_fault`, `A fault of ours while the ${noun} was read: ${detail.slice(0, 300)}`);
}
