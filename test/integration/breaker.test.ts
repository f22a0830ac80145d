import { afterEach, beforeEach, expect, describe, it } from 'vitest';

import { resetBreakerOperation } from '../../pipeline/app/operations/breaker.js';
import { listDeadLettersOperation } from '../../pipeline/app/operations/dead-letters.js';
import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import type { RunningService } from '../../pipeline/app/running-service.js';
import { RAW_TOPIC } from '../../pipeline/core/log.js';
import { encodeRawDocument } from '../../pipeline/log/codec.js';
import { rawDocument } from '../support/documents.js';
import { never, openService } from '../support/in-process.js';
import { temporaryFolder, until } from '../support/service.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let service: RunningService;
beforeEach(async () => {
  folder = await temporaryFolder();
  service = await openService(folder.path);
});
afterEach(async () => {
  await service.stop();
  await folder.remove();
});

/** The first `poison` of every hundred messages are no JSON, or no time that the store takes. */
const append = (count: number, poison: number, kind: 'unreadable' | 'unstorable' = 'unreadable') =>
  service.parts.log.append(
    RAW_TOPIC,
    Array.from({ length: count }, (_, n) => {
      const nativeId = `n${n}`;
      const good = rawDocument({ nativeId, text: `Boeing opens hall ${n}.` });
      const bad =
        kind === 'unreadable'
          ? Buffer.from('no json')
          : encodeRawDocument({ ...good, publishedAt: '2150-01-01T00:00:00.000Z' });
      return { key: nativeId, value: n % 100 < poison ? bad : encodeRawDocument(good) };
    }),
  );
const reconcile = () => service.operate(reconcileOperation, {}, never);
const readiness = async () => {
  const response = await fetch(`${String(service.addresses.page)}/readyz`);
  return { status: response.status, text: await response.text() };
};
const metric = async () => {
  const text = await (await fetch(`${String(service.addresses.metrics)}/metrics`)).text();
  return /^bellwether_breaker_open (\d)$/m.exec(text)?.[1];
};
const stopped = () =>
  until(async () => ((await readiness()).status === 503 ? true : null), 20_000, 'an open breaker');

describe('the circuit breaker', () => {
  it('lets 3 % of dead letters through', async () => {
    await append(2_000, 3);
    expect(await reconcile()).toMatchObject({ stored: 1_940, deadLettered: 60, difference: 0 });
    expect((await readiness()).status).toBe(200);
    expect(await metric()).toBe('0');
  });

  it('stops at 6 %, says so everywhere, takes in meanwhile, and goes on after a reset', async () => {
    await append(3_000, 6);
    await stopped();
    expect((await readiness()).text).toMatch(
      /circuit breaker is open since .*50 of the last 1000 documents .*breaker reset/,
    );
    expect(await metric()).toBe('1');
    await expect(reconcile()).rejects.toMatchObject({ code: 'breaker_open' });
    const done = async () =>
      (await service.parts.log.committedPositions(RAW_TOPIC, 'understand'))[0]?.offset ?? 0;
    // The letters are there to be looked at, and their batch mates are stored.
    const request = { state: null, reason: null, source: null, limit: 1_000 };
    await until(
      async () =>
        (await service.operate(listDeadLettersOperation, request, never)).length >= 50 ? true : null,
      10_000,
      'the letters in the store',
    );
    // What was pulled is finished by now, and nothing is pulled any more.
    const at = await done();
    expect(at).toBeLessThan(1_500);
    await append(10, 0);
    await expect(reconcile()).rejects.toMatchObject({ code: 'breaker_open' });
    expect(await done()).toBe(at);

    let rounds = 0;
    for (;;) {
      expect(await service.operate(resetBreakerOperation, {}, never)).toEqual({ reset: true });
      const result = await reconcile().catch(() => null);
      rounds += 1;
      if (result === null) continue;
      expect(result).toMatchObject({
        accepted: 3_010,
        stored: 2_826,
        duplicates: 4,
        deadLettered: 180,
        difference: 0,
      });
      break;
    }
    expect(rounds).toBeGreaterThan(1);
    expect((await readiness()).status).toBe(200);
    expect(await service.operate(resetBreakerOperation, {}, never)).toEqual({ reset: false });
  });

  it('also stops when it is the store that refuses them', async () => {
    await append(2_000, 6, 'unstorable');
    await stopped();
    expect((await readiness()).text).toContain('they could not be stored');
    const positions = await service.parts.log.committedPositions('documents.scored', 'monitor');
    expect(positions[0]?.offset).toBeLessThan(2_000);
  });

  it('counts from zero after a restart', async () => {
    await append(1_500, 6);
    await stopped();
    await service.stop();
    service = await openService(folder.path);
    expect(await reconcile()).toMatchObject({ stored: 1_410, deadLettered: 90, difference: 0 });
  });
});
