import { join } from 'node:path';

import { expect, it } from 'vitest';

import { runCommand, startBellwether, temporaryFolder } from '../support/service.js';

it('ends when native code crashes, instead of standing there, and the next start continues', async () => {
  const folder = await temporaryFolder();
  try {
    const dataDir = join(folder.path, 'data');
    const service = await startBellwether(['--sources', 'none', '--data', dataDir]);
    const response = await fetch(`${service.page}/ingest/v1/documents`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        source: { id: 'desk', kind: 'news', name: 'Desk' },
        nativeId: 'one',
        title: '比亚迪股价暴跌',
        publishedAt: new Date().toISOString(),
      }),
    });
    expect(response.status).toBe(200);
    // What the C library does when it finds its heap corrupted.
    expect(await service.stop('SIGABRT')).toBeNull();
    expect(service.process.signalCode).toBe('SIGABRT');
    const { out } = await runCommand(['reconcile', '--json', '--data', dataDir]);
    expect(JSON.parse(out)).toMatchObject({ accepted: 1, stored: 1, difference: 0, rollUpDifferences: 0 });
  } finally {
    await folder.remove();
  }
});
