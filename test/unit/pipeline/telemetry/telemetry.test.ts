import { describe, expect, it } from 'vitest';

import { TimeoutError, UnavailableError } from '../../../../pipeline/core/errors.js';
import { createLogger, type Logger } from '../../../../pipeline/telemetry/logger.js';
import { createMetrics } from '../../../../pipeline/telemetry/metrics.js';
import { rejectReasonOf } from '../../../../pipeline/telemetry/reject-reason.js';
import { createRepeatingFailure } from '../../../../pipeline/telemetry/repeating-failure.js';

function recordingLogger(): { logger: Logger; lines: Record<string, unknown>[]; text: () => string } {
  const written: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => {
    written.push(line);
    lines.push(JSON.parse(line) as Record<string, unknown>);
  };
  return {
    logger: createLogger({ level: 'info', destination: { write } }),
    lines,
    text: () => written.join(''),
  };
}

describe('the logger', () => {
  it('writes a sentence, its fields and those of the child as one JSON line', () => {
    const { logger, lines } = recordingLogger();
    logger.child({ component: 'rss' }).info('A feed was read.', { documents: 3 });
    logger.debug('Not at this level.');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'info',
      msg: 'A feed was read.',
      component: 'rss',
      documents: 3,
    });
    expect(lines[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('redacts fields that hold secrets', () => {
    const { logger, text } = recordingLogger();
    logger.warn('A call was refused.', { token: 'hunter2', headers: { authorization: 'hunter2' } });
    expect(text()).not.toContain('hunter2');
  });

  it('writes code, message and causes of an error', () => {
    const { logger, lines } = recordingLogger();
    const error = new UnavailableError('log_full', 'The disk is full.', { cause: new Error('ENOSPC') });
    logger.error('The log refused a write.', { error });
    expect(lines[0]?.['error']).toMatchObject({ code: 'log_full', cause: { message: 'ENOSPC' } });
  });
});

describe('a repeating failure', () => {
  it('is logged at its start, at each change and at its end', () => {
    const { logger, lines } = recordingLogger();
    let time = 1_000;
    const failure = createRepeatingFailure({
      sentence: 'The feed could not be read.',
      logger,
      clock: { now: () => time },
    });
    failure.succeeded();
    for (let i = 0; i < 500; i += 1) failure.failed(new TimeoutError('timeout', `Try ${i}.`));
    failure.failed(new UnavailableError('refused', 'No.'));
    time = 61_000;
    failure.succeeded();
    failure.succeeded();
    expect(lines.map(({ change }) => change)).toEqual(['started', 'changed', 'ended']);
    expect(lines[2]).toMatchObject({ times: 501, forMs: 60_000, level: 'info' });
  });
});

describe('the metrics', () => {
  it('begin at 0 for every label that is known, so that the first of a kind counts as a change', async () => {
    const text = await createMetrics().text();
    for (const series of [
      'accepted_documents_total{source_type="kafka"}',
      'rejected_documents_total{source_type="webhook",reason="invalid"}',
      'outcome_documents_total{outcome="stored"}',
      'outcome_documents_total{outcome="dead-letter"}',
      'alert_events_total{type="firing"}',
      'mails_total{result="sent"}',
      'mails_total{result="failed"}',
      'log_gap_messages_total{topic="documents.raw"}',
    ]) {
      expect(text).toContain(`bellwether_${series} 0\n`);
    }
  });

  it('show event-loop delay and memory, and count what happened', async () => {
    const metrics = createMetrics();
    metrics.observeProcess();
    metrics.accepted('demo', 3);
    metrics.outcome('stored', 2);
    metrics.batch('understand', 48, 0.02);
    metrics.queryable(0.4);
    metrics.lag('documents.raw', 'understand', 7);
    metrics.sources(
      [{ id: 'fed', state: 'degraded', lastDocumentAge: 12, contactAge: 3, refused: null }],
      new Map([['webhook:desk', 7]]),
    );
    metrics.alertEvent('firing');
    metrics.mail('sent');
    const text = await metrics.text();
    for (const line of [
      'nodejs_eventloop_lag_p99_seconds ',
      'process_resident_memory_bytes ',
      'bellwether_accepted_documents_total{source_type="demo"} 3',
      'bellwether_outcome_documents_total{outcome="stored"} 2',
      'bellwether_batch_documents_sum{stage="understand"} 48',
      'bellwether_accepted_to_queryable_seconds_count 1',
      'bellwether_lag_documents{topic="documents.raw",group="understand"} 7',
      'bellwether_source_state{source="fed",state="ok"} 0',
      'bellwether_source_state{source="fed",state="degraded"} 1',
      'bellwether_source_last_document_age_seconds{source="fed"} 12',
      'bellwether_source_last_document_age_seconds{source="webhook:desk"} 7',
      'bellwether_source_contact_age_seconds{source="fed"} 3',
      'bellwether_sources{state="degraded"} 1',
      'bellwether_alert_events_total{type="firing"} 1',
      'bellwether_mails_total{result="sent"} 1',
    ])
      expect(text).toContain(line);
  });

  it('show nothing more of a source that is gone, no age of one that does not run, and no source by name beyond 200', async () => {
    const metrics = createMetrics();
    const source = (id: string) =>
      ({ id, state: 'ok', lastDocumentAge: 3, contactAge: 1, refused: null }) as const;
    const pushed = new Map([['webhook:desk', 7]]);
    metrics.sources([source('fed'), source('ecb')], pushed);
    metrics.sources(
      [{ id: 'ecb', state: 'stopped', lastDocumentAge: null, contactAge: null, refused: null }],
      new Map(),
    );
    const text = await metrics.text();
    expect(text).not.toContain('source="fed"');
    expect(text).not.toContain('webhook:desk');
    expect(text).not.toContain('age_seconds{source="ecb"}');
    expect(text).toContain('bellwether_source_state{source="ecb",state="stopped"} 1');
    const many = (count: number) => Array.from({ length: count }, (_, index) => source(`s${index}`));
    metrics.sources(many(200), pushed);
    expect(await metrics.text()).toContain('bellwether_source_contact_age_seconds{source="s199"} 1');
    metrics.sources(many(201), pushed);
    const counted = await metrics.text();
    expect(counted).not.toContain('source="s');
    expect(counted).toContain('bellwether_sources{state="ok"} 201');
    expect(counted).toContain('age_seconds{source="webhook:desk"} 7');
  });

  it('count refusals by a closed set of reasons, and share nothing between registries', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    for (const code of ['bad_time', 'time_too_old', 'never_heard_of'])
      one.rejected('rss', rejectReasonOf(code));
    const text = await one.text();
    expect(text).toContain('rejected_documents_total{source_type="rss",reason="time"} 2');
    expect(text).toContain('rejected_documents_total{source_type="rss",reason="invalid"} 1');
    one.mail('failed');
    expect(await other.text()).toContain('bellwether_mails_total{result="failed"} 0\n');
  });
});
