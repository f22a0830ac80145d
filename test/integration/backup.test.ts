import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { BackupResult } from '../../pipeline/app/backup/make-backup.js';
import { toManifestText, type Manifest } from '../../pipeline/app/backup/manifest.js';
import { restoreBackup } from '../../pipeline/app/backup/restore-backup.js';
import { verifyBackup } from '../../pipeline/app/backup/verify-backup.js';
import { backupOperation } from '../../pipeline/app/operations/backup.js';
import type { Reconciliation } from '../../pipeline/app/reconcile.js';
import { systemClock } from '../../pipeline/core/clock.js';
import { documentId } from '../../ingest/parse/identity.js';
import { openStore } from '../../pipeline/storage/open-store.js';
import { check } from '../faults/checker.js';
import { startDriver } from '../faults/driver.js';
import { createInstallation, type Installation } from '../faults/installation.js';
import { createRandom } from '../faults/random.js';
import { never, openService } from '../support/in-process.js';
import { runCommand, startBellwether, temporaryFolder, until } from '../support/service.js';

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

describe('a backup of a service under traffic', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let first: Installation;
  let second: Installation;
  beforeAll(async () => {
    folder = await temporaryFolder();
    first = await createInstallation(join(folder.path, 'first'));
    second = await createInstallation(join(folder.path, 'second'));
  });
  afterAll(async () => {
    await first.kill();
    await second.kill();
    await folder.remove();
  });

  const reconcile = async ({ dataDir, configFile }: Installation): Promise<Reconciliation> => {
    const { out } = await runCommand(['reconcile', '--json', '--config', configFile, '--data', dataDir]);
    return JSON.parse(out) as Reconciliation;
  };

  it('holds what was acknowledged before it began, balances, and continues as if nothing had been between', async () => {
    const historyFile = join(folder.path, 'history.jsonl');
    const target = join(folder.path, 'backup');
    await first.start();
    const driver = startDriver({
      url: () => first.url,
      random: createRandom(7),
      historyFile,
      troubled: 'Boeing',
    });
    await until(() => Promise.resolve(driver.acknowledged > 800 ? true : null), 60_000, 'some traffic');
    const acknowledged = (await readFile(historyFile, 'utf8')).trim().split('\n');
    const made = await runCommand(['backup', target, '--json', '--data', first.dataDir]);
    const during = driver.acknowledged - acknowledged.length;
    driver.stop();
    await driver.done;
    await first.kill();
    expect(made.code, made.words).toBe(0);
    const result = JSON.parse(made.out) as BackupResult;
    console.info({ ...result, before: acknowledged.length, during, seconds: made.seconds });
    // The edge took documents while the copy was made, and nobody waited long.
    expect(during).toBeGreaterThan(0);
    expect(result.heldMs).toBeLessThan(1_000);

    const restored = await runCommand(['restore', target, '--data', second.dataDir]);
    expect(restored.code, restored.words).toBe(0);
    await second.start();
    const books = await reconcile(second);
    expect(books).toMatchObject({ difference: 0, rollUpDifferences: 0, deadLettered: 0 });
    expect(books.accepted).toBeGreaterThanOrEqual(acknowledged.length);
    await second.stop();
    expect(await missingFrom(second.dataDir, acknowledged)).toEqual([]);

    // Its senders send again what it does not know: then it is as the first one would have become.
    await second.start();
    const all = (await readFile(historyFile, 'utf8')).trim().split('\n');
    for (let at = 0; at < all.length; at += 500) {
      const response = await fetch(`${second.url}/ingest/v1/documents`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: all.slice(at, at + 500).join('\n'),
      });
      expect(response.status).toBe(200);
    }
    expect(await reconcile(second)).toMatchObject({
      accepted: books.accepted + all.length,
      difference: 0,
      rollUpDifferences: 0,
    });
    expect(await second.stop()).toBe(0);
    expect(
      await check({
        place: { path: join(second.dataDir, 'store') },
        outbox: join(second.dataDir, 'outbox'),
        expected: driver.expected,
        acknowledged: driver.acknowledged,
      }),
    ).toEqual([]);
  }, 120_000);
});

