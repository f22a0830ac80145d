import type { FastifyInstance } from 'fastify';

import { problem, refuseForeign, RETRY_AFTER_SECONDS, type BodyHolder } from '../ingest-request.js';
import type { PushRegistry } from './push-registry.js';

export const PUSH_PATH = '/ingest/v1/push/:name';

export interface PushRouteOptions {
  readonly registry: Pick<PushRegistry, 'find'>;
  /** Shared with the other routes that take bodies, so that all of them together are bounded. */
  readonly holder: BodyHolder;
  readonly maxBodyBytes: number;
}

/** Adds `POST /ingest/v1/push/NAME`: 404 for a name that nobody has, 503 while its source is stopped, else what the source answers. */
export function addPushRoute(
  app: FastifyInstance,
  { registry, holder, maxBodyBytes }: PushRouteOptions,
): void {
  app.post<{ Params: { name: string } }>(PUSH_PATH, {
    bodyLimit: maxBodyBytes,
    onRequest: [
      refuseForeign,
      async (request, reply) => {
        const found = registry.find(request.params.name);
        if (found === null) {
          const detail = 'No push source has this name. Look at the ids of the sources in the configuration.';
          return problem(reply, { status: 404, code: 'unknown_source', detail });
        }
        return found === 'stopped' ? stopped(reply) : undefined;
      },
      async (request, reply) => holder.hold(request, reply),
    ],
    handler: async (request, reply) =>
      holder.during(request, async (body) => {
        const receive = registry.find(request.params.name);
        // It may have been stopped while the body came.
        if (receive === null || receive === 'stopped') return stopped(reply);
        const answer = await receive({ headers: request.headers, body });
        if (answer.retryAfterSeconds !== undefined)
          void reply.header('retry-after', String(answer.retryAfterSeconds));
        const { status, body: told } = answer;
        if (status === 200) return reply.code(200).send(told);
        return problem(reply, { code: 'refused', detail: '', ...told, status }, told);
      }),
  });
}

function stopped(reply: Parameters<typeof problem>[0]) {
  void reply.header('retry-after', String(RETRY_AFTER_SECONDS));
  const detail = 'The source of this name is stopped. Start it, or send the same again later.';
  return problem(reply, { status: 503, code: 'source_stopped', detail });
}
