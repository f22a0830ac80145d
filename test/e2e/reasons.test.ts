import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { SourceStatus } from '../../dashboards/api/ports.js';
import { UnavailableError } from '../../pipeline/core/errors.js';
import { createFixture, NOW, type Fixture } from '../support/dashboards.js';
import {
  findBrowser,
  findViolations,
  PICTURES,
  servePage,
  usePageBrowser,
  type Served,
} from '../support/dashboards-browser.js';
import { fillScenario } from '../support/dashboards-scenario.js';

describe.skipIf(!findBrowser())('what the service says by code, on the page in Chromium', () => {
  const browser = usePageBrowser();
  let fixture: Fixture;
  let served: Served;
  let page: Page;

  beforeEach(async () => {
    fixture = createFixture({ webRoot: browser.webRoot });
    fillScenario(fixture);
    served = await servePage(fixture);
    page = await browser.newPage();
  });
  afterEach(async () => {
    await page.close();
    await served.server.close();
  });

  const open = async (query: string, { language, selector }: { language: 'en' | 'zh'; selector: string }) => {
    await page.addInitScript(`localStorage.setItem('bellwether.language', '${language}')`);
    await page.goto(served.url + query);
    await page.waitForSelector(selector);
  };

  test('a source in trouble says why in the language of the reader, with the detail of the service below', async () => {
    fixture.status = { ...fixture.status, sources: TROUBLES };
    await open('?sources=all', { language: 'zh', selector: '.sources .why' });
    const why = (id: string) => page.textContent(`.sources [data-id="${id}"] .why`);
    const detail = (id: string) => page.textContent(`.sources [data-id="${id}"] .technical`);
    expect(await why('ledger')).toBe('服务器未给出所请求的内容。状态码 403。');
    expect(await detail('ledger')).toBe('技术细节（英文）： feeds.example answers with status 403.');
    expect(await why('posts')).toBe('服务器暂不接受更多请求。状态码 429。恢复时间：2026-03-10 12:20 UTC。');
    expect(await why('desk')).toBe('已手动停止。');
    expect(await why('odd')).toBe('原因见技术细节。');
    expect(await page.getAttribute('.sources .technical bdi', 'lang')).toBe('en');
    await page.screenshot({ path: join(PICTURES, 'sources-zh.png') });
    await page.setViewportSize({ width: 320, height: 900 });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    await page.screenshot({ path: join(PICTURES, 'sources-zh-narrow.png') });
    expect(await findViolations(page)).toEqual([]);

    await open('?sources=all', { language: 'en', selector: '.sources .why' });
    await page.screenshot({ path: join(PICTURES, 'sources-en-narrow.png') });
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.screenshot({ path: join(PICTURES, 'sources-en.png') });
    expect(await why('ledger')).toBe('The server does not give what was asked for. Status 403.');
    expect(await why('posts')).toBe(
      'The server allows no further requests for now. Status 429. Until 2026-03-10 12:20 UTC.',
    );
    expect(await detail('desk')).toBe(
      'Technical detail: Stopped by hand; "bellwether sources start" lets it go on.',
    );
  });

  test('a failing store is said in the language of the reader', async () => {
    const failure = new UnavailableError('store_too_slow', 'The store is too slow.', { retriable: true });
    await served.server.close();
    const { deps } = fixture;
    const queries = { ...deps.queries, summaries: () => Promise.reject(failure) };
    served = await servePage({ ...fixture, deps: { ...deps, queries } });
    await open('', { language: 'zh', selector: '.problem .why' });
    expect(await page.textContent('.problem .why')).toBe('数据库目前过慢，请稍后再试。');
    expect(await page.textContent('.problem .technical')).toContain('The store is too slow.');
    await page.screenshot({ path: join(PICTURES, 'failure-zh.png') });
    await page.setViewportSize({ width: 320, height: 900 });
    await page.screenshot({ path: join(PICTURES, 'failure-zh-narrow.png') });
  });
});

const USUAL = {
  licence: null,
  lastDeliveryAt: NOW - 90_000,
  lastContactAt: NOW - 30_000,
  countedSince: NOW - 3_600_000,
  delivered: 12,
  rejected: 0,
  refused: null,
} as const;

const TROUBLES: readonly SourceStatus[] = [
  {
    ...USUAL,
    id: 'ledger',
    name: 'Example Ledger',
    state: 'degraded',
    reason: 'feeds.example answers with status 403.',
    cause: { code: 'answer_refused', facts: { status: 403 } },
  },
  {
    ...USUAL,
    id: 'posts',
    name: 'Example Posts',
    state: 'degraded',
    reason: 'posts.example allows no further requests until 2026-03-10T12:20:00.000Z (status 429).',
    cause: { code: 'rate_limited', facts: { status: 429, until: NOW + 1_200_000 } },
  },
  {
    ...USUAL,
    id: 'import',
    name: 'Tables of the desk',
    state: 'degraded',
    reason:
      '/srv/desk/2026-03/complaints-of-the-branches.csv: "text" wants the column Kommentar, which is not there; Comment is near. There are: Id, Date, Customer, Branch, Comment.',
    cause: { code: 'mapping_columns' },
  },
  {
    ...USUAL,
    id: 'odd',
    name: 'Odd',
    state: 'degraded',
    reason: 'Something new.',
    cause: { code: 'something_new' },
  },
  {
    ...USUAL,
    id: 'desk',
    name: 'Desk',
    state: 'stopped',
    reason: 'Stopped by hand; "bellwether sources start" lets it go on.',
    cause: { code: 'stopped_by_hand' },
  },
  { ...USUAL, id: 'wire', name: 'Wire', state: 'ok', reason: null, cause: null },
];
