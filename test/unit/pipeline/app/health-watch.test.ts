import { describe, expect, it } from 'vitest';

import { createHealthWatch } from '../../../../pipeline/app/health-watch.js';
import { ALL_ROLES, type Roles } from '../../../../pipeline/app/roles.js';
import { systemClock } from '../../../../pipeline/core/clock.js';
import type { World } from '../../../../pipeline/core/document.js';
import { UnavailableError } from '../../../../pipeline/core/errors.js';
import { createMetrics } from '../../../../pipeline/telemetry/metrics.js';

function watch(roles: Roles = ALL_ROLES, world: World = 'live') {
  let time = Date.UTC(2026, 2, 2);
  const clock = { ...systemClock, now: () => time, monotonic: () => time };
  const config = { alerts: { evaluateEverySeconds: 60 } };
  const pass = (ms: number) => {
    time += ms;
  };
  return { watch: createHealthWatch({ clock, roles, config, world }), pass };
}
const away = new UnavailableError('log_unavailable', 'No broker answers.', { retriable: true });

describe('what stands in the way of a process', () => {
  it('is nothing at first, and nothing with some documents on their way', () => {
    const { watch: health } = watch();
    health.lag({ understand: 20_000, monitor: 20_000 });
    expect(health.reasons).toEqual([]);
  });

  it('is a log that does not answer, until it does', () => {
    const { watch: health } = watch();
    health.lag(away);
    expect(health.reasons).toEqual(['The log does not answer: No broker answers.']);
    health.lag({ understand: 0, monitor: 0 });
    expect(health.reasons).toEqual([]);
  });

  it('is a refused append for half a minute', async () => {
    const { watch: health, pass } = watch();
    const log = health.guard({ append: () => Promise.reject(away) });
    await expect(log.append('documents.raw', [])).rejects.toBe(away);
    expect(health.reasons).toEqual(['No broker answers.']);
    pass(30_000);
    expect(health.reasons).toEqual([]);
  });

  it('is a backlog for those who have to work it off, and not for the edge', () => {
    for (const [roles, words] of [
      [ALL_ROLES, 1],
      [new Set(['ingest'] as const), 0],
    ] as const) {
      const { watch: health } = watch(roles);
      health.lag({ understand: 3, monitor: 20_001 });
      expect(health.reasons).toHaveLength(words);
    }
  });

  it('is a thread that cannot be started again, until it reads', () => {
    const { watch: health } = watch();
    health.reading({ code: 'model_unanswered', message: 'No host answers.' });
    expect(health.reasons).toEqual([
      expect.stringContaining('The thread that reads texts cannot be started again (No host answers.)'),
    ]);
    health.reading(null);
    expect(health.reasons).toEqual([]);
  });

  it('is detection that has not looked, in the active monitor on the wall clock', () => {
    const { watch: health, pass } = watch();
    pass(1e9);
    expect(health.reasons).toEqual([]);
    health.detects(true);
    pass(179_999);
    expect(health.reasons).toEqual([]);
    pass(1);
    expect(health.reasons.join()).toContain('Detection has not looked since 2026-03-13T13:46:40.000Z');
    health.listenTo(createMetrics()).evaluated(1);
    expect(health.reasons).toEqual([]);
    pass(1e9);
    health.detects(false);
    expect(health.reasons).toEqual([]);
    const { watch: replay, pass: passReplay } = watch(ALL_ROLES, 'replay');
    replay.detects(true);
    passReplay(1e9);
    expect(replay.reasons).toEqual([]);
  });
});
