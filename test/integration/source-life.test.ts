import { readdir, readlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadConfig } from '../../config/load.js';
import { createIntake } from '../../pipeline/app/intake.js';
import { reconcileOperation } from '../../pipeline/app/operations/reconcile.js';
import { createSourceLife } from '../../pipeline/app/source-life/source-life.js';
import { createSourceReload } from '../../pipeline/app/source-life/reload-sources.js';
import { systemClock } from '../../pipeline/core/clock.js';
import { silentLogger } from '../../pipeline/telemetry/logger.js';
import { createMetrics } from '../../pipeline/telemetry/metrics.js';
import { rawDocument } from '../support/documents.js';
import { never, openService } from '../support/in-process.js';
import {
  runCommand,
  startBellwether,
  temporaryFolder,
  until,
  type RunningService,
} from '../support/service.js';
import { fakeSource } from '../support/sources.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
let inside: Awaited<ReturnType<typeof openService>> | null = null;
afterEach(async () => {
  await inside?.stop();
  inside = null;
  await folder.remove();
});

const SOURCES = 200;
const RELOADS = 100;

/** As many entries as there are places; `changed` ones have another address, `missing` ones are left out. */
function fileOf(changed: (place: number) => boolean, missing: (place: number) => boolean): string {
  const entries = Array.from({ length: SOURCES }, (_, place) => place)
    .filter((place) => !missing(place))
    .map((place) => {
      const path = changed(place) ? 'new' : 'old';
      return `  - { type: rss, id: s${place}, name: S, url: "https://s${place}.example/${path}" }`;
    });
  return `sources:\n${entries.join('\n')}\n`;
}

async function resources() {
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const names = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => 'closed')),
  );
  // The store opens files for its parts and its threads as it works, whatever the sources do.
  const ofStore = /^\/proc\/|^\/sys\/|\/store\/|^closed$/;
  return { files: names.filter((name) => !ofStore.test(name)).length, timers };
}

describe('200 sources that are reloaded a hundred times under traffic', () => {
  it(
    'lose no document and double none, and leave no file and no timer behind',
    { timeout: 240_000 },
    async () => {
      const service = await openService(join(folder.path, 'data'));
      const { log } = service.parts;
      const stop = new AbortController();
      const intake = createIntake({
        log,
        clock: systemClock,
        logger: silentLogger,
        metrics: createMetrics(),
      });
      const life = createSourceLife({
        clock: systemClock,
        logger: silentLogger,
        signal: stop.signal,
        // Numbers its documents from its cursor: a delivery that was lost or made twice shows in the numbers.
        make: ({ id }) =>
          fakeSource(id, systemClock, async (deliver, signal) => {
            while (!signal.aborted) {
              const next = Number((await log.readCursor(`fake:${id}`)) ?? 0);
              const documents = [next, next + 1]
                .map((n) => rawDocument({ nativeId: `${id}-${n}` }))
                .map(withId);
              await deliver({ documents, cursors: [{ name: `fake:${id}`, value: `${next + 2}` }] });
              await systemClock.sleep(2_000, signal);
            }
          }),
        run: ({ type }, source, { signal }) => source.run(intake.deliverer(type, signal), signal),
      });
      const path = join(folder.path, 'desk.yaml');
      const load = () => loadConfig({ file: path, env: {} });
      const none = () => false;
      await writeFile(path, fileOf(none, none));
      const { config } = service.options;
      const reload = createSourceReload({
        switchModel: () => Promise.resolve(null),
        file: { path, load },
        config,
        world: 'live',
        life,
        clock: systemClock,
        logger: silentLogger,
      });
      expect((await reload.reload('command')).added).toHaveLength(SOURCES);
      const before = await resources();
      let touched = 0;
      for (let turn = 1; turn <= RELOADS; turn += 1) {
        if (turn % 10 === 0) {
          await writeFile(path, `${fileOf(none, none)}  - { type: rss, id: s1 }\n`);
          await expect(reload.reload('command')).rejects.toThrow('2 problems');
          expect(life.statuses().filter(({ running }) => running).length).toBeGreaterThan(180);
          continue;
        }
        const changed = (place: number) => (place * 7 + turn) % 11 < turn % 3;
        await writeFile(
          path,
          fileOf(changed, (place) => (place + turn) % 40 === 0),
        );
        const { added, removed, restarted } = await reload.reload('command');
        touched += added.length + removed.length + restarted.length;
      }
      await writeFile(path, fileOf(none, none));
      await reload.reload('command');
      const after = await resources();
      expect(life.statuses()).toHaveLength(SOURCES);
      expect(touched).toBeGreaterThan(2_000);
      expect(after.files).toBeLessThanOrEqual(before.files + 5);
      // One for the pause of each source, and those of the service.
      expect(after.timers).toBeLessThanOrEqual(SOURCES + 20);
      stop.abort();
      await life.ended();

      let delivered = 0;
      for (let place = 0; place < SOURCES; place += 1)
        delivered += Number((await log.readCursor(`fake:s${place}`)) ?? 0);
      const books = await service.operate(reconcileOperation, {}, never);
      expect(books).toMatchObject({
        accepted: delivered,
        stored: delivered,
        duplicates: 0,
        difference: 0,
        rollUpDifferences: 0,
      });
      expect(delivered).toBeGreaterThan(2 * SOURCES);
      await service.stop();
    },
  );
});

