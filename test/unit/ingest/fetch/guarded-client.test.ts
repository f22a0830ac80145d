import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuardedClient, type GuardedClientOptions } from '../../../../ingest/fetch/guarded-client.js';
import type { HostQueue } from '../../../../ingest/fetch/host-queue.js';
import { isPublicAddress } from '../../../../ingest/fetch/public-address.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

function get(
  url: string,
  options: Partial<GuardedClientOptions> = {},
  signal = new AbortController().signal,
) {
  return createGuardedClient({ userAgent: 'Bellwether test', ...options }).get(url, {}, signal);
}

const local = { allowPrivateHosts: true };

describe('guarded client', () => {
  it('refuses every way to a private address before a socket is opened', async () => {
    const names: Readonly<Record<string, readonly string[]>> = {
      'ten.example': ['10.0.0.1'],
      'mixed.example': ['93.184.216.34', '169.254.169.254'],
      'mapped.example': ['::ffff:10.0.0.1'],
      'localhost.': ['127.0.0.1', '::1'],
      'metadata.google.internal': ['169.254.169.254'],
    };
    const resolve = (name: string) =>
      Promise.resolve(
        (names[name] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    const urls = [
      'http://127.0.0.1/',
      'http://0/',
      'http://2130706433/',
      'http://0x7f.1/',
      'http://017700000001/',
      'http://[::1]/',
      'http://[::ffff:10.0.0.1]/',
      'http://[64:ff9b::a00:1]/',
      'http://[fd00::1]/',
      'http://169.254.169.254/latest/meta-data/',
      'http://100.64.0.1/',
      ...Object.keys(names).map((name) => `http://${name}/`),
      'http://user:secret@news.example/',
      'http://news.example:22/',
      'file:///etc/hostname',
      'ftp://news.example/',
    ];
    for (const url of urls) {
      await expect(get(url, { resolve }), url).rejects.toMatchObject({ code: 'address_refused' });
    }
    await expect(get('no address')).rejects.toMatchObject({ code: 'bad_address' });
  });

  it('opens an intranet, and neither the link nor the addresses at which a cloud tells secrets', async () => {
    const names: Readonly<Record<string, string>> = {
      'metadata.example': '169.254.169.254',
      'six.example': 'fe80::1%eth0',
      'inside.example': '::ffff:169.254.169.254',
      'aws.example': 'fd00:ec2::254',
    };
    const resolve = (name: string) =>
      Promise.resolve([{ address: names[name] ?? '', family: names[name]?.includes(':') === true ? 6 : 4 }]);
    const urls = [
      'http://169.254.169.254/latest/meta-data/',
      'http://2852039166/',
      'http://169.254.1.1:8080/',
      'http://100.100.100.200/',
      'http://[fe80::1]/',
      'http://[::ffff:169.254.169.254]/',
      'http://[64:ff9b::a9fe:a9fe]/',
      'http://[fd00:ec2::254]/',
      ...Object.keys(names).map((name) => `http://${name}/`),
    ];
    for (const url of urls) {
      const refused = expect(get(url, { ...local, resolve }), url).rejects;
      await refused.toMatchObject({ code: 'address_refused' });
    }
    await expect(get('http://metadata.example/', { ...local, resolve })).rejects.toThrow(
      /metadata\.example is at 169\.254\.169\.254, which is link-local .* with allowPrivateHosts neither/,
    );
  });

  it('names both conditions of an address that fails both', async () => {
    await expect(get('http://10.0.0.1:8080/')).rejects.toThrow(
      /Port 8080 .* and 10\.0\.0\.1 is not on the public internet\. Set allowPrivateHosts/,
    );
  });

  it('checks the address it connects to: a name that turns private the second time gains nothing', async () => {
    let asked = 0;
    const resolve = () => {
      asked += 1;
      return Promise.resolve([{ address: asked === 1 ? '93.184.216.34' : '127.0.0.1', family: 4 }]);
    };
    await resolve();
    await expect(get('http://rebind.example/', { resolve })).rejects.toMatchObject({
      code: 'address_refused',
    });
    expect(asked).toBe(2);
  });

  it('follows three redirects and checks each', async () => {
    const base = await serve((request, response) => {
      const hop = Number(request.url?.slice(1));
      if (hop >= 3) response.end('there');
      else response.writeHead(302, { location: `/${hop + 1}` }).end();
    });
    expect((await get(`${base}/0`, local)).body.toString()).toBe('there');
    expect((await get(`${base}/0`, local)).url).toBe(`${base}/3`);
    await expect(get(`${base}/-1`, local)).rejects.toMatchObject({ code: 'too_many_redirects' });
    server?.removeAllListeners('request').on('request', (_, response) => {
      response.writeHead(302, { location: 'file:///etc/hostname' }).end();
    });
    await expect(get(base, local)).rejects.toMatchObject({ code: 'address_refused' });
  });

  it('sends its name and the conditions, and unpacks gzip', async () => {
    const base = await serve((request, response) => {
      response.setHeader('content-encoding', 'gzip').setHeader('etag', '"1"');
      response.end(gzipSync(JSON.stringify(request.headers)));
    });
    const client = createGuardedClient({ userAgent: 'Bellwether test', ...local });
    const page = await client.get(base, { 'if-none-match': '"0"' }, new AbortController().signal);
    const seen: unknown = JSON.parse(page.body.toString());
    expect(seen).toMatchObject({ 'user-agent': 'Bellwether test', 'if-none-match': '"0"' });
    expect([page.status, page.headers.etag]).toEqual([200, '"1"']);
  });

  it('is not kept waiting by an answer that changes the protocol', async () => {
    const base = await serve(() => undefined);
    server?.on('connection', (socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    });
    const client = createGuardedClient({ userAgent: 'Bellwether test', ...local });
    const { signal } = new AbortController();
    const wanted = { code: 'unreachable', retriable: true };
    await expect(client.get(base, {}, signal)).rejects.toMatchObject(wanted);
    await expect(client.open({ url: base, headers: {} }, signal)).rejects.toMatchObject(wanted);
  });

  it('stops at bombs, endless bodies, double packing and slow senders', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const base = await serve((request, response) => {
      if (request.url === '/bomb') response.setHeader('content-encoding', 'gzip').end(bomb);
      else if (request.url === '/double') response.setHeader('content-encoding', 'gzip, gzip').end(bomb);
      else if (request.url === '/broken') response.setHeader('content-encoding', 'gzip').end('no gzip');
      else if (request.url === '/endless') {
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536, 1)));
        };
        response.on('drain', more);
        more();
      } else if (request.url === '/slow') response.write('x');
    });
    const limits = { ...local, headerTimeoutMs: 100, totalTimeoutMs: 300 };
    const code = (path: string) =>
      get(base + path, path === '/endless' || path === '/bomb' ? local : limits).then(
        () => 'taken',
        (error: unknown) => (error as { code: string }).code,
      );
    expect(await code('/bomb')).toBe('body_bomb');
    expect(await code('/double')).toBe('encoding_unsupported');
    expect(await code('/broken')).toBe('unreachable');
    expect(await code('/endless')).toBe('body_too_large');
    expect(await code('/slow')).toBe('timeout');
    expect(await code('/silent')).toBe('timeout');
  });

  it('ends at once when it is cancelled, and says what is not there', async () => {
    const base = await serve(() => undefined);
    const stop = new AbortController();
    const pending = get(base, local, stop.signal);
    stop.abort();
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
    await expect(get('http://127.0.0.1:1/', local)).rejects.toMatchObject({
      code: 'unreachable',
      retriable: true,
    });
  });
});

