import { parentPort } from 'node:worker_threads';
import { InvalidDocumentError } from '../../pipeline/core/errors.js';
import { parseEml } from '../parse/parse-eml.js';
import { readFeedBytes } from '../parse/read-feed-bytes.js';
import type { EmlAnswer, FeedAnswer, ThreadRequest } from './parse-thread.js';
import { createBudget, ownThread, processorMs } from './processor-time.js';

const THREAD = ownThread();

/** The thread's side: one answer for each request, in order. What is not about the bytes crashes it, which the other side sees. */
parentPort?.on('message', (request: ThreadRequest) => {
  void answerTo(request).then((answer) => parentPort?.postMessage(answer));
});
parentPort?.postMessage(THREAD);

async function answerTo(request: ThreadRequest): Promise<FeedAnswer | EmlAnswer> {
  try {
    return request.kind === 'feed' ? readFeed(request) : { ok: true, fields: await parseEml(request.bytes) };
  } catch (error) {
    if (!(error instanceof InvalidDocumentError)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}

function readFeed(request: Extract<ThreadRequest, { kind: 'feed' }>): FeedAnswer {
  const { bytes, contentType, context, budgetMs } = request;
  const clocks = { wallMs: () => performance.now(), processorMs: () => processorMs(THREAD) };
  const outOfTime = createBudget(clocks, budgetMs);
  return { ok: true, ...readFeedBytes(bytes, contentType, { ...context, outOfTime }) };
}
