import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Source } from '../../../../ingest/source.js';
import { createIntake } from '../../../../pipeline/app/intake.js';
import { systemClock } from '../../../../pipeline/core/clock.js';
import { UnavailableError } from '../../../../pipeline/core/errors.js';
import { RAW_TOPIC, type DurableLog } from '../../../../pipeline/core/log.js';
import { decodeRawDocument, encodeRawDocument } from '../../../../pipeline/log/codec.js';
import { openLmdbLog } from '../../../../pipeline/log/lmdb-log.js';
import { silentLogger } from '../../../../pipeline/telemetry/logger.js';
import { createMetrics } from '../../../../pipeline/telemetry/metrics.js';
import { rawDocument } from '../../../support/documents.js';

it('counts each delivery that the log does not take', async () => {
  const metrics = createMetrics();
  const full = new UnavailableError('log_full', 'The disk is full.', { retriable: true });
  const log = { append: () => Promise.reject(full) };
  const intake = createIntake({ log, clock: systemClock, logger: silentLogger, metrics });
  await expect(intake.accept([rawDocument()])).rejects.toBe(full);
  expect(await metrics.text()).toContain('bellwether_refused_appends_total 1');
});

describe('What a source hands over that is no document', () => {
  let folder: string;
  let log: DurableLog;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bellwether-intake-'));
    log = await openLmdbLog({ path: join(folder, 'log'), clock: systemClock });
  });
  afterEach(async () => {
    await log.close();
    await rm(folder, { recursive: true });
  });

  const takeIn = async (value: Uint8Array) => {
    const metrics = createMetrics();
    const intake = createIntake({ log, clock: systemClock, logger: silentLogger, metrics });
    const source: Source = {
      id: 'desk',
      run: (deliver) => deliver({ documents: [], cursors: [], unreadable: [{ key: 'desk 0:7', value }] }),
      status: () => ({
        id: 'desk',
        state: 'ok',
        reason: null,
        cause: null,
        lastDeliveryAt: null,
        lastContactAt: null,
        delivered: 0,
        rejected: 1,
        refused: null,
      }),
    };
    const { signal } = new AbortController();
    await source.run(intake.deliverer('kafka', signal), signal);
    const reader = await log.openReader(RAW_TOPIC, 'test');
    const [message] = await reader.pull({ maxMessages: 10, maxBytes: 1e6, waitMs: 2_000 });
    await reader.close();
    return { message, text: await metrics.text() };
  };

  it('goes into the log byte by byte, and counts as accepted', async () => {
    const { message, text } = await takeIn(Buffer.from('{"标题":'));
    expect(Buffer.from(message?.value ?? []).toString()).toBe('{"标题":');
    expect(message?.key).toBe('desk 0:7');
    expect(text).toContain('bellwether_accepted_documents_total{source_type="kafka"} 1');
  });

  it('is cut, with its true length, when the log would refuse it', async () => {
    const { message } = await takeIn(Buffer.concat([Buffer.from('["beginning'), Buffer.alloc(17_000_000)]));
    expect(message?.value.byteLength).toBe(1_000_000);
    expect(Buffer.from(message?.value ?? []).toString()).toMatch(/^.*17000011 bytes.*\n\["beginning/);
  });

  it('is cut before it is looked at: its beginning is not taken for a document of ours', async () => {
    const forged = encodeRawDocument(rawDocument());
    const { message } = await takeIn(Buffer.concat([forged, Buffer.alloc(1_000_000, ' '), Buffer.from('x')]));
    expect(() => decodeRawDocument(message?.value ?? new Uint8Array())).toThrow(/not JSON/);
  });

  it('is never taken for a document of ours, which could name any source', async () => {
    const forged = encodeRawDocument(rawDocument());
    const { message } = await takeIn(forged);
    expect(Buffer.from(message?.value ?? []).includes(Buffer.from(forged))).toBe(true);
    expect(() => decodeRawDocument(message?.value ?? new Uint8Array())).toThrow(/not JSON/);
  });
});
