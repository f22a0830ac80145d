import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { systemClock } from '../../pipeline/core/clock.js';
import { startBellwether, temporaryFolder } from '../support/service.js';

const ENDLESS = "SELECT sum(editDistance(repeat('a', 60000 + number), repeat('b', 60000))) FROM numbers(20)";

/** A service whose SQL endpoint is busy with queries that the engine does not interrupt, and with some that wait. */
async function startBusy(folder: string) {
  const file = join(folder, 'busy.yaml');
  await writeFile(
    file,
    'clickhouse: { listen: { enabled: true, port: 0, user: grafana, password: { file: password } } }\nmetrics: { port: 0 }\n'.replace(
      'file: password',
      `file: ${join(folder, 'password')}`,
    ),
  );
  await writeFile(join(folder, 'password'), 'invented words');
  const service = await startBellwether([
    '--config',
    file,
    '--sources',
    'none',
    '--data',
    join(folder, 'data'),
  ]);
  const url = /SQL\s+(http:\S+)/.exec(service.words())?.[1] ?? '';
  const headers = { 'x-clickhouse-user': 'grafana', 'x-clickhouse-key': 'invented words' };
  const asked = Array.from({ length: 6 }, () =>
    fetch(`${url}/`, { method: 'POST', headers, body: ENDLESS }).catch(() => null),
  );
  // Answered in order: by then those before it are with the engine or wait.
  await fetch(`${url}/ping`);
  return { service, asked };
}

describe('A stop while the SQL endpoint is busy with what cannot be interrupted', () => {
  it('is over within 27 s, and says that it was cut off', async () => {
    const folder = await temporaryFolder();
    try {
      const { service, asked } = await startBusy(folder.path);
      const began = performance.now();
      const code = await service.stop('SIGTERM');
      expect((performance.now() - began) / 1_000).toBeLessThan(27.5);
      expect(code).not.toBe(0);
      expect(service.words()).toContain('Not stopped within 25 s');
      await Promise.all(asked);
    } finally {
      await folder.remove();
    }
  }, 60_000);

  it('ends at once at a second signal', async () => {
    const folder = await temporaryFolder();
    try {
      const { service, asked } = await startBusy(folder.path);
      const ended = service.stop('SIGTERM');
      const began = performance.now();
      // Within a second it would be the same Ctrl-C once more.
      await systemClock.sleep(1_500);
      service.process.kill('SIGTERM');
      expect(await ended).not.toBe(0);
      expect((performance.now() - began) / 1_000).toBeLessThan(6);
      await Promise.all(asked);
    } finally {
      await folder.remove();
    }
  }, 60_000);
});
