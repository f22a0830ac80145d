import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuardedClient, type GuardedClientOptions } from '../../../../ingest/fetch/guarded-client.js';
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
