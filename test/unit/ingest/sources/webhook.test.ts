import { connect } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { webhookRoutes, WEBHOOK_PATH, type WebhookOptions } from '../../../../ingest/sources/webhook.js';
import type { RawDocument } from '../../../../pipeline/core/document.js';
import { UnavailableError } from '../../../../pipeline/core/errors.js';
import { fakeClock } from '../../../support/ingest.js';

let app: FastifyInstance;
afterEach(async () => {
  await app.close();
});

interface Answer {
  accepted: number;
  rejected: number;
  code: string;
  detail: string;
  items: {
    index: number;
    status: string;
    id?: string;
    error?: { code: string; field: string; message: string };
  }[];
}

function service(options: Partial<WebhookOptions> = {}) {
  const accepted: RawDocument[] = [];
  app = Fastify();
  void app.register(
    webhookRoutes({
      accept: (documents) => {
        accepted.push(...documents);
        return Promise.resolve();
      },
      clock: fakeClock('2026-03-31T12:00:00Z'),
      ...options,
    }),
  );
  const post = async (payload: string | Buffer, headers: Record<string, string> = {}) => {
    const response = await app.inject({
      method: 'POST',
      url: WEBHOOK_PATH,
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { response, status: response.statusCode, body: response.json<Answer>() };
  };
  return { accepted, post };
}

function deferred() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function document(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    source: { id: 'desk', kind: 'news', name: 'Desk' },
    nativeId: 'n1',
    text: 'Shares of Aldermoor fell after the warning.',
    publishedAt: '2026-03-31T11:59:00Z',
    ...more,
  };
}

describe('webhook', () => {
  it('hands on nothing of the personal data in what customers write, so nothing is stored', async () => {
    const { accepted, post } = service();
    const canaries = ['ana.canary@example.com', '13812345678', '4111 1111 1111 1111', '@ana_canary'];
    const { status } = await post(
      JSON.stringify({
        source: { id: 'reviews', kind: 'feedback' },
        nativeId: canaries[0],
        url: 'https://shop.example/r?mail=ana.canary%40example.com',
        title: `Call ${canaries[1]}`,
        text: `Charged $1,234.50 twice on 2026-03-30: ${canaries.join(', ')}`,
        author: { id: canaries[0] },
        extra: { reply: canaries },
        publishedAt: '2026-03-31T11:00:00Z',
      }),
    );
    expect(status).toBe(200);
    expect(accepted[0]?.text).toBe(
      'Charged $1,234.50 twice on 2026-03-30: [EMAIL], [PHONE], [CARD], [HANDLE]',
    );
    expect(JSON.stringify(accepted)).not.toMatch(/canary|13812345678|1111/);
  });

  it('takes one document, an array and JSON lines', async () => {
    const { post, accepted } = service();
    const one = document({ nativeId: 'a' });
    const lines = `${JSON.stringify(document({ nativeId: 'b' }))}\n\n${JSON.stringify(document({ nativeId: 'c' }))}\n`;
    expect((await post(JSON.stringify(one))).body).toMatchObject({ accepted: 1, rejected: 0 });
    expect((await post(JSON.stringify([one, document({ nativeId: 'd' })]))).body.accepted).toBe(2);
    expect((await post(lines, { 'content-type': 'application/x-ndjson' })).body.accepted).toBe(2);
    expect((await post(lines)).body.accepted).toBe(2);
    expect((await post(JSON.stringify(one, null, 2), { 'content-type': 'text/plain' })).body.accepted).toBe(
      1,
    );
    expect(accepted.map((item) => item.nativeId).join('')).toBe('aadbcbca');
  });

  it('answers for each item and takes the good ones', async () => {
    const { post, accepted } = service();
    const { status, body } = await post(
      JSON.stringify([document(), document({ publishedAt: undefined }), 7, document({ nativeId: ['x'] })]),
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 1, rejected: 3 });
    expect(body.items.map((item) => [item.index, item.status, item.error?.code, item.error?.field])).toEqual([
      [0, 'accepted', undefined, undefined],
      [1, 'rejected', 'missing_field', 'publishedAt'],
      [2, 'rejected', 'wrong_type', null],
      [3, 'rejected', 'wrong_type', 'nativeId'],
    ]);
    expect(body.items[0]?.id).toBe(accepted[0]?.id);
  });

  it('answers 400 with the reasons when nothing can be taken', async () => {
    const { post, accepted } = service();
    const cases: [string | Buffer, string][] = [
      ['', 'empty_body'],
      ['  \n ', 'empty_body'],
      ['[]', 'empty_body'],
      ['{"source":', 'bad_json'],
      [Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), 'bad_utf8'],
      [JSON.stringify(document({ publishedAt: 'yesterday' })), 'all_rejected'],
      ['{"__proto__":{"polluted":true},"toString":1}', 'all_rejected'],
    ];
    for (const [payload, code] of cases) {
      const { status, body, response } = await post(payload);
      expect([status, body.code]).toEqual([400, code]);
      expect(body.detail.length).toBeGreaterThan(20);
      expect(response.headers['content-type']).toContain('application/problem+json');
    }
    expect(accepted).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('answers a request without body and content type in words', async () => {
    service();
    const response = await app.inject({ method: 'POST', url: WEBHOOK_PATH });
    expect([response.statusCode, response.json<Answer>().code]).toEqual([400, 'empty_body']);
  });

  it('says 503 with Retry-After when the log is full, and 200 only after it is durable', async () => {
    let durable = false;
    const { post } = service({
      accept: async () => {
        await Promise.resolve();
        if (durable) return;
        throw new UnavailableError('log_full', 'The disk is full.', { retriable: true });
      },
    });
    const refused = await post(JSON.stringify(document()));
    expect(refused.status).toBe(503);
    expect(refused.response.headers['retry-after']).toBe('5');
    expect(refused.body).toMatchObject({ code: 'log_full' });
    expect(refused.body.detail).toContain('Nothing was taken: The disk is full.');
    durable = true;
    expect((await post(JSON.stringify(document()))).status).toBe(200);
  });

  it('says 503 with Retry-After while other bodies fill the room for them, and takes the next when they are done', async () => {
    const started = deferred();
    const mayEnd = deferred();
    let calls = 0;
    const { post } = service({
      maxOpenBytes: 3_000,
      accept: async () => {
        calls += 1;
        started.resolve();
        await mayEnd.promise;
      },
    });
    const large = JSON.stringify(document({ text: 'x'.repeat(2_000) }));
    const first = post(large);
    await started.promise;
    const refused = await post(large);
    expect([refused.status, refused.body.code, refused.response.headers['retry-after']]).toEqual([
      503,
      'busy',
      '5',
    ]);
    expect(calls).toBe(1);
    mayEnd.resolve();
    expect((await first).status).toBe(200);
    expect((await post(large)).status).toBe(200);
  });

  it('gives the room of a body back when its sender leaves in the middle', async () => {
    const { post } = service({ maxOpenBytes: 3_000 });
    const began = deferred();
    const left = deferred();
    app.addHook('onRequest', (request, _reply, done) => {
      if (request.headers['x-leaves'] === undefined) {
        done();
        return;
      }
      began.resolve();
      request.raw.once('close', left.resolve);
      done();
    });
    const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST ${WEBHOOK_PATH} HTTP/1.1\r\nHost: x\r\nX-Leaves: 1\r\nContent-Type: application/json\r\nContent-Length: 2500\r\n\r\n{`,
    );
    await began.promise;
    const large = JSON.stringify(document({ text: 'x'.repeat(2_000) }));
    expect((await post(large)).status).toBe(503);
    socket.destroy();
    await left.promise;
    expect((await post(large)).status).toBe(200);
  });

  it('asks for the token when one is set', async () => {
    const { post, accepted } = service({ token: 'secret-1' });
    const payload = JSON.stringify(document());
    for (const authorization of ['', 'Bearer', 'Bearer secret-2', 'secret-1']) {
      const { status, response } = await post(payload, { authorization });
      expect(status).toBe(401);
      expect(response.headers['www-authenticate']).toBe('Bearer');
      expect(response.body).not.toContain('secret-1');
    }
    expect(accepted).toEqual([]);
    expect((await post(payload, { authorization: 'Bearer secret-1' })).status).toBe(200);
  });

  it('refuses pages of other sites and packed bodies', async () => {
    const { post } = service();
    const payload = JSON.stringify(document());
    expect((await post(payload, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post(payload, { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it('refuses a body of 20 MB with 413 in words, announced or in chunks, and more than 20,000 items', async () => {
    const { post } = service();
    const large = await post(JSON.stringify(document({ text: 'x'.repeat(20_000_000) })));
    expect([large.status, large.body.code]).toEqual([413, 'body_too_large']);
    expect(large.body.detail).toContain('10485760');
    const many = await post(`[${'1,'.repeat(20_000)}1]`);
    expect([many.status, many.body.code]).toEqual([413, 'too_many_items']);
    expect(await sendChunked(20)).toContain('413 Payload Too Large');
  });

  it('lets other work run while it reads a large array', async () => {
    const { post } = service();
    let turns = 0;
    let running = true;
    const count = () => {
      turns += 1;
      if (running) setImmediate(count);
    };
    setImmediate(count);
    const documents = Array.from({ length: 4_000 }, (_, index) => document({ nativeId: `n${index}` }));
    expect((await post(JSON.stringify(documents))).body.accepted).toBe(4_000);
    running = false;
    expect(turns).toBeGreaterThan(15);
  });
});

/** Sends a chunked body of so many MB over a real socket and returns the answer. */
async function sendChunked(megabytes: number): Promise<string> {
  const address = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(address.port), address.hostname);
    socket.on('data', (data) => {
      answer += data.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    socket.write(`POST ${WEBHOOK_PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n`);
    socket.write('content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n');
    const chunk = 'x'.repeat(1_000_000);
    for (let index = 0; index < megabytes; index += 1) {
      socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    }
  });
}
