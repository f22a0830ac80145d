import type { FastifyInstance } from 'fastify';

import { ALERT_STATES, type Alert, type AlertState } from '../../../pipeline/core/alert.js';
import {
  KEY_ID,
  limitSchema,
  objectSchema,
  parseAsOf,
  parseTime,
  requireOrder,
  SERIES,
  TIME,
  toIso,
} from '../parameters.js';
import type { ServerDeps } from '../ports.js';
import { ProblemError } from '../problem.js';
import type { ReadGate } from '../read-gate.js';
import { describeSeries, resolveSeries } from '../series-key.js';
import type { AlertAnswer, AlertsAnswer, WireAlert } from '../wire.js';

interface AlertParameters {
  readonly series?: string;
  readonly from?: string;
  readonly to?: string;
  readonly asOf?: string;
  readonly state?: AlertState;
  readonly limit: number;
}

const querystring = objectSchema({
  series: SERIES,
  from: TIME,
  to: TIME,
  asOf: TIME,
  state: { type: 'string', enum: ALERT_STATES },
  limit: limitSchema(100, 500),
});
const oneQuery = objectSchema({ asOf: TIME });
const params = objectSchema({ id: KEY_ID }, ['id']);

export function addAlertRoutes(app: FastifyInstance, deps: ServerDeps, gate: ReadGate): void {
  app.get<{ Querystring: AlertParameters }>(
    '/api/v1/alerts',
    { schema: { querystring } },
    async (request): Promise<AlertsAnswer> => {
      const query = request.query;
      const status = deps.status();
      const { now } = status;
      const asOf = parseAsOf(query.asOf, status);
      const from = parseTime('from', query.from) ?? 0;
      const to = parseTime('to', query.to) ?? (asOf ?? now) + 1;
      requireOrder(from, to);
      const series =
        query.series === undefined ? null : resolveSeries(query.series, to, deps.instruments).key;
      const { limit, state = null } = query;
      const alerts = await gate(() => deps.queries.alerts({ from, to, series, limit, state, asOf }));
      return { data: alerts.map((alert) => toAlert(alert, deps)), asOf: toIso(asOf ?? now) };
    },
  );

  app.get<{ Params: { id: string }; Querystring: { readonly asOf?: string } }>(
    '/api/v1/alerts/:id',
    { schema: { params, querystring: oneQuery } },
    async (request): Promise<AlertAnswer> => {
      const asOf = parseAsOf(request.query.asOf, deps.status());
      const found = await gate(() => deps.queries.alert(request.params.id, asOf));
      if (found === null) {
        const then = asOf === null ? '' : ' at that time';
        throw new ProblemError(404, `There is no alert "${request.params.id}"${then}.`);
      }
      const events = found.events.map(({ sequence, type, at, messageId }) => ({
        sequence,
        type,
        at,
        messageId,
      }));
      return { data: { ...toAlert(found.alert, deps), events } };
    },
  );
}

function toAlert(alert: Alert, deps: ServerDeps): WireAlert {
  const info = describeSeries(alert.series.key, deps.instruments);
  return {
    ...alert,
    series: { ...alert.series, series: info.series, nameZh: info.nameZh, sector: info.sector },
  };
}
