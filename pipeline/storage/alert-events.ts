import type { Alert, AlertEvent } from '../core/alert.js';
import { InvariantError } from '../core/errors.js';
import type { QueryStore } from '../core/store.js';
import { ALERT_EVENTS, findMissing, insertRows } from './insert-rows.js';
import { timeParam } from './present.js';
import type { SqlReader, SqlRow, SqlSession } from './sql-session.js';

interface EventRow {
  readonly event: string;
}

/**
 * Idempotent by (alertId, sequence): what is there already keeps the time from which it is known. Null for a replay world,
 * where that is the time of the event.
 */
export async function appendEvents(
  db: SqlSession,
  events: readonly AlertEvent[],
  knownAt: number | null,
): Promise<void> {
  const rows = events.map((event) => toEventRow(event, knownAt ?? Date.parse(event.at)));
  const refused = await insertRows(db, ALERT_EVENTS, await findMissing(db, ALERT_EVENTS, rows));
  const [first] = refused;
  if (first !== undefined) {
    throw new InvariantError('alert_event_refused', 'An alert event cannot be stored.', {
      cause: first.error,
    });
  }
}

/** The newest event of every alert that is not over: pending, firing, or resolved without the mail that says so. */
export async function openEvents(db: SqlReader): Promise<readonly AlertEvent[]> {
  const rows = await db.query<EventRow>(
    `SELECT argMax(event, sequence) AS event FROM alert_events GROUP BY alert_id
     HAVING argMax(type, sequence) != 'cleared'
       AND NOT (argMax(type, sequence) = 'mailed' AND argMax(state, sequence) = 'resolved')
     ORDER BY min(started_at), alert_id`,
  );
  return rows.map(({ event }) => parseEvent(event));
}

/** Alerts whose life overlaps [from, to), newest first; those that cleared without firing are left out. */
export async function queryAlerts(
  db: SqlReader,
  { from, to, series, limit, state = null, asOf = null }: Parameters<QueryStore['alerts']>[0],
): Promise<readonly Alert[]> {
  const filters = [
    ...(series === null ? [] : ['series = {series:String}']),
    ...(asOf === null ? [] : [`known_at <= ${timeParam('asOf')}`]),
  ];
  const where = filters.length === 0 ? '' : `WHERE ${filters.join(' AND ')}`;
  const rows = await db.query<EventRow>(
    `SELECT argMax(event, sequence) AS event FROM alert_events ${where} GROUP BY alert_id
     HAVING argMax(type, sequence) != 'cleared' AND min(started_at) < ${timeParam('to')}
       AND (max(resolved_at) IS NULL OR max(resolved_at) >= ${timeParam('from')})
       ${state === null ? '' : 'AND argMax(state, sequence) = {state:String}'}
     ORDER BY min(started_at) DESC, alert_id LIMIT {limit:UInt32}`,
    {
      from,
      to,
      limit,
      ...(series === null ? {} : { series }),
      ...(state === null ? {} : { state }),
      ...(asOf === null ? {} : { asOf }),
    },
  );
  return rows.map(({ event }) => parseEvent(event).alert);
}

/** One alert with its whole history up to `asOf`, oldest event first, or null. */
export async function queryAlert(
  db: SqlReader,
  id: string,
  asOf: number | null = null,
): Promise<{ readonly alert: Alert; readonly events: readonly AlertEvent[] } | null> {
  const happened = asOf === null ? '' : `AND known_at <= ${timeParam('asOf')}`;
  const rows = await db.query<EventRow>(
    `SELECT event FROM alert_events WHERE alert_id = {id:String} ${happened} ORDER BY sequence LIMIT 1 BY sequence`,
    asOf === null ? { id } : { id, asOf },
  );
  const events = rows.map(({ event }) => parseEvent(event));
  const newest = events.at(-1);
  return newest === undefined ? null : { alert: newest.alert, events };
}

function toEventRow(event: AlertEvent, knownAt: number): SqlRow {
  const { alert } = event;
  return {
    alert_id: event.alertId,
    sequence: event.sequence,
    type: event.type,
    at: Date.parse(event.at),
    known_at: knownAt,
    series: alert.series.key,
    rule_id: alert.rule.id,
    state: alert.state,
    started_at: Date.parse(alert.startedAt),
    resolved_at: alert.resolvedAt === null ? null : Date.parse(alert.resolvedAt),
    event: JSON.stringify(event),
  };
}

/** Written by `toEventRow` from a checked event, in just this shape. */
export function parseEvent(text: string): AlertEvent {
  return JSON.parse(text) as AlertEvent;
}
