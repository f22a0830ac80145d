import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Load, LoadResult } from './generator.js';
import { createTexts, idOf, type BenchDocument } from './texts.js';

const FOLLOW_EVERY_MS = 20;
/** Of the time that a document was waited for already: what is told is later than the truth by at most so much. */
const FOLLOW_SHARE = 0.05;
const FOLLOW_FOR_MS = 60_000;

/** Sends requests on a fixed schedule, whatever the service answers, and measures from the intended moment. */
async function run(load: Load): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const next = createSequence(load);
  const everyMs = (load.batch / load.rate) * 1_000;
  const total = Math.floor((load.rate * load.seconds) / load.batch);
  const acceptMs: number[] = [];
  const queryableMs: number[] = [];
  let accepted = 0;
  let failedRequests = 0;
  let missing = 0;
  let behindMs = 0;
  let lastAnswerAt = 0;
  let nextProbeAt = 0;
  const open = new Set<Promise<void>>();
  const start = performance.now() + 50;

  const follow = async (id: string, intended: number) => {
    while (performance.now() - intended < FOLLOW_FOR_MS) {
      const { status } = await send(agent, `${load.page}/api/v1/documents/${id}`);
      if (status === 200) {
        queryableMs.push(performance.now() - intended);
        return;
      }
      // Behind a backlog of many seconds the questions would otherwise be a load of their own.
      await sleep(Math.max(FOLLOW_EVERY_MS, (performance.now() - intended) * FOLLOW_SHARE));
    }
    missing += 1;
  };
  const post = async (documents: readonly BenchDocument[], intended: number, probe: boolean) => {
    const body = JSON.stringify(documents);
    const { status } = await send(agent, `${load.page}/ingest/v1/documents`, body);
    if (status !== 200) {
      failedRequests += 1;
      return;
    }
    lastAnswerAt = performance.now();
    acceptMs.push(lastAnswerAt - intended);
    accepted += documents.length;
    const last = documents.at(-1);
    if (probe && last !== undefined) await follow(idOf(last), intended);
  };

  for (let number = 0; number < total; number += 1) {
    const intended = start + number * everyMs;
    const documents = next(load.batch);
    const wait = intended - performance.now();
    if (wait > 1) await sleep(wait);
    else if (number % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
    behindMs = Math.max(behindMs, performance.now() - intended);
    const probe = load.probeEveryMs > 0 && intended >= nextProbeAt;
    if (probe) nextProbeAt = intended + load.probeEveryMs;
    const sent = post(documents, intended, probe).catch(() => {
      failedRequests += 1;
    });
    open.add(sent);
    void sent.then(() => open.delete(sent));
  }
  await Promise.all(open);
  agent.destroy();
  const distinct = next.distinct();
  const sendingSeconds = Math.max(load.seconds, (lastAnswerAt - start) / 1_000);
  return { accepted, distinct, failedRequests, acceptMs, queryableMs, missing, behindMs, sendingSeconds };
}

/** Documents in order; a repeat is one of the last few thousand, said again word for word. */
function createSequence(load: Load): {
  (count: number): readonly BenchDocument[];
  distinct(): number;
} {
  const write = createTexts(load);
  const recent: BenchDocument[] = [];
  let index = load.firstIndex;
  let owed = 0;
  const one = (): BenchDocument => {
    owed += load.duplicates;
    const repeated = recent[(index * 7_919) % Math.max(1, recent.length)];
    if (owed >= 1 && repeated !== undefined) {
      owed -= 1;
      return repeated;
    }
    const document = write(index, Date.now() - (index % 30_000));
    if (load.duplicates > 0) recent[(index - load.firstIndex) % 5_000] = document;
    index += 1;
    return document;
  };
  const next = (count: number) => Array.from({ length: count }, one);
  next.distinct = () => index - load.firstIndex;
  return next;
}

function send(agent: Agent, url: string, body?: string): Promise<{ status: number }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        agent,
        method: body === undefined ? 'GET' : 'POST',
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
      },
      (incoming) => {
        incoming.resume();
        incoming.once('end', () => {
          resolve({ status: incoming.statusCode ?? 0 });
        });
        incoming.once('error', reject);
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

const [load] = (await once(process, 'message')) as [Load];
const result = await run(load);
process.send?.(result, () => {
  process.disconnect();
});
