import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { askOperation } from '../../../../pipeline/app/control-client.js';
import { listSources } from '../../../../pipeline/app/operations/sources.js';

describe('a question to a running service', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'control-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  const ask = () => askOperation(join(folder, 'socket'), listSources, {}, new AbortController().signal);

  it('says that one without its socket is still starting, or is stopping', async () => {
    await expect(ask()).rejects.toMatchObject({
      code: 'service_unreachable',
      message: expect.stringContaining('still starting, or is stopping. Ask again in a moment.') as string,
    });
  });

  it('says that one has gone that hangs up without an answer', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
    await expect(ask()).rejects.toMatchObject({
      code: 'service_unreachable',
      message: expect.stringContaining('went away before it answered') as string,
    });
    await new Promise((resolve) => server.close(resolve));
  });
});
