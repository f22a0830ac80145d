import { connect } from 'node:net';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import { createLexiconClassifier } from '../../../../models/lexicon/lexicon-classifier.js';
import { loadClassifier } from '../../../../models/load-classifier.js';
import { loadRemote, type RemoteOptions } from '../../../../models/remote/load-remote.js';
import { createRemoteClassifier } from '../../../../models/remote/remote-classifier.js';
import type { RemoteHost } from '../../../../models/remote/remote-host.js';
import { serveClassifier } from '../../../../models/remote/serve-classifier.js';
import { RejectedError, UnavailableError } from '../../../../pipeline/core/errors.js';
import type { Classifier, ClassifierInput } from '../../../../pipeline/core/model.js';
import { ARTIFACTS, ENCODER_SETTINGS } from '../../../support/encoder.js';

const TOKEN = 'a-token-of-this-test';
const TEXTS: readonly ClassifierInput[] = [
  { text: 'Fraud at Halden Motors: shares plunge', language: 'en', mentions: [[[9, 22]]] },
  { text: 'Halden Motors raises its outlook', language: 'en' },
  { text: '公司股价大跌。', language: 'zh' },
  { text: 'lone \ud800 surrogate, nul \u0000', language: 'und', sentimentOnly: true },
];

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(classifier: Classifier, token: string | null = TOKEN): Promise<string> {
  const server = await serveClassifier(classifier, { host: '127.0.0.1', port: 0, token });
  closers.push(() => server.close());
  return server.address;
}

