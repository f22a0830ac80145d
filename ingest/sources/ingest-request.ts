import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { BodyCredit } from './body-credit.js';

export const RETRY_AFTER_SECONDS = 5;

/** What became of one item of a request. */
export interface ItemResult {
  readonly index: number;
  readonly status: 'accepted' | 'rejected';
  readonly id?: string;
  readonly error?: { readonly code: string; readonly field: string | null; readonly message: string };
  /** What was passed over in an accepted item, such as fields that nobody knows. */
  readonly warning?: string;
}

export interface BodyLimits {
  /** Bodies of all open requests together; a request beyond it is told to come back. */
  readonly credit: BodyCredit;
  readonly maxBodyBytes: number;
}

/** Bodies come as bytes whatever their type is; one that is too large gets its answer instead of a reset. */
export function takeBodies(app: FastifyInstance, maxBodyBytes: number): void {
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
}

/** Refuses before the body is read what no program of a sender would send. */
export async function refuseForeign(request: FastifyRequest, reply: FastifyReply) {
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

export interface BodyHolder {
  /** Takes credit for the body before it is read: for as much as is announced, or as it may be at most. */
  hold(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined>;
  /** Holds the body until the work is done, even if the sender has gone. */
  during<T>(request: FastifyRequest, work: (body: Buffer) => Promise<T>): Promise<T>;
}

export function createBodyHolder({ credit, maxBodyBytes }: BodyLimits): BodyHolder {
  const held = new WeakMap<FastifyRequest, () => void>();
  return {
    async hold(request, reply) {
      const { 'content-length': announced, 'transfer-encoding': parts } = request.headers;
      const bytes = parts === undefined ? Number(announced ?? 0) : maxBodyBytes;
      const giveBack = credit.take(Math.min(bytes, maxBodyBytes));
      if (giveBack === null) {
        const detail =
          'Nothing was taken: other requests hold all the room there is for bodies. Send the same again later, or fewer at a time.';
        void reply.header('retry-after', String(RETRY_AFTER_SECONDS));
        return problem(reply, { status: 503, code: 'busy', detail });
      }
      held.set(request, giveBack);
      // A sender that leaves, or whose body is refused, never gets to the handler.
      reply.raw.once('close', () => held.get(request)?.());
      return undefined;
    },
    async during(request, work) {
      const giveBack = held.get(request);
      held.delete(request);
      try {
        return await work(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
      } finally {
        giveBack?.();
      }
    },
  };
}

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

/** A problem document (RFC 9457). */
export function problem(reply: FastifyReply, { status, code, detail }: Problem, more: object = {}) {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title: code.replaceAll('_', ' '), status, code, detail, ...more });
}
