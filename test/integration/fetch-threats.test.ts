import { createHook } from 'node:async_hooks';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuardedClient, type GuardedClientOptions } from '../../ingest/fetch/guarded-client.js';

/** The hostile inputs T3 and T4 of the list of threats, against the client with real sockets. */

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

const signal = new AbortController().signal;
const clientOf = (options: Partial<GuardedClientOptions>) =>
  createGuardedClient({ userAgent: 'Bellwether test', ...options });
const local = clientOf({ allowPrivateHosts: true });

/** How many connections the process begins during the work. */
async function connectionsDuring(work: () => Promise<unknown>): Promise<number> {
  let connections = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === 'TCPCONNECTWRAP') connections += 1;
    },
  }).enable();
  try {
    await work();
  } finally {
    hook.disable();
  }
  return connections;
}

describe('T3: what leads to a private address', () => {
  const names: Readonly<Record<string, readonly string[]>> = {
    'ten.example': ['10.0.0.1'],
    'mixed.example': ['93.184.216.34', '10.0.0.1'],
    'mapped.example': ['::ffff:10.0.0.1'],
    'tunnel.example': ['2002:a00:1::'],
    localhost: ['127.0.0.1'],
    'localhost.': ['127.0.0.1', '::1'],
    'metadata.google.internal': ['169.254.169.254'],
  };
  const addresses = [
    '127.0.0.1',
    '0',
    '2130706433',
    '0x7f.1',
    '017700000001',
    '127.1',
    '127.0.0.1.',
    '①②⑦.0.0.1',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:10.0.0.1]',
    '[64:ff9b::a00:1]',
    '[fd00::1]',
    '[fe80::1]',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '169.254.169.254',
    ...Object.keys(names),
  ];

  it.each(addresses)('T3: %s is refused, and no socket is opened', async (host) => {
    const resolve = (name: string) =>
      Promise.resolve((names[name] ?? []).map((address) => ({ address, family: 4 })));
    const client = clientOf({ resolve });
    const connections = await connectionsDuring(async () => {
      await expect(client.get(`http://${host}/`, {}, signal)).rejects.toMatchObject({
        code: 'address_refused',
      });
      const request = { url: `http://${host}/`, headers: {} };
      await expect(client.open(request, signal)).rejects.toMatchObject({ code: 'address_refused' });
    });
    expect(connections).toBe(0);
  });

  it('T3: a name is resolved once, and the socket goes where that answer says', async () => {
    const base = await serve((_, response) => response.end('there'));
    const answers = ['127.0.0.1', '10.0.0.1'];
    const resolve = () => Promise.resolve([{ address: answers.shift() ?? '10.0.0.1', family: 4 }]);
    const client = clientOf({ resolve, allowPrivateHosts: true });
    const { port } = new URL(base);
    const connections = await connectionsDuring(async () => {
      const page = await client.get(`http://rebind.example:${port}/`, {}, signal);
      expect(page.body.toString()).toBe('there');
    });
    expect([connections, answers]).toEqual([1, ['10.0.0.1']]);
  });

  it('T3: a name that was public when it was looked at and is private now is refused', async () => {
    const answers = ['93.184.216.34', '127.0.0.1'];
    const resolve = () => Promise.resolve([{ address: answers.shift() ?? '', family: 4 }]);
    await resolve();
    const client = clientOf({ resolve });
    const connections = await connectionsDuring(() =>
      expect(client.get('http://rebind.example/', {}, signal)).rejects.toMatchObject({
        code: 'address_refused',
      }),
    );
    expect(connections).toBe(0);
  });
});

describe('T4: bodies that are bombs, endless or slow', () => {
  const MEMORY_BYTES = 60_000_000;
  /** The most memory above that at the start, looked at with each piece that is sent. */
  const memory = () => {
    const { rss } = process.memoryUsage();
    let most = 0;
    return {
      look: () => {
        most = Math.max(most, process.memoryUsage().rss - rss);
      },
      most: () => most,
    };
  };
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'taken',
      (error: unknown) => (error as { code: string }).code,
    );

  it('T4: 10 GB of zeros in gzip are given up, read as a page and as a stream', async () => {
    const piece = gzipSync(Buffer.alloc(100_000_000));
    const watch = memory();
    let sent = 0;
    const base = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip');
      const more = () => {
        watch.look();
        let room = true;
        while (room && sent < 100 && !response.destroyed) {
          room = response.write(piece);
          sent += 1;
        }
      };
      response.on('drain', more);
      more();
    });
    expect(await codeOf(local.get(base, {}, signal))).toBe('body_bomb');
    const stream = await local.open({ url: base, headers: {} }, signal);
    const read = async () => {
      for await (const part of stream.body) expect(part.length).toBeLessThan(1_000_000);
    };
    expect(await codeOf(read())).toBe('body_bomb');
    watch.look();
    expect(watch.most()).toBeLessThan(MEMORY_BYTES);
  });

  it('T4: an endless chunked body is given up at 5 MB', async () => {
    const piece = Buffer.alloc(65_536, 'x');
    const watch = memory();
    const base = await serve((_, response) => {
      const more = () => {
        watch.look();
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', more);
      more();
    });
    expect(await codeOf(local.get(base, {}, signal))).toBe('body_too_large');
    watch.look();
    expect(watch.most()).toBeLessThan(MEMORY_BYTES);
  });

  it('T4: a body of a byte at a time is given up after the time for all', async () => {
    const base = await serve((_, response) => {
      const more = () => {
        if (!response.destroyed) response.write('x', () => setTimeout(more, 20));
      };
      more();
    });
    const slow = clientOf({ allowPrivateHosts: true, totalTimeoutMs: 300 });
    expect(await codeOf(slow.get(base, {}, signal))).toBe('timeout');
  });
});
