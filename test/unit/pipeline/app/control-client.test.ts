import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { askReplay } from '../../../../pipeline/app/control-client.js';

let folder: string;
let server: Server;
/** Resolves with the end of the service's side of a request that it has begun to answer. */
let asked: Promise<() => void>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-control-'));
  let tell: (drop: () => void) => void;
  asked = new Promise((resolve) => (tell = resolve));
  server = createServer((_request, response) => {
    response.writeHead(200);
    response.write('{"type":"working"}\n');
    tell(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const ask = (signal: AbortSignal) => askReplay(join(folder, 'socket'), { files: [], speed: 'max' }, signal);

it('says of a command that was stopped that it was, and not that the service went away', async () => {
  const stop = new AbortController();
  const answer = ask(stop.signal);
  await Promise.all([
    expect(answer).rejects.toMatchObject({
      code: 'stopped',
      message: expect.stringContaining('was stopped') as string,
    }),
    asked.then(() => {
      stop.abort();
    }),
  ]);
});

it('says of a service that went away that it did', async () => {
  const answer = ask(new AbortController().signal);
  await Promise.all([
    expect(answer).rejects.toMatchObject({ code: 'service_unreachable' }),
    asked.then((drop) => {
      drop();
    }),
  ]);
});
