import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';

import { openServerSession } from '../../../../pipeline/storage/server/server-session.js';

let server: Server | null = null;
afterEach(() => server?.close());

const ROW = '{"n":1}\n';
const END = `Content-Type: application/x-ndjson\r\nContent-Length: ${ROW.length}\r\n\r\n${ROW}`;

/** A server that speaks HTTP the way ClickHouse does while it works: header by header. */
async function serve(answer: (socket: Socket, request: string) => Promise<void>) {
  server = createServer((socket) => {
    socket.once('data', (bytes: Buffer) => void answer(socket, bytes.toString()));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const place = { url: `http://127.0.0.1:${port}`, database: 'b', user: 'u', password: null };
  return openServerSession({ ...place, caFile: null, cluster: null }, {}, { silenceMs: 300 });
}

test('a statement that works longer than the silence allowed is waited for while the server tells of progress', async () => {
  let asked = '';
  const session = await serve(async (socket, request) => {
    asked = request;
    socket.write('HTTP/1.1 200 OK\r\n');
    // More than Node's own 16 KiB of headers, in more than the silence.
    for (let n = 0; n < 100; n += 1) {
      socket.write(`X-ClickHouse-Progress: {"read_rows":"${n}","note":"${'x'.repeat(200)}"}\r\n`);
      await pause(10);
    }
    socket.end(END);
  });
  expect(await session.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  expect(asked).toContain('send_progress_in_http_headers=1');
  expect(asked).toContain('http_headers_progress_interval_ms=10000');
  await session.close();
});

test('a server that falls silent in the middle has failed', async () => {
  const session = await serve((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nX-ClickHouse-Progress: {}\r\n');
    return Promise.resolve();
  });
  await expect(session.query('SELECT 1 AS n')).rejects.toMatchObject({ code: 'store_unavailable' });
  await session.close();
});
