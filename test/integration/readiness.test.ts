import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { RunningService } from '../../pipeline/app/running-service.js';
import { startClickHouseFacade, type ClickHouseFacade } from '../support/clickhouse-facade.js';
import { openService } from '../support/in-process.js';
import { temporaryFolder, until } from '../support/service.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let service: RunningService | null = null;
let facade: ClickHouseFacade | null = null;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await service?.stop();
  await facade?.stop();
  service = null;
  facade = null;
  await folder.remove();
});

const readiness = async () => {
  const response = await fetch(`${String(service?.addresses.page)}/readyz`);
  const { reasons } = (await response.json()) as { reasons: readonly string[] };
  return { status: response.status, reasons };
};

describe('/readyz', () => {
  it('says that the store does not answer, and is ready again when it does', async () => {
    facade = await startClickHouseFacade(`${folder.path}/server`);
    service = await openService(`${folder.path}/data`, 'live', { clickhouse: { url: facade.server.url } });
    expect(await readiness()).toEqual({ status: 200, reasons: [] });
    await facade.kill();
    const away = await until(
      async () => {
        const found = await readiness();
        return found.status === 503 ? found : null;
      },
      30_000,
      'a store that is away',
    );
    expect(away.reasons.join()).toMatch(/The store has not answered for \d+ s \(.*wait in the log/);
    await facade.restart();
    await until(
      async () => ((await readiness()).status === 200 ? true : null),
      30_000,
      'a store that is back',
    );
  }, 120_000);

  it('says that the log is full while it refuses documents', async () => {
    service = await openService(folder.path, 'live', {
      log: { maxBytes: 10_500_000, retentionBytes: 10_000_000 },
    });
    const send = (n: number) =>
      fetch(`${String(service?.addresses.page)}/ingest/v1/documents`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(
          Array.from({ length: 100 }, (_, index) => ({
            source: { id: 'desk', kind: 'news', name: 'Desk' },
            nativeId: `n${n}-${index}`,
            text: `${n} ${index} ${'字'.repeat(20_000)}`,
            publishedAt: new Date().toISOString(),
          })),
        ),
      });
    let refused: Response | null = null;
    for (let n = 0; n < 5 && refused === null; n += 1) {
      const response = await send(n);
      if (response.status !== 200) refused = response;
    }
    expect(refused?.status).toBe(503);
    expect(((await refused?.json()) as { code: string }).code).toBe('log_full');
    expect((await readiness()).reasons.join()).toContain('its limit of 10500000 bytes is reached');
  }, 60_000);
});
