import { describe, expect, it } from 'vitest';

import { createRejectLog } from '../../../../../pipeline/app/source-life/reject-log.js';
import { watchSources } from '../../../../../pipeline/app/source-life/watch-sources.js';
import type { LivingStatus } from '../../../../../pipeline/app/source-life/living-source.js';
import { silentLogger, type LogFields } from '../../../../../pipeline/telemetry/logger.js';
import { createMetrics } from '../../../../../pipeline/telemetry/metrics.js';
import { fakeClock } from '../../../../support/ingest.js';

/** A logger and the lines that it got: the sentence, then what was asked for of the fields. */
function lines(...fields: string[]) {
  const written: string[] = [];
  const write = (sentence: string, values: LogFields = {}) => {
    written.push([sentence, ...fields.map((name) => String(values[name]))].join(' | '));
  };
  return { written, logger: { ...silentLogger, warn: write, info: write } };
}

const clock = fakeClock('2026-03-02T09:00:00Z');
const STATUS: LivingStatus = {
  id: 'fed',
  type: 'rss',
  name: 'Fed',
  licence: null,
  state: 'ok',
  reason: null,
  cause: null,
  running: true,
  pausedUntil: null,
  startedAt: clock.now(),
  countedSince: clock.now(),
  lastDeliveryAt: null,
  lastContactAt: null,
  delivered: 0,
  rejected: 0,
  refused: null,
};

/** Looks once at each of these, a second apart. */
async function look(turns: readonly (readonly LivingStatus[])[]) {
  const { written, logger } = lines('source', 'change', 'error');
  const metrics = createMetrics();
  const stop = new AbortController();
  let turn = 0;
  await watchSources(
    {
      statuses: () => turns[turn] ?? [],
      intake: { webhookDeliveries: () => new Map([['webhook:desk', clock.now() - 7_000]]) },
      metrics,
      logger,
      clock,
      onTurn: () => {
        turn += 1;
        if (turn === turns.length) stop.abort();
      },
    },
    stop.signal,
  );
  return { written, text: await metrics.text() };
}

describe('the watch over the sources', () => {
  it('says that one is degraded at its start, when the reason is another one, and at its end', async () => {
    const bad = (reason: string) => [{ ...STATUS, state: 'degraded', reason } as const];
    const turns = [
      [STATUS],
      bad('Status 500.'),
      bad('Status 502.'),
      bad('No such host.'),
      [STATUS],
      [STATUS],
    ];
    expect((await look(turns)).written).toEqual([
      'A source is degraded. | fed | started | Status 500.',
      'A source is degraded. | fed | changed | No such host.',
      'A source is degraded. | fed | ended | undefined',
    ]);
  });

  it('counts the age from the start while nothing came, and shows none of one that does not run', async () => {
    const now = clock.now();
    const { text } = await look([
      [
        { ...STATUS, startedAt: now - 60_000 },
        { ...STATUS, id: 'ecb', lastDeliveryAt: now - 30_000, lastContactAt: now - 10_000 },
        { ...STATUS, id: 'slow', pausedUntil: now + 1, lastDeliveryAt: now - 1e9 },
        { ...STATUS, id: 'boe', state: 'stopped', running: false, lastDeliveryAt: now - 1e9 },
      ],
    ]);
    for (const line of [
      'source_last_document_age_seconds{source="fed"} 60',
      'source_contact_age_seconds{source="fed"} 60',
      'source_last_document_age_seconds{source="ecb"} 30',
      'source_contact_age_seconds{source="ecb"} 10',
      'source_last_document_age_seconds{source="webhook:desk"} 7',
      'source_state{source="boe",state="stopped"} 1',
    ])
      expect(text).toContain(`bellwether_${line}\n`);
    for (const id of ['boe', 'slow']) expect(text).not.toContain(`age_seconds{source="${id}"}`);
  });
});

describe('refused requests in the numbers', () => {
  it('are counted by source and reason, from 0 on, and of push sources alone', async () => {
    const counts = { signature_missing: 0, signature_wrong: 3, timestamp_outside_window: 0 };
    const refused = { counts, last: 'signature_wrong', at: clock.now() } as const;
    const push = { ...STATUS, id: 'desk', type: 'push' } as const;
    const { written, text } = await look([
      [STATUS, push],
      [STATUS, { ...push, refused }],
    ]);
    const of = (reason: string) =>
      `bellwether_source_refused_requests_total{source="desk",reason="${reason}"}`;
    expect(text).toContain(`${of('signature_wrong')} 3\n`);
    expect(text).toContain(`${of('signature_missing')} 0\n`);
    expect(text).not.toContain('refused_requests_total{source="fed"');
    // Whoever hammers a source makes no alarm of it.
    expect(text).toContain('bellwether_source_state{source="desk",state="ok"} 1');
    expect(written).toEqual([]);
  });
});

describe('the log of items that were not taken', () => {
  it('names five of a source in a minute, and tells the others as a count', () => {
    const { written, logger } = lines('source', 'place', 'items');
    const time = fakeClock('2026-03-02T09:00:00Z');
    const log = createRejectLog(logger, time);
    const item = (sourceId: string, place: number) => ({
      sourceId,
      place: `item ${place}`,
      code: 'bad_time',
      field: null,
      message: 'No time.',
    });
    for (let place = 0; place < 500; place += 1) log.rejected(item('fed', place));
    log.rejected(item('ecb', 1));
    log.settle();
    expect(written).toHaveLength(6);
    time.advance(60_000);
    log.settle();
    log.settle();
    log.rejected(item('fed', 501));
    expect(written.slice(6)).toEqual([
      'Further items of a source were not taken. | fed | undefined | 495',
      'An item of a source was not taken. | fed | item 501 | undefined',
    ]);
  });
});
