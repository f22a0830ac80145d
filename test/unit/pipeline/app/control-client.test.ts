import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { askOperation, askReplay } from '../../../../pipeline/app/control-client.js';
import { listSources } from '../../../../pipeline/app/operations/sources.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-control-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('says that a service without its socket is still starting, or is stopping', async () => {
  const answer = askOperation(join(folder, 'socket'), listSources, {}, new AbortController().signal);
  await expect(answer).rejects.toMatchObject({
    code: 'service_unreachable',
    message: expect.stringContaining('still starting, or is stopping. Ask again in a moment.') as string,
  });
});

describe('a question that the service has begun to answer', () => {
  let server: Server;
  /** Resolves with the end of the service's side. */
  let asked: Promise<() => void>;
  beforeEach(async () => {
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
      expect(answer).rejects.toMatchObject({
        code: 'service_unreachable',
        message: expect.stringContaining('went away before it answered') as string,
      }),
      asked.then((drop) => {
        drop();
      }),
    ]);
  });
});