describe('requests of the guarded client', () => {
  const signal = new AbortController().signal;
  const client = (options: Partial<GuardedClientOptions> = {}) =>
    createGuardedClient({ userAgent: 'Bellwether test', ...local, ...options });

  it('sends method, body and headers, and returns the headers that sources need', async () => {
    const base = await serve((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        response.setHeader('link', '</2>; rel="next"').setHeader('x-ratelimit-remaining', '9');
        response.setHeader('set-cookie', 'session=1');
        response.writeHead(201);
        const { authorization, 'content-length': length } = request.headers;
        response.end([request.method, authorization, length, Buffer.concat(pieces).toString()].join(' '));
      });
    });
    const page = await client().request(
      {
        method: 'POST',
        url: base,
        headers: { accept: 'text/plain' },
        secretHeaders: { authorization: 'key' },
        body: 'a=1',
      },
      signal,
    );
    expect([page.status, page.body.toString()]).toEqual([201, 'POST key 3 a=1']);
    expect(page.headers).toMatchObject({ link: '</2>; rel="next"', 'x-ratelimit-remaining': '9' });
    expect(page.headers).not.toHaveProperty('set-cookie');
  });

  it('reads the beginning of what is said about an error, however it is packed or broken', async () => {
    const base = await serve((request, response) => {
      response.writeHead(400, { 'content-encoding': request.url === '/gzip' ? 'gzip' : 'identity' });
      if (request.url === '/gzip') response.end(gzipSync(Buffer.alloc(50_000, 'x')));
      else if (request.url === '/cut') response.write('word', () => response.destroy());
      else response.end('{"error":"too old"}');
    });
    const answer = async (path: string) => (await client().get(base + path, {}, signal)).body;
    expect((await answer('/')).toString()).toBe('{"error":"too old"}');
    expect(await answer('/gzip')).toHaveLength(16_384);
    expect((await answer('/cut')).toString()).toBe('word');
  });

  it('unpacks deflate with and without its header, and br', async () => {
    const text = 'words '.repeat(100);
    const base = await serve((request, response) => {
      response.setHeader('content-encoding', request.url === '/br' ? 'br' : 'deflate');
      if (request.url === '/br') response.end(brotliCompressSync(text));
      else if (request.url === '/empty') response.end();
      else response.end(request.url === '/raw' ? deflateRawSync(text) : deflateSync(text));
    });
    const answer = async (path: string) => (await client().get(base + path, {}, signal)).body.toString();
    expect([await answer('/zlib'), await answer('/raw'), await answer('/br')]).toEqual([text, text, text]);
    expect(await answer('/empty').catch((error: unknown) => (error as { code: string }).code)).toBe('');
  });

  it('takes a turn at the host for every hop, and leaves a host alone that asks for it', async () => {
    const turns: string[] = [];
    const held: [string, string | undefined][] = [];
    const queue: HostQueue = {
      take: (host) => Promise.resolve(void turns.push(host)),
      hold: (host, retryAfter) => void held.push([host, retryAfter]),
    };
    const base = await serve((request, response) => {
      if (request.url === '/') response.writeHead(308, { location: '/full' }).end();
      else response.writeHead(429, { 'retry-after': '120' }).end();
    });
    const page = await client({ queue }).get(base, {}, signal);
    const { host } = new URL(base);
    expect([page.status, page.movedTo, turns, held]).toEqual([
      429,
      `${base}/full`,
      [host, host],
      [[host, '120']],
    ]);
  });

  it('tells no query in its words', async () => {
    const refused = client().get('http://127.0.0.1:1/path?key=secret', {}, signal);
    await expect(refused).rejects.toThrow('http://127.0.0.1:1/path cannot be fetched');
    await expect(refused).rejects.not.toThrow(/secret/);
  });
});

