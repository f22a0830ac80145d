import type { Alert, AlertEvent } from '../../pipeline/core/alert.js';

const DAY_MS = 86_400_000;
const DAYS_PER_MONTH = 30;

export interface RehearsalReport {
  readonly alerts: readonly RehearsedAlert[];
  readonly summary: {
    readonly from: string | null;
    readonly to: string | null;
    readonly documents: number;
    /** Fired alerts for each 30 days of the stream. */
    readonly alertsPerMonth: number;
  };
}

export interface RehearsedAlert {
  readonly id: string;
  readonly rule: string;
  readonly ruleVersion: string;
  readonly series: { readonly kind: string; readonly id: string; readonly name: string };
  readonly startedAt: string;
  readonly firedAt: string;
  readonly resolvedAt: string | null;
  readonly severity: string;
  readonly count: number;
  readonly expected: number;
  readonly score: number;
  readonly threshold: number;
  readonly documents: readonly {
    readonly id: string;
    readonly title: string;
    readonly publishedAt: string;
    readonly url: string | null;
    readonly negative: number;
  }[];
}

/**
 * Says which alerts of the events would have been told, in the order they fired.
 *
 * Alerts that were only ever pending are left out. A stream shorter than a day counts as one day.
 */
export function rehearsalReport(
  events: readonly AlertEvent[],
  extent: { readonly from: number; readonly to: number; readonly documents: number } | null,
): RehearsalReport {
  const newest = new Map<string, AlertEvent>();
  for (const event of events) {
    const known = newest.get(event.alertId);
    if (known === undefined || known.sequence < event.sequence) newest.set(event.alertId, event);
  }
  const alerts = [...newest.values()]
    .flatMap(({ alert }) => (alert.firedAt === null ? [] : [toRehearsed(alert, alert.firedAt)]))
    .sort((a, b) => a.firedAt.localeCompare(b.firedAt) || a.id.localeCompare(b.id));
  const days = extent === null ? 1 : Math.max(1, (extent.to - extent.from) / DAY_MS);
  return {
    alerts,
    summary: {
      from: extent === null ? null : new Date(extent.from).toISOString(),
      to: extent === null ? null : new Date(extent.to).toISOString(),
      documents: extent?.documents ?? 0,
      alertsPerMonth: (alerts.length * DAYS_PER_MONTH) / days,
    },
  };
}

function toRehearsed(alert: Alert, firedAt: string): RehearsedAlert {
  const { evaluation } = alert;
  return {
    id: alert.id,
    rule: alert.rule.id,
    ruleVersion: alert.rule.version,
    series: { kind: alert.series.kind, id: alert.series.id, name: alert.series.name },
    startedAt: alert.startedAt,
    firedAt,
    resolvedAt: alert.resolvedAt,
    severity: alert.severity,
    count: evaluation.count,
    expected: evaluation.expected,
    score: evaluation.score,
    threshold: evaluation.threshold,
    documents: alert.documents.map(({ id, title, publishedAt, url, negative }) => ({
      id,
      title,
      publishedAt,
      url,
      negative,
    })),
  };
}
