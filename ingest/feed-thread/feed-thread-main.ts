import { parentPort } from 'node:worker_threads';
import { InvalidDocumentError } from '../../pipeline/core/errors.js';
import { readFeedBytes } from '../parse/read-feed-bytes.js';
import type { FeedAnswer, FeedRequest } from './feed-thread.js';

/** The thread's side: one answer for each request, in order. What is not about the feed crashes it, which the other side sees. */
parentPort?.on('message', (request: FeedRequest) => {
  parentPort?.postMessage(answerTo(request));
});
parentPort?.postMessage('ready');

function answerTo({ bytes, contentType, context, budgetMs }: FeedRequest): FeedAnswer {
  const began = performance.now();
  const outOfTime = () => performance.now() - began > budgetMs;
  try {
    return { ok: true, ...readFeedBytes(bytes, contentType, { ...context, outOfTime }) };
  } catch (error) {
    if (!(error instanceof InvalidDocumentError)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}
