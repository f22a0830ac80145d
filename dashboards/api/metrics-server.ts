import fastify, { type FastifyInstance } from 'fastify';

/** What is needed of a metric registry (prom-client's `Registry` fits). */
export interface MetricRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** `/metrics` alone, for a port of its own that is not shown to readers of the page. */
export function createMetricsServer(registry: MetricRegistry): FastifyInstance {
  const app = fastify({ logger: false, forceCloseConnections: true, requestTimeout: 30_000 });
  app.get('/metrics', async (_request, reply) => {
    const text = await registry.metrics();
    return reply.type(registry.contentType).send(text);
  });
  return app;
}
