import type { ServerResponse } from 'node:http';

import type { FastifyInstance, FastifyRequest } from 'fastify';

import { formatFrame, type LiveFrame } from '../live-hub.js';
import { objectSchema } from '../parameters.js';
import type { ServerDeps } from '../ports.js';
import { ProblemError } from '../problem.js';
import { SECURITY_HEADERS } from '../security.js';
import { toWireStatus } from './status.js';

const MAX_CLIENTS = 200;
/** A client that lets more than this wait is dropped; it comes back and catches up out of the ring. */
export const MAX_WAITING_BYTES = 1_000_000;
export const DEFAULT_HEARTBEAT_MS = 5_000;

const querystring = objectSchema({
  since: {
    type: 'integer',
    minimum: 0,
    description: 'Id of the last event seen, where Last-Event-ID cannot be sent',
  },
});

/**
 * `/api/v1/stream`: server-sent events.
 *
 * First `hello` (with the id to resume from), then what was missed since Last-Event-ID, or `gap` when that is no longer
 * held; then every event once, in order of its id, with a `status` event between as heartbeat.
 */
export function addStreamRoute(app: FastifyInstance, deps: ServerDeps): void {
  const clients = new Set<ServerResponse>();
  app.addHook('preClose', () => {
    for (const client of clients) client.destroy();
  });
  app.get<{ Querystring: { since?: number } }>(
    '/api/v1/stream',
    { schema: { querystring } },
    (request, reply) => {
      if (clients.size >= MAX_CLIENTS) {
        throw new ProblemError(
          503,
          `The live stream already has ${MAX_CLIENTS} readers; close some of them.`,
          { code: 'too_many_streams' },
        );
      }
      const since = readSince(request);
      reply.hijack();
      const response = reply.raw;
      clients.add(response);
      const left = new AbortController();
      response.once('close', () => {
        clients.delete(response);
        left.abort();
      });
      response.writeHead(200, {
        ...SECURITY_HEADERS,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      feedClient(response, { since, deps, signal: left.signal });
    },
  );
}

function readSince(request: FastifyRequest<{ Querystring: { since?: number } }>): number | null {
  const header = request.headers['last-event-id'];
  // A reconnecting browser repeats the address with its old `since`: the header is the newer of the two.
  if (typeof header === 'string' && /^\d{1,16}$/.test(header)) return Number(header);
  return request.query.since ?? null;
}

function feedClient(
  response: ServerResponse,
  client: { readonly since: number | null; readonly deps: ServerDeps; readonly signal: AbortSignal },
): void {
  const { deps, signal, since } = client;
  const { live } = deps;
  const heartbeatMs = deps.heartbeatMs ?? DEFAULT_HEARTBEAT_MS;
  const write = (frame: string) => {
    if (response.destroyed) return;
    response.write(frame);
    if (response.writableLength > MAX_WAITING_BYTES) response.destroy();
  };
  const missed: readonly LiveFrame[] | null = since === null ? [] : live.framesAfter(since);
  // `hello` carries the id after which `missed` begins, so that a client lost in between resumes there.
  const start = since === null || missed === null ? live.lastId() : since;
  write('retry: 1000\n\n');
  write(
    formatFrame({
      id: start,
      type: 'hello',
      data: { id: start, heartbeatMs, status: toWireStatus(deps.status()) },
    }),
  );
  if (missed === null) write(formatFrame({ id: start, type: 'gap', data: { since } }));
  for (const frame of missed ?? []) write(frame.frame);
  const unsubscribe = live.subscribe((frame) => {
    write(frame.frame);
  });
  signal.addEventListener('abort', unsubscribe, { once: true });
  void beat(heartbeatMs, signal, deps, write);
}

async function beat(
  heartbeatMs: number,
  signal: AbortSignal,
  deps: ServerDeps,
  write: (frame: string) => void,
): Promise<void> {
  for (;;) {
    await deps.clock.sleep(heartbeatMs, signal);
    if (signal.aborted) return;
    write(formatFrame({ type: 'status', data: toWireStatus(deps.status()) }));
  }
}
