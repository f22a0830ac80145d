import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FeedContext } from '../parse/feed.js';
import type { ReadFeed } from '../parse/read-feed-bytes.js';

export interface FeedRequest {
  /** Moved to the thread: the caller no longer has them. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string | null;
  readonly context: Omit<FeedContext, 'outOfTime'>;
  /** After so long no further items are read; those that were read are the answer. */
  readonly budgetMs: number;
}

export type FeedAnswer =
  | ({ readonly ok: true } & ReadFeed)
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface FeedThread {
  /** One at a time, in the order in which they come. Never rejects: a reason stands for everything that goes wrong. */
  read(request: Omit<FeedRequest, 'budgetMs'>): Promise<FeedAnswer>;
  close(): Promise<void>;
}

export interface FeedThreadOptions {
  /** The compiled `feed-thread-main.js`; by default the one beside this file. */
  readonly entry?: string;
  /** Longest time for one feed; default 1.2 s. After two thirds of it no further items are read. */
  readonly deadlineMs?: number;
}

const ENTRY = fileURLToPath(new URL('./feed-thread-main.js', import.meta.url));
const DEADLINE_MS = 1_200;
const BUDGET_SHARE = 2 / 3;
const START_DEADLINE_MS = 20_000;
const LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8, stackSizeMb: 4 };

/**
 * Reads feeds in a thread of its own, so that none can hold up or exhaust the process.
 *
 * A feed that takes longer than the deadline or more memory than the thread has ends the thread, and only that feed: the next one gets a
 * new thread. While nothing goes wrong one thread serves all; without feeds there is none.
 */
export function createFeedThread(options: FeedThreadOptions = {}): FeedThread {
  const entry = options.entry ?? ENTRY;
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  let worker: Worker | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const readNext = async (request: Omit<FeedRequest, 'budgetMs'>): Promise<FeedAnswer> => {
    try {
      worker ??= await startWorker(entry);
      return await ask(worker, { ...request, budgetMs: deadlineMs * BUDGET_SHARE }, deadlineMs);
    } catch (error) {
      await worker?.terminate();
      worker = null;
      return { ok: false, ...reasonOf(error, deadlineMs) };
    }
  };
  return {
    read(request) {
      const answer = last.then(() => readNext(request));
      last = answer;
      return answer;
    },
    async close() {
      await worker?.terminate();
      worker = null;
    },
  };
}

class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

async function startWorker(entry: string): Promise<Worker> {
  const worker = new Worker(entry, { resourceLimits: LIMITS });
  // It waits for feeds as long as the process has something else to do, and never keeps it alive.
  worker.unref();
  await nextMessage(worker, START_DEADLINE_MS);
  return worker;
}

async function ask(worker: Worker, request: FeedRequest, deadlineMs: number): Promise<FeedAnswer> {
  const answer = nextMessage(worker, deadlineMs);
  worker.postMessage(request, [request.bytes.buffer]);
  return (await answer) as FeedAnswer;
}

function nextMessage(worker: Worker, deadlineMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      worker.removeAllListeners('message').removeAllListeners('error').removeAllListeners('exit');
      // An error that comes while the thread is being ended is no news.
      worker.on('error', () => undefined);
      finish();
    };
    const timer = setTimeout(() => {
      settle(() => reject(new DeadlineError()));
    }, deadlineMs);
    worker.once('message', (message: unknown) => {
      settle(() => resolve(message));
    });
    worker.once('error', (error) => {
      settle(() => reject(error));
    });
    worker.once('exit', (code) => {
      settle(() => reject(new Error(`The thread that reads feeds ended with ${code}.`)));
    });
  });
}

function reasonOf(error: unknown, deadlineMs: number): { readonly code: string; readonly message: string } {
  if (error instanceof DeadlineError) {
    return {
      code: 'feed_deadline',
      message: `The feed took longer than ${deadlineMs / 1_000} s to read and was given up.`,
    };
  }
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return {
      code: 'feed_memory',
      message: 'The feed needs more memory than a feed may take and was given up.',
    };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { code: 'feed_fault', message: `A fault of ours while the feed was read: ${detail.slice(0, 300)}` };
}
