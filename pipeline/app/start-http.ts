import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import type { FastifyInstance, FastifyPluginAsync } from 'fastify';

import type { Outbox } from '../../alerts/notifiers/outbox.js';
import type { Config } from '../../config/schema.js';
import type { LiveHub } from '../../dashboards/api/live-hub.js';
import { createMetricsServer } from '../../dashboards/api/metrics-server.js';
import type { Health, LabelDesk, ServiceStatus } from '../../dashboards/api/ports.js';
import { createHealthServer, createServer } from '../../dashboards/api/server.js';
import { webhookRoutes } from '../../ingest/sources/webhook.js';
import type { Clock } from '../core/clock.js';
import type { RawDocument } from '../core/document.js';
import { ConfigError } from '../core/errors.js';
import type { Logger } from '../telemetry/logger.js';
import { storyFactsOf } from '../operators/stories/describe-story.js';
import type { Metrics } from '../telemetry/metrics.js';
import { startClickHouseEndpoint, type ClickHouseEndpoint } from '../storage/endpoint/clickhouse-endpoint.js';
import { privacyOf } from './author-keys.js';
import { createInstrumentDirectory } from './instrument-directory.js';
import { createLabelDesk } from './labelling/label-desk.js';
import { requireActive, type Monitoring } from './monitoring.js';
import type { Operation } from './operations/operation.js';
import { packageRoot } from './package-root.js';
import type { OpenParts } from './parts.js';
import type { Roles } from './roles.js';
import { writersOf } from './writers.js';

/** `http://host:port`, or null while a server does not listen. */
export interface HttpAddresses {
  readonly page: string | null;
  readonly metrics: string | null;
  /** Of the read-only ClickHouse endpoint, when there is one. */
  readonly clickhouse?: string;
}

export interface HttpOptions {
  readonly parts: OpenParts;
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hub: LiveHub;
  readonly outbox: Outbox;
  /** Page and API are served by `api`, the webhook by `ingest`, health by everybody. */
  readonly roles: Roles;
  readonly metrics: Metrics;
  readonly accept: (documents: readonly RawDocument[]) => Promise<void>;
  readonly monitoring: Pick<Monitoring, 'state'>;
  readonly operate: <Request, Answer>(
    operation: Operation<Request, Answer>,
    request: NoInfer<Request>,
  ) => Promise<Answer>;
  readonly health: () => Health;
  readonly status: () => ServiceStatus;
}

/** Starts page, API and webhook on one port and the metrics on another. A port in use is a ConfigError that says what to do. */
export async function startHttp(
  options: HttpOptions,
): Promise<{ addresses: HttpAddresses; close(): Promise<void> }> {
  const { config, parts } = options;
  const { store, understanding } = parts;
  const shared = {
    health: options.health,
    status: options.status,
    logger: options.logger,
    host: config.http.host,
    ...(options.roles.has('ingest') ? { ingestRoutes: ingestRoutes(options) } : {}),
  };
  const server =
    store === null || !options.roles.has('api')
      ? createHealthServer(shared)
      : createServer({
          ...shared,
          queries: store,
          instruments: createInstrumentDirectory(understanding.linker),
          mails: options.outbox,
          live: options.hub,
          findTellingSentence: understanding.findTellingSentence,
          explain: understanding.explain,
          describeStory: storyFactsOf,
          labels: labelDeskOf(options),
          mayWrite: writersOf(config),
          clock: options.clock,
          webRoot: fileURLToPath(new URL('dist/web/', packageRoot())),
        });
  const metrics = createMetricsServer(options.metrics.registry);
  const close = async () => {
    await server.close();
    await metrics.close();
  };
  try {
    const page = await listen(server, config.http, '--port');
    const scraped = await listen(metrics, config.metrics, 'metrics.port');
    const endpoint = await startEndpoint(options);
    if (endpoint === null) return { addresses: { page, metrics: scraped }, close };
    return {
      addresses: { page, metrics: scraped, clickhouse: endpoint.url },
      close: async () => {
        await endpoint.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A standby that waited for its turn would keep the other readers of the page waiting: it says at once that it stores nothing. */
function labelDeskOf({ operate, monitoring, clock }: HttpOptions): LabelDesk {
  return createLabelDesk(
    async (operation, request) => {
      requireActive(monitoring);
      return operate(operation, request);
    },
    () => clock.now(),
  );
}

/** Only over the embedded store; a server has its own users. */
async function startEndpoint({ config, parts, roles }: HttpOptions): Promise<ClickHouseEndpoint | null> {
  const { enabled, ...listening } = config.clickhouse.listen;
  if (!enabled || config.clickhouse.url !== 'chdb:' || !roles.has('api')) return null;
  return startClickHouseEndpoint({ ...listening, path: parts.folder.store });
}

function ingestRoutes({ config, parts, clock, accept, metrics }: HttpOptions): FastifyPluginAsync {
  const { token, enabled } = config.webhook;
  const routes = webhookRoutes({
    accept,
    takesDocuments: enabled,
    push: parts.push,
    clock,
    onRejected: (documents) => {
      metrics.rejected('webhook', 'invalid', documents);
    },
    maxBodyBytes: config.http.maxBodyBytes,
    virtualClock: parts.world === 'replay',
    ...(token === null ? {} : { token: token.reveal() }),
    ...privacyOf(config),
  });
  return async (app) => {
    await app.register(routes);
  };
}

async function listen(
  server: FastifyInstance,
  at: { host: string; port: number },
  option: string,
): Promise<string> {
  try {
    await server.listen({ host: at.host, port: at.port });
  } catch (error) {
    throw translate(error, at, option);
  }
  const { port } = server.server.address() as AddressInfo;
  const host = at.host === '0.0.0.0' || at.host === '::' ? 'localhost' : at.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function translate(error: unknown, { host, port }: { host: string; port: number }, option: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program is using it',
    EACCES: 'this user may not open it',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'this host name is unknown',
  };
  const reason = typeof code === 'string' ? reasons[code] : undefined;
  if (reason === undefined) return error;
  const words = `Cannot listen on ${host}, port ${port}: ${reason}. Stop that program or choose another port (${option}).`;
  return new ConfigError('port_unusable', words, { cause: error });
}
