import { describe, expect, it } from 'vitest';

import { compareAlerts } from '../../../../alerts/rehearsal/compare-alerts.js';
import type { RehearsedAlert } from '../../../../alerts/rehearsal/rehearse.js';

const DAY = 86_400_000;
const START = Date.parse('2026-03-02T00:00:00Z');
const period = { from: START, to: START + 10 * DAY };

function alert(series: string, day: number, changes: Partial<RehearsedAlert> = {}): RehearsedAlert {
  const at = (time: number) => new Date(START + time * DAY).toISOString();
  return {
    id: `${series} ${day}`,
    rule: 'instrument-negative-surge',
    ruleVersion: '1',
    series: { kind: 'instrument', id: series, name: series },
    startedAt: at(day),
    firedAt: at(day),
    resolvedAt: at(day + 3),
    severity: 'high',
    count: 5,
    expected: 1,
    score: 5,
    threshold: 4.75,
    documents: [],
    ...changes,
  };
}

describe('the comparison of two rehearsals', () => {
  it('knows an alert again that fires at another time, or with another severity', () => {
    const before = [alert('A', 1), alert('B', 1), alert('C', 1), alert('D', 1)];
    const after = [alert('A', 1), alert('B', 1.5), alert('C', 1, { severity: 'critical' }), alert('E', 1)];
    const { gained, lost, moved, same } = compareAlerts(before, after, period);
    expect(same).toBe(1);
    expect(moved.map(({ before: { id }, laterByMinutes }) => [id, laterByMinutes])).toEqual([
      ['B 1', 720],
      ['C 1', 0],
    ]);
    expect(lost.map(({ id }) => id)).toEqual(['D 1']);
    expect(gained.map(({ id }) => id)).toEqual(['E 1']);
  });

  it('pairs each alert once, and never with one of another rule or of another time', () => {
    const before = [alert('A', 1), alert('A', 8), alert('B', 1)];
    const after = [alert('A', 3), alert('A', 3.5), alert('B', 1, { rule: 'another' })];
    const { gained, lost, moved } = compareAlerts(before, after, period);
    expect(moved.map(({ after: { id } }) => id)).toEqual(['A 3']);
    expect(lost.map(({ id }) => id)).toEqual(['A 8', 'B 1']);
    expect(gained.map(({ id }) => id)).toEqual(['A 3.5', 'B 1']);
  });

  it('counts what fires at the end of the period, and not what fires at its beginning, which is the end of the one before', () => {
    const before = [alert('A', 0), alert('B', 10)];
    const after = [alert('C', 10), alert('D', 0)];
    const { gained, lost } = compareAlerts(before, after, period);
    expect([lost, gained].map((alerts) => alerts.map(({ id }) => id))).toEqual([['B 10'], ['C 10']]);
  });

  it('leaves out what fires before the period, but not what moves into it', () => {
    const open = { resolvedAt: null };
    const before = [alert('A', -2), alert('B', -1, open), alert('C', -2)];
    const after = [alert('B', 1), alert('C', -1.5)];
    expect(compareAlerts(before, after, period)).toMatchObject({
      gained: [],
      lost: [],
      moved: [{ before: { id: 'B -1' }, after: { id: 'B 1' } }],
      same: 0,
    });
  });
});