/** Acknowledged documents of which the folder holds fewer versions than were acknowledged. */
async function missingFrom(dataDir: string, lines: readonly string[]): Promise<readonly string[]> {
  const versions = new Map<string, Set<string>>();
  for (const line of new Set(lines)) {
    const { nativeId, title } = JSON.parse(line) as { nativeId: string; title: string };
    versions.set(nativeId, (versions.get(nativeId) ?? new Set()).add(title));
  }
  const store = await openStore({ path: join(dataDir, 'store'), world: 'live', clock: systemClock });
  try {
    const stored = new Map<string, number>();
    const ids = [...versions.keys()].map((nativeId) => documentId('made-up-wire', nativeId));
    for (const { id } of await store.findVersions(ids)) stored.set(id, (stored.get(id) ?? 0) + 1);
    return [...versions]
      .filter(([nativeId, { size }]) => (stored.get(documentId('made-up-wire', nativeId)) ?? 0) < size)
      .map(([nativeId]) => nativeId);
  } finally {
    await store.close();
  }
}

describe('a backup of a stopped installation', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let dataDir: string;
  let target: string;
  const at = (name: string) => join(folder.path, name);
  const restore = (source: string, into: string) =>
    restoreBackup({ source, dataDir: into, clock: systemClock, signal: never });
  beforeAll(async () => {
    folder = await temporaryFolder();
    dataDir = at('data');
    target = at('backup');
    const service = await startBellwether(['--sources', 'none', '--data', dataDir]);
    const document = (nativeId: string, title: string) => ({
      source: { id: 'desk', kind: 'news', name: 'Desk' },
      nativeId,
      title,
      publishedAt: new Date().toISOString(),
    });
    await fetch(`${service.page}/ingest/v1/documents`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([document('a', 'Boeing shares plunge'), document('b', '比亚迪股价暴跌')]),
    });
    await service.stop();
    const made = await runCommand(['backup', target, '--data', dataDir]);
    expect(made.code, made.words).toBe(0);
  });
  afterAll(() => folder.remove());

  it('is whole, says what it holds, and leaves nothing behind in the installation', async () => {
    const { code, out } = await runCommand(['backup', '--verify', target, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ world: 'live', release: '0.1.0' });
    expect((await readdir(target)).sort()).toEqual(['data', 'manifest.json']);
    expect(await readdir(join(dataDir, 'store', 'shadow'))).toEqual(['increment.txt']);
    expect(((await stat(join(target, 'manifest.json'))).mode & 0o777).toString(8)).toBe('600');
    expect(((await stat(join(target, 'data', 'world.json'))).mode & 0o777).toString(8)).toBe('600');
  });

  it('replaces nothing and does not go into the data folder', async () => {
    const service = await openService(dataDir);
    const backup = (to: string) => service.operate(backupOperation, { target: to }, never);
    try {
      await expect(backup(target)).rejects.toMatchObject({ code: 'target_exists' });
      await expect(backup(join(dataDir, 'backup'))).rejects.toMatchObject({ code: 'usage' });
      const both = await Promise.allSettled([backup(at('one')), backup(at('two'))]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect((await readdir(folder.path)).filter((name) => name.includes('unfinished'))).toEqual([]);
    } finally {
      await service.stop();
    }
  });

  it('is restored only into an empty folder', async () => {
    await expect(restore(target, dataDir)).rejects.toMatchObject({ code: 'data_folder_not_empty' });
    expect(await exists(join(dataDir, 'world.json'))).toBe(true);
  });

  it.each([
    [
      'a flipped byte',
      (copy: string) => flip(join(copy, 'data', 'log', 'log.mdb')),
      'log.mdb is not what was written',
    ],
    [
      'a cut file',
      (copy: string) => writeFile(join(copy, 'data', 'log', 'format'), ''),
      'has 0 bytes instead of 2',
    ],
    ['a missing file', (copy: string) => rm(join(copy, 'data', 'world.json')), 'world.json is missing'],
    ['a cut manifest', (copy: string) => cut(join(copy, 'manifest.json')), 'manifest.json is cut off'],
  ])('with %s is refused, and nothing is restored from it', async (what, harm, words) => {
    const copy = at(`harmed, ${what}`);
    await cp(target, copy, { recursive: true, verbatimSymlinks: true });
    await harm(copy);
    const into = at(`from ${what}`);
    const refusal = { code: 'backup_damaged', message: expect.stringContaining(words) as string };
    await expect(restore(copy, into)).rejects.toMatchObject(refusal);
    expect(await exists(into)).toBe(false);
    await expect(verifyBackup(copy, never)).rejects.toMatchObject(refusal);
  });

  it('of a newer release is refused with both versions', async () => {
    const copy = at('newer');
    await mkdir(copy);
    const manifest = JSON.parse(await readFile(join(target, 'manifest.json'), 'utf8')) as {
      backup: Manifest;
    };
    const newer = { ...manifest.backup, release: '7.0.0', schemaVersion: 900 };
    await writeFile(join(copy, 'manifest.json'), toManifestText(newer));
    const { code, words } = await runCommand(['restore', copy, '--data', at('from newer')]);
    expect(code).toBe(2);
    expect(words).toContain('7.0.0');
    expect(words).toContain('0.1.0');
  });

  it('that is killed in the middle leaves nothing that looks complete, and the next one cleans up', async () => {
    const killed = at('killed');
    const env = { FAILPOINTS: 'allowed', FAILPOINT: 'during_backup:1' };
    expect((await runCommand(['backup', killed, '--data', dataDir], { env })).code).toBeNull();
    expect(await exists(killed)).toBe(false);
    expect(await exists(`${killed}.unfinished`)).toBe(true);
    await expect(restore(`${killed}.unfinished`, at('from killed'))).rejects.toMatchObject({
      code: 'no_backup',
    });

    expect((await runCommand(['backup', killed, '--data', dataDir])).code).toBe(0);
    expect(await exists(`${killed}.unfinished`)).toBe(false);
    await verifyBackup(killed, never);
  });

  it('does not become an installation when its restore is killed, and is restored whole when that is repeated', async () => {
    const into = at('half restored');
    const env = { FAILPOINTS: 'allowed', FAILPOINT: 'during_restore:5' };
    expect((await runCommand(['restore', target, '--data', into], { env })).code).toBeNull();
    const started = await runCommand(['start', '--sources', 'none', '--port', '0', '--data', into]);
    expect([started.code, started.words]).toEqual([
      2,
      expect.stringContaining(`restore ${target} --data ${into}`),
    ]);

    await restore(target, into);
    const { out } = await runCommand(['reconcile', '--json', '--data', into]);
    expect(JSON.parse(out)).toMatchObject({ accepted: 2, stored: 2, difference: 0, rollUpDifferences: 0 });
  });

  it('is told where to look on Kafka and on a ClickHouse server', async () => {
    const configFile = at('cluster.yaml');
    await writeFile(
      configFile,
      `log: { url: 'kafka://127.0.0.1:1' }\nclickhouse: { url: 'http://127.0.0.1:1' }\n`,
    );
    for (const command of ['backup', 'restore']) {
      const { code, words } = await runCommand([command, at('x'), '--config', configFile, '--data', at('y')]);
      expect(code).toBe(2);
      expect(words).toContain('BACKUP DATABASE');
      expect(words).toContain('MirrorMaker');
    }
  });
});

async function flip(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes[bytes.length - 100] = (bytes.at(-100) ?? 0) ^ 1;
  await writeFile(file, bytes);
}

async function cut(file: string): Promise<void> {
  const bytes = await readFile(file);
  await writeFile(file, bytes.subarray(0, bytes.length / 2));
}