/** A server that is none of ours. */
async function fake(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function remote(urls: readonly string[], options: Partial<RemoteOptions> = {}): RemoteOptions {
  return { name: 'lexicon', urls, token: TOKEN, sha256: null, deadlineMs: 10_000, ...options };
}

const quiet = () => undefined;
const other = (): Classifier => ({
  ...createLexiconClassifier(),
  model: { name: 'lexicon', version: 'other', sha256: 'f'.repeat(64) },
});

describe('a classifier on another machine', () => {
  it('answers exactly as the one that it stands for, whatever the texts', async () => {
    const local = createLexiconClassifier();
    const far = await loadRemote(remote([await serve(local)]), quiet);
    expect(far.model).toEqual(local.model);
    const many = Array.from({ length: 300 }, (_, index) => TEXTS[index % TEXTS.length] ?? TEXTS[0]!);
    expect(await far.classify(many)).toEqual(await local.classify(many));
    expect(await far.classify([])).toEqual([]);
  });

  it('is loaded like any other model, and proved by the golden sentences', async () => {
    const options = { name: 'ngram', directory: ARTIFACTS, encoder: ENCODER_SETTINGS } as const;
    const ngram = await loadClassifier(options);
    const far = { name: 'ngram' } as const;
    const nowhere = { ...options, directory: '/nowhere' };
    const classifier = await loadClassifier({ ...nowhere, remote: remote([await serve(ngram)], far) });
    expect(classifier.model).toEqual(ngram.model);
    expect(await classifier.classify(TEXTS)).toEqual(await ngram.classify(TEXTS));
    const wrong = await serve({
      ...ngram,
      classify: async (inputs) =>
        (await ngram.classify(inputs)).map((answer) => ({
          ...answer,
          sentiment: { ...answer.sentiment, label: 'neutral' },
        })),
    });
    await expect(loadClassifier({ ...nowhere, remote: remote([wrong], far) })).rejects.toMatchObject({
      code: 'model_golden',
    });
  });

  it('is refused when hosts have different weights, another model or another hash than is wanted', async () => {
    const one = await serve(createLexiconClassifier());
    const two = await serve(other());
    const problem = (options: RemoteOptions) =>
      loadRemote(options, quiet).then(
        () => null,
        (error: unknown) => (error instanceof RejectedError ? `${error.code}: ${error.message}` : error),
      );
    expect(await problem(remote([one, two]))).toMatch(/^remote_differs: .*f{64}.*models\.directory/);
    expect(await problem(remote([one], { name: 'ngram' }))).toMatch(/serves lexicon.*is ngram/);
    expect(await problem(remote([one], { sha256: 'e'.repeat(64) }))).toMatch(
      /models\.remote\.sha256 is e{64}/,
    );
    expect(await problem(remote([one], { token: 'wrong' }))).toMatch(/does not know the token/);
    expect(await problem(remote([one], { token: 'wrong' }))).not.toMatch(/wrong/);
  });

  it('is asked for at all hosts at once, so that those that hang do not add up', async () => {
    const lexicon = createLexiconClassifier();
    let meet: () => void = () => undefined;
    const met = new Promise<void>((resolve) => (meet = resolve));
    let asked = 0;
    // Each answers when the other one was asked too.
    const listen: RequestListener = (_, response) => {
      if ((asked += 1) === 2) meet();
      void met.then(() => response.end(JSON.stringify(lexicon.model)));
    };
    const told: string[] = [];
    const urls = [await fake(listen), await fake(listen)];
    await loadRemote(remote(urls, { deadlineMs: 5_000 }), (host) => told.push(host));
    expect([asked, told]).toEqual([2, []]);
  });

  it('says what to do when no host answers', async () => {
    const loading = loadRemote(remote(['http://127.0.0.1:1']), quiet);
    await expect(loading).rejects.toThrow(UnavailableError);
    await expect(loading).rejects.toThrow(/127\.0\.0\.1:1.*bellwether models serve/);
  });

  it('takes no answer that is none, nor one that is too long, nor from where it is sent on', async () => {
    const model = JSON.stringify(createLexiconClassifier().model);
    const bodies = ['<html>', '{"model":"x","answers":[]}', '{"answers":'.padEnd(17 * 2 ** 20)];
    for (const body of bodies) {
      const url = await fake((request, response) => response.end(request.method === 'GET' ? model : body));
      const far = await loadRemote(remote([url]), quiet);
      const [answer] = await far.classify(TEXTS.slice(0, 1));
      expect(answer).toMatchObject({ flags: ['unclassified'], unanswered: true });
    }
    const onward = await fake((_, response) =>
      response.writeHead(302, { location: 'http://example.com/' }).end(),
    );
    await expect(loadRemote(remote([onward]), quiet)).rejects.toThrow(UnavailableError);
  });
});

interface FakeHost extends RemoteHost {
  asked: number;
}

function hostOf(url: string, classify: RemoteHost['classify']): FakeHost {
  const host: FakeHost = {
    url,
    asked: 0,
    model: () => Promise.reject(new Error('not asked')),
    classify: (...question) => {
      host.asked += 1;
      return classify(...question);
    },
  };
  return host;
}

const answering = (url: string) => hostOf(url, (inputs) => createLexiconClassifier().classify(inputs));
const away = (url: string, retriable = false) =>
  hostOf(url, () =>
    Promise.reject(new UnavailableError('remote_unavailable', `${url} is away.`, { retriable })),
  );

function classifierOn(hosts: readonly RemoteHost[], now = () => 0) {
  const told: [string, string | null][] = [];
  const classifier = createRemoteClassifier({
    model: createLexiconClassifier().model,
    hosts,
    deadlineMs: 10_000,
    tell: (host, problem) => told.push([host, problem]),
    now,
  });
  return { classifier, told };
}

describe('several hosts', () => {
  it('are asked in turn, and one that is away is stood in for and rests longer each time', async () => {
    let time = 0;
    const bad = away('bad');
    const good = answering('good');
    const { classifier, told } = classifierOn([bad, good], () => time);
    const ask = () => classifier.classify(TEXTS.slice(0, 1));
    for (const [at, asked] of [
      [0, 1],
      [499, 1],
      [500, 2],
      [1_499, 2],
      [1_500, 3],
    ] as const) {
      time = at;
      expect((await ask())[0]?.unanswered).toBeUndefined();
      expect(bad.asked).toBe(asked);
    }
    expect(told).toEqual([['bad', 'bad is away.']]);
  });

  it('leave texts unanswered while all are away, without asking them, and say when one is back', async () => {
    let time = 0;
    let working = false;
    const host = hostOf('only', (inputs) =>
      working
        ? createLexiconClassifier().classify(inputs)
        : Promise.reject(new UnavailableError('remote_unavailable', 'away')),
    );
    const { classifier, told } = classifierOn([host], () => time);
    const flags = async () => (await classifier.classify(TEXTS)).map(({ unanswered }) => unanswered ?? false);
    expect(await flags()).toEqual([true, true, true, true]);
    expect(await flags()).toEqual([true, true, true, true]);
    expect(host.asked).toBe(1);
    working = true;
    time = 500;
    expect(await flags()).toEqual([false, false, false, false]);
    expect(told).toEqual([
      ['only', 'away'],
      ['only', null],
    ]);
  });

  it('are asked once more when the connection broke', async () => {
    const host = away('broken', true);
    await classifierOn([host]).classifier.classify(TEXTS.slice(0, 1));
    expect(host.asked).toBe(2);
  });

  it('are not blamed for a text that none of them takes, and its mates are answered', async () => {
    const host = hostOf('picky', (inputs) =>
      inputs.some(({ text }) => text === 'bad')
        ? Promise.reject(new RejectedError('remote_text', 'picky answered 413.'))
        : createLexiconClassifier().classify(inputs),
    );
    const { classifier, told } = classifierOn([host]);
    const answers = await classifier.classify([...TEXTS.slice(0, 2), { text: 'bad', language: 'en' }]);
    expect(answers.map(({ flags }) => flags)).toEqual([[], [], ['unclassified']]);
    // Asked about again, and given up after some times: a host that is mended may take it.
    expect(answers.map(({ unanswered }) => unanswered ?? false)).toEqual([false, false, true]);
    expect(told).toEqual([]);
  });
});

describe('a host that refuses requests', () => {
  const { model } = createLexiconClassifier();
  const refusing = (status: number, body: string) =>
    fake((request, response) => {
      if (request.method === 'GET') response.end(JSON.stringify(model));
      else response.writeHead(status).end(body);
    });
  const older = '{"error":{"code":"not_a_request"}}';

  it.each([
    ['a proxy before it', 400, '<html>Bad Request</html>', /answered 400/],
    ['a proxy with a lower bound', 413, '', /answered 413/],
    ['it does not know a field', 400, older, /same version/],
  ])('is told and stood in for: %s', async (_, status, body, problem) => {
    const url = await refusing(status, body);
    const told: string[] = [];
    const urls = [url, await serve(createLexiconClassifier())];
    const far = await loadRemote(remote(urls), (_host, reason) => told.push(reason ?? 'back'));
    const answers = [...(await far.classify(TEXTS)), ...(await far.classify(TEXTS))];
    expect(answers.filter(({ unanswered }) => unanswered === true)).toEqual([]);
    expect(told).toEqual([expect.stringMatching(problem)]);
    const alone = await loadRemote(remote([url]), quiet);
    expect((await alone.classify(TEXTS)).map(({ unanswered }) => unanswered)).toEqual(TEXTS.map(() => true));
  });

  it('is named at the load, and not taken for a wrong model', async () => {
    const loading = loadClassifier({
      name: 'lexicon',
      directory: ARTIFACTS,
      encoder: ENCODER_SETTINGS,
      remote: remote([await refusing(400, older)]),
    });
    await expect(loading).rejects.toMatchObject({
      code: 'model_unanswered',
      message: expect.stringMatching(/same version/) as string,
    });
  });

  it('says so when it is a text', async () => {
    const url = await serve(createLexiconClassifier());
    const told: string[] = [];
    const far = await loadRemote(remote([url]), (host) => told.push(host));
    const bad = { text: 'Shares plunge', language: 'x'.repeat(36) };
    const answers = await far.classify([...TEXTS, bad]);
    expect(answers.map(({ unanswered }) => unanswered ?? false)).toEqual([...TEXTS.map(() => false), true]);
    expect(told).toEqual([]);
  });
});

describe('several hosts of which some do not answer', () => {
  it('stand in for one that hangs, within the deadline', async () => {
    const hanging = hostOf(
      'hanging',
      (_inputs, _model, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new UnavailableError('remote_unavailable', 'hanging gave no answer in time.'));
          });
        }),
    );
    const classifier = createRemoteClassifier({
      model: createLexiconClassifier().model,
      hosts: [hanging, answering('good')],
      deadlineMs: 2_000,
      tell: quiet,
    });
    expect((await classifier.classify(TEXTS)).map(({ unanswered }) => unanswered)).toEqual(
      TEXTS.map(() => undefined),
    );
    expect(hanging.asked).toBe(1);
  });

  it('give all requests of one call one deadline: they do not add up', async () => {
    let time = 0;
    const begins: number[] = [];
    const hanging = (url: string) =>
      hostOf(url, async () => {
        const began = time;
        begins.push(began);
        await Promise.resolve();
        time = Math.max(time, began + 5_000);
        throw new UnavailableError('remote_unavailable', `${url} gave no answer in time.`);
      });
    const { classifier } = classifierOn([hanging('one'), hanging('two')], () => time);
    // More requests than are on their way at once.
    const many = Array.from({ length: 1_000 }, (_, index) => ({ text: `text ${index}`, language: 'en' }));
    const answers = await classifier.classify(many);
    expect(answers.filter(({ unanswered }) => unanswered === true)).toHaveLength(1_000);
    expect(Math.max(...begins)).toBe(5_000);
    expect(time).toBe(10_000);
  });

  it('are asked again within the deadline when they have too much to do, and not taken for lost', async () => {
    const lexicon = createLexiconClassifier();
    let asked = 0;
    const url = await fake((request, response) => {
      if (request.method === 'GET') response.end(JSON.stringify(lexicon.model));
      else if ((asked += 1) < 3) response.writeHead(503, { 'retry-after': '1' }).end();
      else
        void lexicon.classify(TEXTS.slice(0, 1)).then((answers) => {
          response.end(JSON.stringify({ model: lexicon.model.sha256, answers }));
        });
    });
    const told: string[] = [];
    const tell = (host: string) => told.push(host);
    const far = await loadRemote(remote([url]), tell);
    expect((await far.classify(TEXTS.slice(0, 1)))[0]?.unanswered).toBeUndefined();
    expect(told).toEqual([]);
    asked = -1_000;
    const hasty = await loadRemote(remote([url], { deadlineMs: 2_000 }), tell);
    expect((await hasty.classify(TEXTS.slice(0, 1)))[0]?.unanswered).toBe(true);
    expect(told).toEqual([url]);
  });

  it('are not taken for a wrong model when they give no answer to the golden sentences', async () => {
    const { model } = createLexiconClassifier();
    const url = await fake((request, response) => {
      if (request.method === 'GET') response.end(JSON.stringify(model));
      else response.writeHead(502).end();
    });
    const loading = loadClassifier({
      name: 'lexicon',
      directory: ARTIFACTS,
      encoder: ENCODER_SETTINGS,
      remote: remote([url]),
    });
    await expect(loading).rejects.toMatchObject({ code: 'model_unanswered' });
  });

  it('are told to be back when they were away at the start', async () => {
    const lexicon = createLexiconClassifier();
    let working = false;
    const late = await fake((request, response) => {
      if (!working) response.writeHead(502).end();
      else if (request.method === 'GET') response.end(JSON.stringify(lexicon.model));
      else
        void lexicon.classify(TEXTS.slice(0, 1)).then((answers) => {
          response.end(JSON.stringify({ model: lexicon.model.sha256, answers }));
        });
    });
    const told: [string, string | null][] = [];
    const urls = [late, await serve(lexicon)];
    const far = await loadRemote(remote(urls), (host, problem) => told.push([host, problem]));
    working = true;
    for (let asked = 0; asked < 2; asked += 1) await far.classify(TEXTS.slice(0, 1));
    expect(told).toEqual([
      [late, `${late} answered 502.`],
      [late, null],
    ]);
  });

  it('are told when the time is over before a busy one could be asked again', async () => {
    let time = 0;
    const busy = hostOf('busy', () => {
      // The pause that follows lasts longer than it should, as on a machine with too much to do.
      setTimeout(() => (time = 60_000), 0);
      return Promise.reject(
        new UnavailableError('remote_busy', 'busy has too much to do.', { retriable: false }),
      );
    });
    const { classifier, told } = classifierOn([busy], () => time);
    expect((await classifier.classify(TEXTS.slice(0, 1)))[0]?.unanswered).toBe(true);
    expect([busy.asked, told]).toEqual([1, [['busy', 'busy has too much to do.']]]);
  });

  it('are told again when the reason is another one', async () => {
    let time = 0;
    const problems = ['answered 503.', 'answered 503.', 'does not know the token.'];
    const bad = hostOf('bad', () =>
      Promise.reject(new UnavailableError('remote_unavailable', problems.shift() ?? '')),
    );
    const { classifier, told } = classifierOn([bad], () => time);
    for (time of [0, 1_000, 5_000]) await classifier.classify(TEXTS.slice(0, 1));
    expect(told).toEqual([
      ['bad', 'answered 503.'],
      ['bad', 'does not know the token.'],
    ]);
  });
});

