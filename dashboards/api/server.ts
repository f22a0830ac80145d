import fastify, { LogController, type FastifyInstance, type FastifyServerOptions } from 'fastify';

import { addOpenApi } from './openapi.js';
import type { HealthServerDeps, ServerDeps } from './ports.js';
import { createErrorHandler, sendProblem } from './problem.js';
import { createReadGate } from './read-gate.js';
import { addAlertRoutes } from './routes/alerts.js';
import { addDiffRoute } from './routes/diff.js';
import { addDocumentRoutes } from './routes/documents.js';
import { addExplainRoute } from './routes/explain.js';
import { addLabelRoutes, addLabelWrites } from './routes/labels.js';
import { addMailRoutes } from './routes/mails.js';
import { addOverviewRoutes } from './routes/overview.js';
import { addPageRoutes } from './routes/page.js';
import { addSeriesRoute } from './routes/series.js';
import { addStatusRoutes } from './routes/status.js';
import { addStreamRoute } from './routes/stream.js';
import { addVerdictRoute } from './routes/verdict.js';
import { secure } from './security.js';
import { guardWrites } from './write-guard.js';

const LIMITS = { maxRunning: 4, maxWaiting: 40 };
const WRITE_LIMITS = { maxRunning: 1, maxWaiting: 20 };
const OPTIONS: FastifyServerOptions = {
  forceCloseConnections: true,
  requestTimeout: 30_000,
  bodyLimit: 1_000_000,
  routerOptions: { maxParamLength: 200 },
  // One line a request would bury what matters; failures are logged where they are handled.
  logController: new LogController({ disableRequestLogging: true }),
  // `verbose` hands a refusal the schema of the field, which has the words for it.
  ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array', useDefaults: true, verbose: true } },
};

/**
 * Builds the HTTP server: page, API, live stream, health and, when given, the ingest routes.
 *
 * It does not listen yet. `close()` ends open streams too. Every answer that is not a success is a problem document.
 */
export function createServer(deps: ServerDeps): FastifyInstance {
  const app = createPlainServer(deps);
  const gate = createReadGate(LIMITS);
  addOpenApi(app, deps.status().version);
  void app.register((api, _options, done) => {
    neverStored(api);
    addSeriesRoute(api, deps, gate);
    addDocumentRoutes(api, deps, gate);
    addDiffRoute(api, deps, gate);
    addAlertRoutes(api, deps, gate);
    addOverviewRoutes(api, deps, gate);
    addMailRoutes(api, deps);
    addExplainRoute(api, deps, gate);
    addStatusRoutes(api, deps);
    addStreamRoute(api, deps);
    addLabelRoutes(api, deps, gate);
    void api.register((writes, _writeOptions, written) => {
      const writeGate = createReadGate(WRITE_LIMITS);
      guardWrites(writes, deps);
      addLabelWrites(writes, deps, writeGate);
      addVerdictRoute(writes, deps, writeGate);
      written();
    });
    done();
  });
  if (deps.ingestRoutes !== undefined) void app.register(deps.ingestRoutes);
  addPageRoutes(app, deps.webRoot);
  return app;
}

/** The server of a process that has no page to show: status, health and, when given, the ingest routes. */
export function createHealthServer(deps: HealthServerDeps): FastifyInstance {
  const app = createPlainServer(deps);
  void app.register((api, _options, done) => {
    neverStored(api);
    addStatusRoutes(api, deps);
    done();
  });
  if (deps.ingestRoutes !== undefined) void app.register(deps.ingestRoutes);
  return app;
}

function createPlainServer(deps: HealthServerDeps): FastifyInstance {
  const app: FastifyInstance = fastify({ ...OPTIONS, logger: false });
  app.setErrorHandler(createErrorHandler(deps.logger));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      404,
      `There is nothing at ${request.method} ${request.url.slice(0, 200)}; see /api/openapi.json.`,
    ),
  );
  secure(app, { host: deps.host, allowedHosts: deps.allowedHosts ?? [] });
  return app;
}

function neverStored(api: FastifyInstance): void {
  api.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  });
}
