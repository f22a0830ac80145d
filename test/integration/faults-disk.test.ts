import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Reconciliation } from '../../pipeline/app/reconcile.js';
import { check } from '../faults/checker.js';
import { startDriver, type Driver } from '../faults/driver.js';
import { createInstallation, type Installation } from '../faults/installation.js';
import { createRandom } from '../faults/random.js';
import { runCommand, temporaryFolder, until } from '../support/service.js';
import { canMount, mountSmallDisk, type SmallDisk } from '../support/tmpfs.js';

/** Fault 15 of the plan: the disk is full. What was acknowledged stays, what cannot be taken is refused, room mends it. */
describe.skipIf(!(await canMount()))('a full disk', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let disk: SmallDisk | null = null;
  let installation: Installation;
  let driver: Driver;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    driver.stop();
    disk?.free();
    await driver.done;
    await installation.kill();
    await disk?.remove();
    await folder.remove();
  });

  const startTraffic = async (dataFolder: string) => {
    installation = await createInstallation(dataFolder);
    driver = startDriver({
      url: () => installation.url,
      random: createRandom(15),
      historyFile: join(folder.path, 'history.jsonl'),
      troubled: 'Boeing',
    });
  };
  const acknowledged = (count: number, deadlineMs = 30_000) =>
    until(
      () => Promise.resolve(driver.acknowledged >= count ? true : null),
      deadlineMs,
      `${count} acknowledged`,
    );
  const readiness = async () => {
    const response = await fetch(`${installation.url}/readyz`);
    return { status: response.status, text: await response.text() };
  };
  /** The refusal of a document is told at once, the disk with the next look of a second. */
  const ready = (status: number, deadlineMs: number, words = '') =>
    until(
      async () => {
        const found = await readiness();
        return found.status === status && found.text.includes(words) ? found.text : null;
      },
      deadlineMs,
      `/readyz answers ${status}`,
    );
  const requireSound = async () => {
    driver.stop();
    await driver.done;
    const { dataDir, configFile } = installation;
    const { out } = await runCommand(['reconcile', '--json', '--config', configFile, '--data', dataDir]);
    expect(JSON.parse(out) as Reconciliation).toMatchObject({ difference: 0, rollUpDifferences: 0 });
    await until(alertMailed, 20_000, 'the alert of the trouble');
    expect(await installation.stop()).toBe(0);
    const place = { path: join(dataDir, 'store') };
    const { expected } = driver;
    expect(
      await check({
        place,
        outbox: join(dataDir, 'outbox'),
        expected,
        acknowledged: driver.acknowledged,
      }),
    ).toEqual([]);
  };
  const alertMailed = async () => {
    const response = await fetch(`${installation.url}/api/v1/mails`);
    const { data } = (await response.json()) as { data: readonly unknown[] };
    return data.length > 0 ? true : null;
  };

  it('of log and store makes the edge refuse before anything is lost, and mends itself', async () => {
    disk = await mountSmallDisk(400);
    await startTraffic(join(disk.path, 'installation'));
    await installation.start();
    await acknowledged(500);
    disk.fill();
    const text = await ready(503, 10_000, 'The disk of');
    expect(text).toMatch(/The disk of .* has \d+ MiB left, at least 64 are needed/);
    // Pages that the log has already may take a few more; after that all is refused.
    const refusedAt = driver.unanswered;
    await until(() => Promise.resolve(driver.unanswered > refusedAt + 20 ? true : null), 20_000, 'refusals');
    disk.fill();
    expect(await postOne(installation.url)).toEqual({
      status: 503,
      body: expect.stringContaining('"code":"log_full"') as string,
      retryAfter: '5',
    });
    const before = driver.acknowledged;
    disk.free();
    await ready(200, 10_000);
    await acknowledged(before + 200);
    await requireSound();
  }, 120_000);

  it('of the store alone lets the log take documents, which are stored when there is room', async () => {
    await startTraffic(join(folder.path, 'installation'));
    disk = await mountSmallDisk(200, join(installation.dataDir, 'store'));
    await installation.start();
    await acknowledged(300);
    disk.fill();
    expect(await ready(503, 10_000, 'The disk of')).toMatch(/The disk of .*store has 0 MiB left/);
    await acknowledged(driver.acknowledged + 300);
    disk.free();
    await ready(200, 10_000);
    await requireSound();
  }, 120_000);
});

async function postOne(url: string) {
  const response = await fetch(`${url}/ingest/v1/documents`, {
    method: 'POST',
    signal: AbortSignal.timeout(10_000),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      source: { id: 'desk', kind: 'news', name: 'Desk' },
      nativeId: 'refused',
      title: 'Nobody will read this',
      publishedAt: new Date().toISOString(),
    }),
  });
  const body = await response.text();
  return { status: response.status, body, retryAfter: response.headers.get('retry-after') };
}
