import { setImmediate as nextTurn } from 'node:timers/promises';

import { BellwetherError, CancelledError, InvalidDocumentError } from '../../../pipeline/core/errors.js';
import { compileMapping, type MappedItem } from '../../mapping/compile-mapping.js';
import { partOutcomes, readMappedItem, type Outcome } from '../../mapping/read-mapped.js';
import { parseBody, type BodyItem } from '../../parse/parse-body.js';
import type { Deliver } from '../../source.js';
import { parseContextOf, rejectedItem } from '../../source-parts.js';
import type { StatusTracker } from '../../source-status.js';
import { createBodyCredit } from '../body-credit.js';
import { RETRY_AFTER_SECONDS, type ItemResult } from '../ingest-request.js';
import type { PushSourceOptions } from './push.js';
import type { PushAnswer, PushReceiver, PushRequest } from './push-registry.js';
import { createTokenBucket } from './token-bucket.js';
import { checkSignature, signingKey } from './verify-signature.js';

/** Bodies whose documents wait for the log; beyond it a sender is told to come back. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** A sender waits no longer for the log; what it sends again is known by its ids. */
const ANSWER_MS = 10_000;
const ITEMS_A_TURN = 200;

export interface PushReceiving {
  readonly receive: PushReceiver;
  /** Rejects with the first bug. */
  readonly failed: Promise<never>;
  /** Resolves when every open delivery is over. */
  idle(): Promise<void>;
}

const NOT_RECOGNISED =
  'The request holds nothing that the mapping of this source takes. If it should, look at what the sender sends, and at the mapping.';

type Options = PushSourceOptions & { readonly tracker: StatusTracker };

/** What a push source does with its requests while it runs. */
export function createPushReceiver(options: Options, deliver: Deliver): PushReceiving {
  const keys = options.secrets.map(signingKey);
  const bucket = createTokenBucket(options.requestsPerMinute, options.clock);
  const read = createReader(options);
  const queue = createQueue(options, deliver);
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // Whoever races against it looks at it; nobody has to.
  failed.catch(() => undefined);
  const answer: PushReceiver = async (request) => {
    const checked = checkSignature(request, { keys, now: options.clock.now() });
    options.onChecked(checked.fault);
    if (checked.fault !== null) {
      options.tracker.refused(checked.fault.code);
      return { status: 401, body: { ...checked.fault } };
    }
    const waitSeconds = bucket.take();
    if (waitSeconds !== null) return tooMany(options.requestsPerMinute, waitSeconds);
    options.tracker.contacted();
    return queue.take(await read(request.body, checked.key), request.body.length);
  };
  return {
    failed,
    idle: () => queue.idle(),
    receive: async (request) => {
      try {
        return await answer(request);
      } catch (error) {
        if (error instanceof InvalidDocumentError) return refusal(error);
        if (error instanceof BellwetherError && (error.retriable || error instanceof CancelledError))
          return later(error.code, error.message);
        fail(error);
        throw error;
      }
    },
  };
}

/** Reads a body into documents and reasons; rejects with InvalidDocumentError for a body that is none. */
function createReader(
  options: Options,
): (body: PushRequest['body'], key: string | null) => Promise<readonly Outcome[]> {
  const map = compileMapping(options.mapping);
  const { source, language = null } = options;
  return async (body, key) => {
    const items = parseBody(body, false).flatMap((item) => ('error' in item ? [item] : map(valueOf(item))));
    const context = parseContextOf(options);
    const outcomes: Outcome[] = [];
    for (const [index, item] of items.entries()) {
      // A large request must not hold up the page and the other requests.
      if (index > 0 && index % ITEMS_A_TURN === 0) await nextTurn();
      const name = key === null ? null : items.length === 1 ? key : `${key}#${index}`;
      outcomes.push(readMappedItem(named(item, name), { source, language, context }));
    }
    return outcomes;
  };
}

function valueOf(item: Exclude<BodyItem, { error: InvalidDocumentError }>): unknown {
  return item.value;
}

/** An item without an id or address of its own takes that of its request; what retracts must say itself what. */
function named(item: MappedItem, name: string | null): MappedItem {
  if (name === null || 'error' in item) return item;
  const { document } = item;
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return item;
  const own = ['nativeId', 'url'].some((field) => Object.hasOwn(document, field));
  const retracts = (document as { readonly action?: unknown }).action === 'retract';
  return own || retracts ? item : { document: { ...document, nativeId: name } };
}

/** Delivers the documents of one request after those of the one before. */
function createQueue({ tracker, source, clock, onRejected }: Options, deliver: Deliver) {
  const credit = createBodyCredit(MAX_WAITING_BYTES);
  let last: Promise<unknown> = Promise.resolve();
  const store = async (outcomes: readonly Outcome[]): Promise<PushAnswer> => {
    const results = outcomes.map(resultOf);
    const { documents } = partOutcomes(outcomes);
    if (documents.length > 0) await deliver({ documents, cursors: [] });
    tracker.delivered(documents.length);
    for (const [index, outcome] of outcomes.entries()) {
      if (!(outcome instanceof InvalidDocumentError)) continue;
      tracker.rejected();
      onRejected(rejectedItem(source.id, `push ${source.id}, item ${index}`, outcome));
    }
    const counts = {
      accepted: documents.length,
      rejected: outcomes.length - documents.length,
      items: results,
    };
    if (documents.length > 0) return { status: 200, body: counts };
    if (outcomes.length === 0) {
      // A sender whose form has changed must not look as if all were well.
      tracker.rejected();
      onRejected({
        sourceId: source.id,
        place: `push ${source.id}`,
        code: 'not_recognised',
        field: null,
        message: NOT_RECOGNISED,
      });
      return { status: 200, body: { ...counts, detail: NOT_RECOGNISED } };
    }
    const detail = 'No document was taken; "items" says why for each.';
    return { status: 400, body: { code: 'all_rejected', detail, ...counts } };
  };
  return {
    idle: async () => {
      await Promise.allSettled([last]);
    },
    async take(outcomes: readonly Outcome[], bytes: number): Promise<PushAnswer> {
      const giveBack = credit.take(bytes);
      if (giveBack === null) return later('busy', 'Earlier requests still wait for the log.');
      const stored = last.then(() => store(outcomes));
      last = stored.then(giveBack, giveBack);
      const answered = new AbortController();
      const tooLong = clock.sleep(ANSWER_MS, answered.signal).then(() => null);
      try {
        const answer = await Promise.race([stored, tooLong]);
        return answer ?? later('log_slow', 'The log has not taken the documents yet.');
      } finally {
        answered.abort();
      }
    },
  };
}

function resultOf(outcome: Outcome, index: number): ItemResult {
  if (!(outcome instanceof InvalidDocumentError)) return { index, status: 'accepted', id: outcome.id };
  const { code, field, message } = outcome;
  return { index, status: 'rejected', error: { code, field, message } };
}

function refusal({ code, message }: InvalidDocumentError): PushAnswer {
  return { status: code === 'too_many_items' ? 413 : 400, body: { code, detail: message } };
}

function later(code: string, cause: string): PushAnswer {
  const detail = `${cause} Send the same again later; what was taken already is known by its id.`;
  return { status: 503, body: { code, detail }, retryAfterSeconds: RETRY_AFTER_SECONDS };
}

function tooMany(perMinute: number, waitSeconds: number): PushAnswer {
  const detail = `More than ${perMinute} requests a minute. Send several items in one request, or come back in ${waitSeconds} s.`;
  return { status: 429, body: { code: 'too_many_requests', detail }, retryAfterSeconds: waitSeconds };
}
