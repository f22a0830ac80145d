import type { FastifyInstance } from 'fastify';

import { objectSchema, toIso } from '../parameters.js';
import type { HealthServerDeps, RefusedRequests, ServiceStatus, SourceStatus } from '../ports.js';
import type { WireStatus } from '../wire.js';

const none = { schema: { querystring: objectSchema({}) } };

/** The status with its times as people and programs read them. */
export function toWireStatus(status: ServiceStatus): WireStatus {
  const { world, now, watermark, settledUntil, newestDocumentAt, model, version, lagDocuments } = status;
  return {
    world,
    now: toIso(now),
    watermark: toIsoOrNull(watermark),
    ...(settledUntil === undefined ? {} : { settledUntil: toIsoOrNull(settledUntil) }),
    newestDocumentAt: toIsoOrNull(newestDocumentAt),
    model,
    version,
    lagDocuments,
    unanswered: status.unanswered ?? null,
    sources: status.sources.map((source) => ({
      id: source.id,
      name: source.name,
      licence: source.licence,
      state: source.state,
      reason: source.reason,
      cause: toWireCause(source.cause),
      lastDeliveryAt: toIsoOrNull(source.lastDeliveryAt),
      lastContactAt: toIsoOrNull(source.lastContactAt),
      countedSince: toIsoOrNull(source.countedSince),
      delivered: source.delivered,
      rejected: source.rejected,
      refused: toWireRefused(source.refused),
    })),
  };
}

function toWireCause(cause: SourceStatus['cause']): WireStatus['sources'][number]['cause'] {
  if (cause === null) return null;
  const { code, facts = {} } = cause;
  return { code, status: facts.status ?? null, until: toIsoOrNull(facts.until ?? null) };
}

function toWireRefused(refused: RefusedRequests | null): WireStatus['sources'][number]['refused'] {
  if (refused === null) return null;
  const { counts, last, at } = refused;
  return { requests: Object.values(counts).reduce((sum, count) => sum + count, 0), last, at: toIso(at) };
}

function toIsoOrNull(time: number | null): string | null {
  return time === null ? null : toIso(time);
}

export function addStatusRoutes(app: FastifyInstance, deps: HealthServerDeps): void {
  app.get('/api/v1/status', none, () => toWireStatus(deps.status()));
  // Load balancers add parameters of their own to probes; they are none of our business here.
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const { ready, ...rest } = deps.health();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', ...rest });
  });
}