describe('streams of the guarded client', () => {
  const open = (url: string, idleTimeoutMs = 10_000, signal = new AbortController().signal) =>
    createGuardedClient({ userAgent: 'Bellwether test', ...local }).open(
      { url, headers: {}, idleTimeoutMs },
      signal,
    );

  /** Serves a body that never ends, and resolves `closed` when its connection is gone. */
  async function endless(start: (response: ServerResponse) => void) {
    let onClosed: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (onClosed = resolve));
    const base = await serve((_, response) => {
      response.on('close', onClosed);
      start(response);
    });
    return { base, closed };
  }

  it('yields the pieces as they come, and closes the connection when the loop is left', async () => {
    const { base, closed } = await endless((response) => response.write('data: 1\n\n'));
    const stream = await open(base);
    const pieces: string[] = [];
    for await (const piece of stream.body) {
      pieces.push(Buffer.from(piece).toString());
      break;
    }
    await closed;
    expect([stream.status, pieces]).toEqual([200, ['data: 1\n\n']]);
  });

  it('ends with a reason when nothing comes for too long, and when it is cancelled', async () => {
    const quiet = await endless((response) => response.write('x'));
    const all = async (stream: Awaited<ReturnType<typeof open>>) => {
      for await (const piece of stream.body) expect(piece).toHaveLength(1);
    };
    await expect(open(quiet.base, 50).then(all)).rejects.toMatchObject({ code: 'timeout', retriable: true });
    await quiet.closed;
    const stop = new AbortController();
    const stream = await open(quiet.base, 10_000, stop.signal);
    const reading = all(stream);
    stop.abort();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('holds the sender up while the reader is busy, and does not call that idle', async () => {
    let written = 0;
    const { base } = await endless((response) => {
      const more = () => {
        let room = true;
        while (room && !response.destroyed) {
          room = response.write(Buffer.alloc(65_536));
          written += 65_536;
        }
      };
      response.on('drain', more);
      more();
    });
    const stream = await open(base, 30);
    let seen = 0;
    for await (const piece of stream.body) {
      seen += piece.length;
      if (seen === piece.length) await new Promise((resolve) => setTimeout(resolve, 120));
      else if (seen > 200_000) break;
    }
    expect(written - seen).toBeLessThan(20_000_000);
  });

  it('stops at a bomb, and gives the words of a refusal with its status', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const base = await serve((request, response) => {
      if (request.url === '/bomb') response.setHeader('content-encoding', 'gzip').end(bomb);
      else response.writeHead(403).end('no token');
    });
    const refused = await open(base);
    const pieces: Uint8Array[] = [];
    for await (const piece of refused.body) pieces.push(piece);
    expect([refused.status, Buffer.concat(pieces).toString()]).toEqual([403, 'no token']);
    const read = async () => {
      for await (const piece of (await open(`${base}/bomb`)).body) expect(piece.length).toBeGreaterThan(0);
    };
    await expect(read()).rejects.toMatchObject({ code: 'body_bomb' });
  });
});

describe('isPublicAddress', () => {
  it('knows the public internet from everything else', () => {
    const open = ['93.184.216.34', '8.8.8.8', '172.15.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'];
    const closed = [
      '0.0.0.0',
      '10.1.2.3',
      '172.31.0.1',
      '192.168.0.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
    ]
      .concat([
        '::',
        '::1',
        'fe80::1',
        'fc00::1',
        'ff02::1',
        '2002:a00:1::',
        '2001:db8::1',
        '2001::1',
        '::ffff:8.8.8.8',
      ])
      .concat(['localhost', '']);
    expect(open.filter((address) => !isPublicAddress(address))).toEqual([]);
    expect(closed.filter(isPublicAddress)).toEqual([]);
  });
});