function withId(document: ReturnType<typeof rawDocument>) {
  return {
    ...document,
    text: `${document.text} ${document.nativeId}`,
    publishedAt: new Date().toISOString(),
  };
}

describe('the sources of a service that was started', () => {
  let feeds: Server;
  let conditions: (string | undefined)[];
  let service: RunningService | null = null;
  let data: string;
  let file: string;
  beforeEach(async () => {
    conditions = [];
    feeds = createServer((request, response) => {
      conditions.push(request.headers['if-none-match']);
      if (request.url !== '/feed') response.writeHead(404).end();
      else if (request.headers['if-none-match'] === '"one"') response.writeHead(304).end();
      else
        response
          .writeHead(200, { 'content-type': 'application/rss+xml', etag: '"one"' })
          .end(
            '<rss><channel><item><guid>a</guid><title>Apple warns on profit</title><pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate></item>' +
              '<item><guid>b</guid><title>No time</title></item></channel></rss>',
          );
    });
    await new Promise<void>((resolve) => feeds.listen(0, '127.0.0.1', resolve));
    data = join(folder.path, 'data');
    file = join(folder.path, 'desk.yaml');
  });
  afterEach(async () => {
    await service?.stop();
    service = null;
    feeds.close();
  });

  const feed = (id: string, path = 'feed', more = '') =>
    `  - { type: rss, id: ${id}, name: ${id}, allowPrivateHosts: true, url: "http://127.0.0.1:${(feeds.address() as AddressInfo).port}/${path}"${more} }\n`;
  const write = (...entries: readonly string[]) =>
    writeFile(file, `fetch: { hostGapMs: 100 }\nsources:\n${entries.join('')}`);
  const ask = (...words: readonly string[]) => runCommand(['sources', ...words, '--data', data]);
  const list = async () => {
    const { out } = await ask('list', '--json');
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { id: string; state: string; delivered: number; reason: string });
  };

  it(
    'are stopped and started where they stood, and reloaded on SIGHUP and on command',
    { timeout: 180_000 },
    async () => {
      await write(feed('fed'));
      service = await startBellwether(['--config', file, '--data', data]);
      await until(
        async () => ((await list())[0]?.delivered === 1 ? true : null),
        30_000,
        'the first document',
      );
      expect((await ask('stop', 'fed')).code).toBe(0);
      expect(await list()).toMatchObject([{ id: 'fed', state: 'stopped', delivered: 1 }]);
      expect((await ask('start', 'fed')).words).toContain('fed runs again');
      await until(() => Promise.resolve(conditions.length === 2 ? true : null), 30_000, 'the second reading');
      expect(conditions).toEqual([undefined, '"one"']);

      await write(feed('fed'), feed('gone', 'nowhere'));
      service.process.kill('SIGHUP');
      await until(
        async () => ((await list()).find(({ id }) => id === 'gone')?.state === 'degraded' ? true : null),
        30_000,
        'the source that was added',
      );
      expect(service.words()).toContain('Added: gone.');
      expect(service.words()).toContain('1 source goes on untouched.');

      await write(feed('fed'), feed('fed'));
      const broken = await ask('reload');
      expect(broken.code).toBe(2);
      expect(broken.words).toContain('sources[1].id');
      expect((await list()).map(({ id }) => id)).toEqual(['fed', 'gone']);
      const unknown = await ask('stop', 'boe');
      expect(unknown.words).toContain('There are fed, gone.');

      const status = (await (await fetch(`${service.page}/api/v1/status`)).json()) as { sources: unknown[] };
      expect(status.sources).toHaveLength(2);
      const metrics = await (await fetch(`${service.metrics}/metrics`)).text();
      expect(metrics).toContain('bellwether_source_state{source="gone",state="degraded"} 1');
      expect(metrics).toContain('rejected_documents_total{source_type="rss",reason="missing_field"} 1');
      expect(await service.stop()).toBe(0);
      const stopped = await ask('list');
      expect([stopped.code, stopped.words]).toEqual([1, expect.stringContaining('No service is running on')]);
    },
  );

  it('are tried without a service, and nothing is written', { timeout: 120_000 }, async () => {
    await write(feed('fed'), feed('gone', 'nowhere'), feed('off', 'feed', ', enabled: false'));
    const attempt = (...words: readonly string[]) =>
      runCommand(['sources', 'test', ...words, '--config', file], { cwd: folder.path });
    const good = await attempt('fed');
    expect(good.words).toBe('');
    expect(good.code).toBe(0);
    expect(good.out).toContain('It works: 1 document came.');
    expect(good.out).toMatch(/2026-03-01T10:00:00.000Z {2}en {2}Apple warns on profit\n {6}AAPL\.XNAS/);
    expect(good.out).toContain('not taken  1');
    const off = await attempt('off', '--json');
    expect(JSON.parse(off.out)).toMatchObject({ ok: true, documents: 1, notTaken: 1 });
    const bad = await attempt('gone');
    expect([bad.code, bad.out]).toEqual([1, expect.stringContaining('status 404')]);
    expect((await attempt('boe')).code).toBe(2);
    expect(await readdir(folder.path)).toEqual(['desk.yaml']);
  });
});
