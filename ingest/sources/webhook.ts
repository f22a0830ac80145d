import { createHash, timingSafeEqual } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../pipeline/core/clock.js';
import type { RawDocument, SourceInfo } from '../../pipeline/core/document.js';
import { BellwetherError, InvalidDocumentError } from '../../pipeline/core/errors.js';
import { parseBody, type BodyItem } from '../parse/parse-body.js';
import { parseDocument, type ParseContext } from '../parse/parse-document.js';
import { warnOfUnknownFields } from '../parse/unknown-fields.js';
import { parseContextOf, type Privacy } from '../source-parts.js';
import { createBodyCredit } from './body-credit.js';
import {
  createBodyHolder,
  problem,
  refuseForeign,
  RETRY_AFTER_SECONDS,
  takeBodies,
  type ItemResult,
} from './ingest-request.js';
import { addPushRoute } from './push/push-route.js';
import type { PushRegistry } from './push/push-registry.js';

export const WEBHOOK_PATH = '/ingest/v1/documents';
const DEFAULT_MAX_BODY_BYTES = 10 * 1024 * 1024;
/** A body in parts and as text takes several times its size until its documents are in the log. */
const DEFAULT_MAX_OPEN_BYTES = 64 * 1024 * 1024;
const ITEMS_A_TURN = 200;
const LINE_TYPES = /^application\/(x-ndjson|ndjson|jsonl|jsonlines|x-jsonlines)\b/i;

export interface WebhookOptions extends Privacy {
  /** Resolves when all documents are safe on disk; a retriable error becomes 503 and nothing counts as accepted. */
  readonly accept: (documents: readonly RawDocument[]) => Promise<void>;
  readonly clock: Pick<Clock, 'now'>;
  /** How many items of a request were refused. */
  readonly onRejected?: (documents: number) => void;
  readonly maxBodyBytes?: number;
  /** Bodies of all open requests together; a request beyond it is told to come back. */
  readonly maxOpenBytes?: number;
  /** When set, requests need `Authorization: Bearer …`. */
  readonly token?: string;
  readonly virtualClock?: boolean;
  readonly defaultSource?: Partial<SourceInfo>;
  /** False serves the push sources alone. */
  readonly takesDocuments?: boolean;
  /** Where the push sources are found; left out: there are none. */
  readonly push?: Pick<PushRegistry, 'find'>;
}

/**
 * The routes `POST /ingest/v1/documents` and `POST /ingest/v1/push/NAME`, to be registered on the service's fastify instance.
 *
 * Answers 200 with one result an item, only after the accepted ones are durable; 400 when none can be taken. Other refusals are problem
 * documents (RFC 9457) with `code` and `detail`: 401, 403, 413, 415, 503 with Retry-After. Memory: the bodies of open requests, about 64 MB together.
 */
export function webhookRoutes(options: WebhookOptions): FastifyPluginCallback {
  const maxBodyBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
  const credit = createBodyCredit(options.maxOpenBytes ?? DEFAULT_MAX_OPEN_BYTES);
  const holder = createBodyHolder({ credit, maxBodyBytes });
  return (app, _, done) => {
    takeBodies(app, maxBodyBytes);
    if (options.takesDocuments ?? true)
      app.post(WEBHOOK_PATH, {
        bodyLimit: maxBodyBytes,
        onRequest: [
          async (request, reply) => refuseToken(request, reply, options.token),
          refuseForeign,
          async (request, reply) => holder.hold(request, reply),
        ],
        handler: async (request, reply) =>
          holder.during(request, (body) => answer({ request, body, reply }, options)),
      });
    if (options.push !== undefined) addPushRoute(app, { registry: options.push, holder, maxBodyBytes });
    done();
  };
}

/** Refuses before the body is read. */
async function refuseToken(request: FastifyRequest, reply: FastifyReply, token: string | undefined) {
  if (token === undefined || sameToken(request.headers.authorization, token)) return undefined;
  void reply.header('www-authenticate', 'Bearer');
  const detail = 'The token is missing or wrong. Send the header "Authorization: Bearer TOKEN".';
  return problem(reply, { status: 401, code: 'unauthorised', detail });
}

interface Asked {
  readonly request: FastifyRequest;
  readonly body: Buffer;
  readonly reply: FastifyReply;
}

async function answer({ request, body, reply }: Asked, options: WebhookOptions) {
  try {
    const items = parseBody(body, LINE_TYPES.test(request.headers['content-type'] ?? ''));
    const { documents, results } = await parseItems(items, options);
    if (documents.length > 0) await options.accept(documents);
    const rejected = results.length - documents.length;
    if (rejected > 0) options.onRejected?.(rejected);
    const summary = { accepted: documents.length, rejected, items: results };
    if (documents.length > 0) return await reply.code(200).send(summary);
    const detail = 'No document was taken; "items" says why for each.';
    return await problem(reply, { status: 400, code: 'all_rejected', detail }, summary);
  } catch (error) {
    if (error instanceof InvalidDocumentError) {
      const status = error.code === 'too_many_items' ? 413 : 400;
      return problem(reply, { status, code: error.code, detail: error.message });
    }
    if (error instanceof BellwetherError && error.retriable) {
      void reply.header('retry-after', String(RETRY_AFTER_SECONDS));
      const detail = `Nothing was taken: ${error.message} Send the same again later.`;
      return problem(reply, { status: 503, code: error.code, detail });
    }
    throw error;
  }
}

async function parseItems(items: readonly BodyItem[], options: WebhookOptions) {
  const context: ParseContext = {
    ...parseContextOf(options),
    ...(options.defaultSource === undefined ? {} : { defaultSource: options.defaultSource }),
  };
  const documents: RawDocument[] = [];
  const results: ItemResult[] = [];
  for (const [index, item] of items.entries()) {
    // A large array must not hold up the page and the other requests.
    if (index > 0 && index % ITEMS_A_TURN === 0) await nextTurn();
    const outcome = parseItem(item, context);
    if (outcome instanceof InvalidDocumentError) {
      const { code, field, message } = outcome;
      results.push({ index, status: 'rejected', error: { code, field, message } });
    } else {
      documents.push(outcome);
      const warning = 'value' in item ? warnOfUnknownFields(item.value) : null;
      results.push({ index, status: 'accepted', id: outcome.id, ...(warning === null ? {} : { warning }) });
    }
  }
  return { documents, results };
}

function parseItem(item: BodyItem, context: ParseContext): RawDocument | InvalidDocumentError {
  if ('error' in item) return item.error;
  try {
    return parseDocument(item.value, context);
  } catch (error) {
    if (error instanceof InvalidDocumentError) return error;
    throw error;
  }
}

/** Compares digests, so that neither content nor length of the token shows in the time it takes. */
export function sameToken(header: string | undefined, token: string): boolean {
  const digestOf = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digestOf(header ?? ''), digestOf(`Bearer ${token}`));
}
