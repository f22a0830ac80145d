import type { RehearsedAlert } from './rehearse.js';

/** An alert that both tell, at different times or with another severity. */
export interface MovedAlert {
  readonly before: RehearsedAlert;
  readonly after: RehearsedAlert;
  /** How much later the second one fires; negative when earlier. */
  readonly laterByMinutes: number;
}

/** What one rehearsal tells that another of the same documents does not. */
export interface AlertChanges {
  readonly gained: readonly RehearsedAlert[];
  readonly lost: readonly RehearsedAlert[];
  readonly moved: readonly MovedAlert[];
  readonly same: number;
}

interface Period {
  /** Milliseconds, (from, to]: an alert counts where it fires on one of the two sides; at `to` the last hour of the period is judged. */
  readonly from: number;
  readonly to: number;
}

/**
 * Pairs alerts of one rule and series whose firing times overlap: those are one alert that moved, or stayed. Each is paired
 * once, the earliest first. What fired before the period only is left out.
 */
export function compareAlerts(
  before: readonly RehearsedAlert[],
  after: readonly RehearsedAlert[],
  { from, to }: Period,
): AlertChanges {
  const within = ({ firedAt }: RehearsedAlert) => Date.parse(firedAt) > from && Date.parse(firedAt) <= to;
  const open = byCondition(after);
  const lost: RehearsedAlert[] = [];
  const moved: MovedAlert[] = [];
  const paired = new Set<RehearsedAlert>();
  let same = 0;
  for (const alert of before) {
    const twin = open.get(conditionOf(alert))?.find((other) => !paired.has(other) && overlaps(alert, other));
    if (twin === undefined) {
      if (within(alert)) lost.push(alert);
      continue;
    }
    paired.add(twin);
    if (!within(alert) && !within(twin)) continue;
    const laterByMinutes = (Date.parse(twin.firedAt) - Date.parse(alert.firedAt)) / 60_000;
    if (laterByMinutes === 0 && twin.severity === alert.severity) same += 1;
    else moved.push({ before: alert, after: twin, laterByMinutes });
  }
  return { gained: after.filter((alert) => !paired.has(alert) && within(alert)), lost, moved, same };
}

function byCondition(alerts: readonly RehearsedAlert[]): ReadonlyMap<string, readonly RehearsedAlert[]> {
  const groups = new Map<string, RehearsedAlert[]>();
  for (const alert of alerts) {
    const group = groups.get(conditionOf(alert));
    if (group === undefined) groups.set(conditionOf(alert), [alert]);
    else group.push(alert);
  }
  return groups;
}

function conditionOf({ rule, series }: RehearsedAlert): string {
  return `${rule} ${series.kind} ${series.id}`;
}

function overlaps(one: RehearsedAlert, other: RehearsedAlert): boolean {
  return Date.parse(one.firedAt) <= endOf(other) && Date.parse(other.firedAt) <= endOf(one);
}

function endOf({ resolvedAt }: RehearsedAlert): number {
  return resolvedAt === null ? Infinity : Date.parse(resolvedAt);
}
