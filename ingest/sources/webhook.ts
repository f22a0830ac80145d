import { createHash, timingSafeEqual } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyError, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../pipeline/core/clock.js';
import type { RawDocument, SourceInfo } from '../../pipeline/core/document.js';
import { BellwetherError, InvalidDocumentError } from '../../pipeline/core/errors.js';
import type { Masking } from '../parse/masking.js';
import { parseBody, type BodyItem } from '../parse/parse-body.js';
import { parseDocument, type ParseContext } from '../parse/parse-document.js';
import { createBodyCredit, type BodyCredit } from './body-credit.js';

export const WEBHOOK_PATH = '/ingest/v1/documents';
const DEFAULT_MAX_BODY_BYTES = 10 * 1024 * 1024;
/** A body in parts and as text takes several times its size until its documents are in the log. */
const DEFAULT_MAX_OPEN_BYTES = 64 * 1024 * 1024;
const ITEMS_A_TURN = 200;
const RETRY_AFTER_SECONDS = 5;
const LINE_TYPES = /^application\/(x-ndjson|ndjson|jsonl|jsonlines|x-jsonlines)\b/i;

export interface WebhookOptions {
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
  readonly authorKey?: string;
  readonly masking?: Masking;
}

interface ItemResult {
  readonly index: number;
  readonly status: 'accepted' | 'rejected';
  readonly id?: string;
  readonly error?: { readonly code: string; readonly field: string | null; readonly message: string };
}

/**
 * The route `POST /ingest/v1/documents`, to be registered on the service's fastify instance.
 *
 * Answers 200 with one result an item, only after the accepted ones are durable; 400 when none can be taken. Other refusals are problem
 * documents (RFC 9457) with `code` and `detail`: 401, 403, 413, 415, 503 with Retry-After. Memory: the bodies of open requests, about 64 MB together.
 */
export function webhookRoutes(options: WebhookOptions): FastifyPluginCallback {
  const maxBodyBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
  const credit = createBodyCredit(options.maxOpenBytes ?? DEFAULT_MAX_OPEN_BYTES);
  const held = new WeakMap<FastifyRequest, () => void>();
  return (app, _, done) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBodyBytes }, (_request, body, parsed) =>
      parsed(null, body),
    );
    app.setErrorHandler(async (error: FastifyError, _request, reply) => {
      if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
        // Fastify would close at once, and a sender in the middle of its body would see a reset instead of this answer.
        void reply.removeHeader('connection');
        const limit = `The body is larger than ${maxBodyBytes} bytes. Send the documents in smaller parts.`;
        return problem(reply, { status: 413, code: 'body_too_large', detail: limit });
      }
      throw error;
    });
    app.post(WEBHOOK_PATH, {
      bodyLimit: maxBodyBytes,
      onRequest: [
        async (request, reply) => refuse(request, reply, options.token),
        async (request, reply) => hold(request, reply, { credit, held, maxBodyBytes }),
      ],
      handler: async (request, reply) => {
        // From here on the body is held until the work is done, even if the sender has gone.
        const giveBack = held.get(request);
        held.delete(request);
        try {
          return await answer(request, reply, options);
        } finally {
          giveBack?.();
        }
      },
    });
    done();
  };
}

/** Refuses before the body is read. */
async function refuse(request: FastifyRequest, reply: FastifyReply, token: string | undefined) {
  if (token !== undefined && !sameToken(request.headers.authorization, token)) {
    void reply.header('www-authenticate', 'Bearer');
    const detail = 'The token is missing or wrong. Send the header "Authorization: Bearer TOKEN".';
    return problem(reply, { status: 401, code: 'unauthorised', detail });
  }
  // A page of another site in somebody's browser could otherwise write to a service that listens on localhost.
  if (request.headers['sec-fetch-site'] === 'cross-site') {
    const detail = 'Documents are not taken from the pages of other sites. Send them from a program.';
    return problem(reply, { status: 403, code: 'cross_site', detail });
  }
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    const detail = 'Compressed bodies are not taken. Send the body without Content-Encoding.';
    return problem(reply, { status: 415, code: 'encoding_unsupported', detail });
  }
  return undefined;
}

interface Holding {
  readonly credit: BodyCredit;
  readonly held: WeakMap<FastifyRequest, () => void>;
  readonly maxBodyBytes: number;
}

/** Takes credit for the body before it is read: for as much as is announced, or as it may be at most. */
async function hold(
  request: FastifyRequest,
  reply: FastifyReply,
  { credit, held, maxBodyBytes }: Holding,
): Promise<FastifyReply | undefined> {
  const { 'content-length': announced, 'transfer-encoding': parts } = request.headers;
  const bytes = parts === undefined ? Number(announced ?? 0) : maxBodyBytes;
  const giveBack = credit.take(Math.min(bytes, maxBodyBytes));
  if (giveBack === null) {
    void reply.header('retry-after', String(RETRY_AFTER_SECONDS));
    const detail =
      'Nothing was taken: other requests hold all the room there is for bodies. Send the same again later, or fewer at a time.';
    return problem(reply, { status: 503, code: 'busy', detail });
  }
  held.set(request, giveBack);
  // A sender that leaves, or whose body is refused, never gets to the handler.
  reply.raw.once('close', () => held.get(request)?.());
  return undefined;
}

async function answer(request: FastifyRequest, reply: FastifyReply, options: WebhookOptions) {
  try {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
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
    receivedAt: options.clock.now(),
    virtualClock: options.virtualClock ?? false,
    ...(options.defaultSource === undefined ? {} : { defaultSource: options.defaultSource }),
    ...(options.authorKey === undefined ? {} : { authorKey: options.authorKey }),
    ...(options.masking === undefined ? {} : { masking: options.masking }),
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
      results.push({ index, status: 'accepted', id: outcome.id });
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
function sameToken(header: string | undefined, token: string): boolean {
  const digestOf = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digestOf(header ?? ''), digestOf(`Bearer ${token}`));
}

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

function problem(reply: FastifyReply, { status, code, detail }: Problem, more: object = {}) {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title: code.replaceAll('_', ' '), status, code, detail, ...more });
}