describe('the address of a host', () => {
  it('may have a path, as behind a proxy', async () => {
    const paths: string[] = [];
    const url = await fake((request, response) => {
      paths.push(request.url ?? '');
      response.end(JSON.stringify(createLexiconClassifier().model));
    });
    await loadRemote(remote([`${url}/gateway/model/`]), quiet);
    expect(paths).toEqual(['/gateway/model/v1/model']);
  });

  it('is not asked with a token that no header can carry, and the error does not quote it', async () => {
    const token = 'first-half\nsecond-half';
    for (const use of [
      loadRemote(remote(['http://127.0.0.1:1'], { token }), quiet),
      serveClassifier(createLexiconClassifier(), { host: '127.0.0.1', port: 0, token }),
    ]) {
      const error: unknown = await use.catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'token_unusable' });
      expect(String(error)).not.toMatch(/half/);
    }
  });
});

describe('the server of a classifier', () => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
  const { sha256 } = createLexiconClassifier().model;
  const good = JSON.stringify({ model: sha256, inputs: [{ text: 'Shares plunge', language: 'en' }] });

  it.each<[string, number, RequestInit]>([
    ['a request without a token', 401, { headers: { 'content-type': 'application/json' }, body: good }],
    ['another token', 401, { headers: { ...headers, authorization: 'Bearer no' }, body: good }],
    ['a page in a browser', 403, { headers: { ...headers, origin: 'http://evil.example' }, body: good }],
    ['a form', 415, { headers: { ...headers, 'content-type': 'text/plain' }, body: good }],
    ['what is not JSON', 400, { headers, body: '{' }],
    ['unknown fields', 400, { headers, body: JSON.stringify({ model: sha256, inputs: [], more: 1 }) }],
    ['no text', 400, { headers, body: JSON.stringify({ model: sha256, inputs: [] }) }],
    ['too much', 413, { headers, body: JSON.stringify({ model: sha256, inputs: 'x'.repeat(5_000_000) }) }],
    ['another model', 409, { headers, body: good.replace(sha256, 'e'.repeat(64)) }],
  ])('refuses %s', async (_, status, init) => {
    const url = await serve(createLexiconClassifier());
    const response = await fetch(`${url}/v1/classify`, { method: 'POST', ...init });
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain('plunge');
    expect((await fetch(`${url}/v1/classify`, { method: 'POST', headers, body: good })).status).toBe(200);
  });

  it('serves on when a caller goes away in the middle, and refuses callers beyond its bound', async () => {
    let release: () => void = quiet;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const classifier = createLexiconClassifier();
    const url = await serve({
      ...classifier,
      classify: (inputs) => held.then(() => classifier.classify(inputs)),
    });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      `POST /v1/classify HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{`,
    );
    await new Promise<void>((resolve) => socket.end(resolve));
    const ask = () => fetch(`${url}/v1/classify`, { method: 'POST', headers, body: good });
    const answers = Array.from({ length: 20 }, ask);
    // The ones beyond the bound are answered at once.
    const refused = await Promise.any(
      answers.map(async (answer) => {
        const response = await answer;
        return response.status === 503 ? response : Promise.reject(new Error('served'));
      }),
    );
    expect(refused.headers.get('retry-after')).toBe('1');
    release();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(15);
  });

  it('ends when it is closed, though a caller goes on asking on its connection', async () => {
    const server = await serveClassifier(createLexiconClassifier(), {
      host: '127.0.0.1',
      port: 0,
      token: null,
    });
    const socket = connect(Number(new URL(server.address).port), '127.0.0.1');
    const request = 'GET /v1/model HTTP/1.1\r\nhost: x\r\n\r\n';
    let answers = 0;
    socket.on('error', quiet).on('data', () => {
      answers += 1;
      socket.write(request);
    });
    // One request is under way when the server is closed.
    socket.write(request.slice(0, -2));
    await new Promise((resolve) => socket.once('connect', resolve));
    await fetch(`${server.address}/v1/model`);
    const closed = server.close();
    socket.write('\r\n');
    await Promise.all([closed, new Promise((resolve) => socket.once('close', resolve))]);
    expect(answers).toBe(1);
    socket.destroy();
  });

  it('ends when it is closed, though a caller does not go on with what it has begun', async () => {
    const options = { host: '127.0.0.1', port: 0, token: null, closeMs: 50 };
    const server = await serveClassifier(createLexiconClassifier(), options);
    const socket = connect(Number(new URL(server.address).port), '127.0.0.1').on('error', quiet);
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write('GET /v1/model HTTP/1.1\r\n');
    await fetch(`${server.address}/v1/model`);
    await server.close();
    socket.destroy();
  });

  it('says which model it serves, and nothing at other addresses', async () => {
    const url = await serve(createLexiconClassifier(), null);
    expect(await (await fetch(`${url}/v1/model`)).json()).toEqual(createLexiconClassifier().model);
    expect((await fetch(`${url}/`)).status).toBe(404);
  });
});
