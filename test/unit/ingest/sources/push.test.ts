import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';

import { createPushSource, type PushSourceOptions } from '../../../../ingest/sources/push/push.js';
import { createPushRegistry } from '../../../../ingest/sources/push/push-registry.js';
import { webhookRoutes } from '../../../../ingest/sources/webhook.js';
import type { RejectedItem } from '../../../../ingest/source.js';
import { UnavailableError } from '../../../../pipeline/core/errors.js';
import { fakeClock, recordDeliveries } from '../../../support/ingest.js';
import { signPlain, signStandard } from '../../../support/sign-push.js';

const SECRET = 'whsec_c2lnbmluZy1rZXktb2YtYS10ZXN0';
const NOW = Date.parse('2026-03-31T12:00:00Z');

const stops: AbortController[] = [];
const apps: FastifyInstance[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort();
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

/** Time stands still, and nobody waits for a delivery that does not come. */
function stillClock() {
  const clock = fakeClock('2026-03-31T12:00:00Z');
  return {
    ...clock,
    sleep: (_: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        signal?.addEventListener('abort', () => {
          resolve();
        });
      }),
  };
}

function service(options: Partial<PushSourceOptions> = {}, before?: Parameters<typeof recordDeliveries>[0]) {
  const clock = stillClock();
  const registry = createPushRegistry();
  const rejected: RejectedItem[] = [];
  const faults: (string | null)[] = [];
  const recorder = recordDeliveries(before);
  const source = createPushSource({
    source: { id: 'desk', kind: 'social', name: 'Desk', licence: null, credibility: 0.3 },
    mapping: { nativeId: 'id', title: 'title', publishedAt: 'at', action: { path: 'act', default: 'add' } },
    secrets: [SECRET],
    requestsPerMinute: 600,
    registry,
    clock,
    onRejected: (item) => rejected.push(item),
    onChecked: (fault) => faults.push(fault?.code ?? null),
    ...options,
  });
  const stop = new AbortController();
  stops.push(stop);
  const app = Fastify();
  apps.push(app);
  void app.register(
    webhookRoutes({ accept: () => Promise.resolve(), clock, push: registry, maxBodyBytes: 100_000 }),
  );
  const send = async (payload: string | Buffer, headers: Record<string, string>, name = 'desk') => {
    const response = await app.inject({
      method: 'POST',
      url: `/ingest/v1/push/${name}`,
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return {
      status: response.statusCode,
      headers: response.headers,
      body: response.json<Record<string, unknown>>(),
    };
  };
  return {
    clock,
    registry,
    rejected,
    faults,
    recorder,
    source,
    stop,
    send,
    run: () => source.run(recorder.deliver, stop.signal),
  };
}

const item = (more: Record<string, unknown> = {}) =>
  JSON.stringify({ id: 'a', title: 'Aldermoor warns', at: '2026-03-31T11:00:00Z', ...more });
const standard = (body: string, more: Partial<{ secret: string; at: number; id: string }> = {}) =>
  signStandard(body, { secret: SECRET, at: NOW, id: 'msg_1', ...more });

describe('a push source', () => {
  it('takes what is signed in the form of Standard Webhooks, and answers when it is durable', async () => {
    const { run, send, recorder, source } = service();
    void run();
    const answer = await send(item(), standard(item()));
    expect(answer).toMatchObject({ status: 200, body: { accepted: 1, rejected: 0 } });
    expect(recorder.documents()).toMatchObject([
      { nativeId: 'a', title: 'Aldermoor warns', source: { id: 'desk' } },
    ]);
    expect(source.status()).toMatchObject({ state: 'ok', delivered: 1, lastContactAt: NOW });
  });

  it('takes what is signed in the plain form', async () => {
    const { run, send } = service();
    void run();
    expect(await send(item(), signPlain(item(), { secret: SECRET, at: NOW }))).toMatchObject({ status: 200 });
  });

  it('takes the signature of either key, and any of several signatures', async () => {
    const { run, send } = service({ secrets: ['another-key-of-16-characters', SECRET] });
    void run();
    const { 'webhook-signature': good, ...rest } = standard(item());
    expect(await send(item(), { ...rest, 'webhook-signature': `v1,AAAA v2,x ${good}` })).toMatchObject({
      status: 200,
    });
    expect(await send(item(), standard(item(), { secret: 'another-key-of-16-characters' }))).toMatchObject({
      status: 200,
    });
  });

  it.each<[string, (body: string) => Record<string, string>, string]>([
    ['no signature', () => ({}), 'signature_missing'],
    ['a wrong key', (body) => standard(body, { secret: 'whsec_d3Jvbmc=' }), 'signature_wrong'],
    ['a changed body', (body) => standard(`${body} `), 'signature_wrong'],
    ['another id', (body) => ({ ...standard(body), 'webhook-id': 'msg_2' }), 'signature_wrong'],
    ['an old timestamp', (body) => standard(body, { at: NOW - 301_000 }), 'timestamp_outside_window'],
    ['a future timestamp', (body) => standard(body, { at: NOW + 301_000 }), 'timestamp_outside_window'],
    [
      'a timestamp that is none',
      (body) => ({ ...standard(body), 'webhook-timestamp': 'now' }),
      'timestamp_outside_window',
    ],
    ['a cut signature', (body) => ({ ...standard(body), 'webhook-signature': 'v1,AAAA' }), 'signature_wrong'],
    [
      'a start of the body as the key',
      (body) => ({
        ...signPlain(`k.${body}`, { secret: SECRET, at: NOW }),
        'idempotency-key': 'k',
      }),
      'signature_wrong',
    ],
    [
      'a changed key of the plain form',
      (body) => ({ ...signPlain(body, { secret: SECRET, at: NOW, key: 'k1' }), 'idempotency-key': 'k2' }),
      'signature_wrong',
    ],
  ])('T10: refuses %s with 401 and takes nothing', async (_, headers, code) => {
    const { run, send, recorder, faults } = service();
    void run();
    expect(await send(item(), headers(item()))).toMatchObject({ status: 401, body: { code } });
    expect(recorder.documents()).toEqual([]);
    expect(faults).toEqual([code]);
  });

  it('T10: a replay is answered with 200 and has the same id, so that there is no second row', async () => {
    const { run, send, recorder } = service({ mapping: { title: 'title', publishedAt: 'at' } });
    void run();
    const { status, body } = await send(item(), standard(item()));
    expect(await send(item(), standard(item()))).toMatchObject({ status, body });
    const ids = recorder.documents().map(({ id, nativeId }) => `${id} ${nativeId}`);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/ msg_1$/);
  });

  it('T10: takes the key of the form that was verified, so that unsigned headers give no new id', async () => {
    const { run, send, recorder } = service({ mapping: { title: 'title', publishedAt: 'at' } });
    void run();
    for (const replay of ['1', '2']) {
      const added = { 'webhook-signature': 'x', 'webhook-id': `replay-${replay}` };
      const keyless = signPlain(item(), { secret: SECRET, at: NOW });
      expect(await send(item(), { ...keyless, ...added })).toMatchObject({ status: 400 });
      const keyed = signPlain(item(), { secret: SECRET, at: NOW, key: 'k1' });
      expect(await send(item(), { ...keyed, ...added })).toMatchObject({ status: 200 });
    }
    expect(recorder.documents().map(({ nativeId }) => nativeId)).toEqual(['k1', 'k1']);
  });

  it('names several items without an id of their own after the signed key', async () => {
    const { run, send, recorder } = service({ mapping: { title: 'title', publishedAt: 'at' } });
    void run();
    const body = `[${item()},${item()}]`;
    await send(body, signPlain(body, { secret: SECRET, at: NOW, key: 'batch-7' }));
    expect(recorder.documents().map(({ nativeId }) => nativeId)).toEqual(['batch-7#0', 'batch-7#1']);
  });

  it('does not guess what a retraction without an id means', async () => {
    const { run, send } = service({ mapping: { action: { constant: 'retract' }, publishedAt: 'at' } });
    void run();
    expect(await send(item(), standard(item()))).toMatchObject({
      status: 400,
      body: { code: 'all_rejected' },
    });
  });

  it('tells which items were not taken, and takes the others', async () => {
    const { run, send, rejected } = service();
    void run();
    const body = `[${item()},${item({ id: 'b', at: 'soon' })},{"__proto__":{"title":"x"}},7]`;
    const answer = await send(body, standard(body));
    expect(answer).toMatchObject({ status: 200, body: { accepted: 1, rejected: 3 } });
    expect(rejected.map(({ place, field }) => `${place}: ${field ?? ''}`)).toEqual([
      'push desk, item 1: publishedAt',
      'push desk, item 2: text',
      'push desk, item 3: text',
    ]);
  });

  it('says when it recognises nothing, and counts it: a form that has changed must not look as if all were well', async () => {
    const { run, send, rejected } = service({ mapping: { when: { type: ['status'] }, nativeId: 'id' } });
    void run();
    const body = JSON.stringify({ type: 'Status', id: '1' });
    const answer = await send(body, standard(body));
    expect(answer).toMatchObject({ status: 200, body: { accepted: 0, items: [] } });
    expect(answer.body['detail']).toContain('nothing that the mapping');
    expect(rejected).toMatchObject([{ code: 'not_recognised', place: 'push desk' }]);
  });

  it('answers 429 with the time of the next request when there are too many', async () => {
    const { run, send } = service({ requestsPerMinute: 6 });
    void run();
    expect(await send(item(), standard(item()))).toMatchObject({ status: 200 });
    const second = await send(item(), standard(item()));
    expect(second).toMatchObject({ status: 429, body: { code: 'too_many_requests' } });
    expect(second.headers['retry-after']).toBe('10');
  });

  it('does not let unsigned requests use up the limit of signed ones', async () => {
    const { run, send } = service({ requestsPerMinute: 6 });
    void run();
    for (let n = 0; n < 20; n += 1) expect(await send(item(), {})).toMatchObject({ status: 401 });
    expect(await send(item(), standard(item()))).toMatchObject({ status: 200 });
  });

  it('answers 404 for a name that nobody has, and 503 before it runs and after it was stopped', async () => {
    const { run, send, stop } = service();
    expect(await send(item(), standard(item()), 'nobody')).toMatchObject({
      status: 404,
      body: { code: 'unknown_source' },
    });
    expect(await send(item(), standard(item()))).toMatchObject({
      status: 503,
      body: { code: 'source_stopped' },
    });
    const running = run();
    expect(await send(item(), standard(item()))).toMatchObject({ status: 200 });
    stop.abort();
    await running;
    expect(await send(item(), standard(item()))).toMatchObject({
      status: 503,
      body: { code: 'source_stopped' },
    });
  });

  it('answers 404 for a name that was taken out', async () => {
    const { send, registry } = service();
    registry.forget('desk');
    expect(await send(item(), standard(item()))).toMatchObject({ status: 404 });
  });

  it('shows how many requests it refused and why, and stays as it is', async () => {
    const { run, send, source } = service();
    void run();
    expect(source.status().refused).toBeNull();
    const text = JSON.stringify({ title: 'words of a stranger' });
    for (let n = 0; n < 50; n += 1) await send(text, { 'x-forged': 'words of a stranger' });
    await send(item(), standard(item(), { at: NOW - 3_600_000 }));
    await send(item(), standard(item(), { secret: 'another-key-of-16-characters' }));
    const status = source.status();
    expect(status).toMatchObject({ state: 'ok', reason: null, lastContactAt: null, rejected: 0 });
    expect(status.refused).toEqual({
      counts: { signature_missing: 50, signature_wrong: 1, timestamp_outside_window: 1 },
      last: 'signature_wrong',
      at: NOW,
    });
    expect(JSON.stringify(status)).not.toContain('stranger');
  });

  it('can be started again under its name', async () => {
    const first = service();
    const running = first.run();
    first.stop.abort();
    await running;
    const again = createPushSource({
      source: { id: 'desk', kind: 'social', name: 'Desk', licence: null, credibility: 0.3 },
      mapping: {},
      secrets: [SECRET],
      requestsPerMinute: 60,
      registry: first.registry,
      clock: first.clock,
      onRejected: () => undefined,
      onChecked: () => undefined,
    });
    const stop = new AbortController();
    stops.push(stop);
    void again.run(first.recorder.deliver, stop.signal);
    expect(await first.send('{}', standard('{}'))).toMatchObject({ status: 400 });
  });

  it('answers 503 when the log is away, and goes on', async () => {
    let times = 0;
    const { run, send, source } = service({}, () => {
      times += 1;
      if (times === 1) throw new UnavailableError('log_full', 'The log is full.', { retriable: true });
    });
    void run();
    expect(await send(item(), standard(item()))).toMatchObject({ status: 503, body: { code: 'log_full' } });
    expect(source.status().delivered).toBe(0);
    expect(await send(item(), standard(item()))).toMatchObject({ status: 200 });
  });

  it('shares the limit of bodies with the other route', async () => {
    const { run, send } = service();
    void run();
    expect(await send('x'.repeat(100_001), {})).toMatchObject({
      status: 413,
      body: { code: 'body_too_large' },
    });
  });

  it('waits for an open delivery when it is stopped', async () => {
    const begun = signal();
    const open = signal();
    const { run, send, stop, recorder } = service({}, () => {
      begun.set();
      return open.promise;
    });
    const running = run();
    const answer = send(item(), standard(item()));
    await begun.promise;
    stop.abort();
    open.set();
    await running;
    expect(await answer).toMatchObject({ status: 200 });
    expect(recorder.documents()).toHaveLength(1);
  });
});

function signal() {
  let set: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    set = resolve;
  });
  return { promise, set: () => set() };
}
