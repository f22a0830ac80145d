import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';

import { openStore } from '../../../../pipeline/storage/open-store.js';
import { openServerSession } from '../../../../pipeline/storage/server/server-session.js';
import { SERVER_READER_SETTINGS, WRITER_SETTINGS } from '../../../../pipeline/storage/sql-session.js';
import { stillClock } from '../../../support/store.js';

let server: Server | null = null;
afterEach(() => server?.close());

/** Answers every request alike and writes down what was asked. */
async function serve(status: number, body: string) {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    request.resume();
    response.writeHead(status, { 'content-type': 'application/x-ndjson' });
    response.end(body);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const place = { url: `http://127.0.0.1:${port}`, database: 'b', user: 'u', password: null };
  return { asked, place: { ...place, caFile: null, cluster: null } };
}

test.each(['25.8.4.13', '26.1.1.1', '9.9'])(
  'a server of version %s is refused with what is needed, before it is sent a setting that it does not know',
  async (version) => {
    const { asked, place } = await serve(200, `${JSON.stringify({ version })}\n`);
    await expect(openStore({ server: place, world: 'live', clock: stillClock })).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'server_too_old',
      message: expect.stringContaining('26.2') as string,
    });
    expect(asked.join()).not.toContain('deduplicate_insert');
  },
);

const TOO_SLOW = 'Code: 159. DB::Exception: Timeout exceeded: elapsed 10.1 seconds. (TIMEOUT_EXCEEDED)';

test('a write that the server ended for its time is tried again; a query over its own limit is not', async () => {
  const { asked, place } = await serve(500, TOO_SLOW);
  const writer = await openServerSession(place, WRITER_SETTINGS);
  await expect(writer.command('INSERT …')).rejects.toMatchObject({
    code: 'store_too_slow',
    retriable: true,
  });
  expect(asked[0]).toContain('max_execution_time=0');
  const reader = await openServerSession(place, SERVER_READER_SETTINGS);
  await expect(reader.query('SELECT 1')).rejects.toMatchObject({ code: 'query_too_slow', retriable: false });
  await Promise.all([writer.close(), reader.close()]);
});
