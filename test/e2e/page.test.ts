import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createFixture, documentId, makeDocument, NOW, toLive, type Fixture } from '../support/dashboards.js';
import {
  findBrowser,
  findViolations,
  PICTURES,
  servePage,
  usePageBrowser,
  watchPage,
  type Served,
} from '../support/dashboards-browser.js';
import { fillScenario } from '../support/dashboards-scenario.js';

const HEARTBEAT_MS = 250;
const hasBrowser = findBrowser();
/** Degrees of opacity on the canvas: an empty one has a single one. */
const COUNT_SHADES = `(() => {
  const canvas = document.querySelector('canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return new Set(data.filter((_value, index) => index % 4 === 3)).size;
})()`;

describe.skipIf(!hasBrowser)('the page in Chromium (skipped where /usr/bin/chromium is missing)', () => {
  const browser = usePageBrowser();
  let fixture: Fixture;
  let served: Served;
  let page: Page;
  let offences: readonly string[];

  beforeEach(async () => {
    fixture = createFixture({ webRoot: browser.webRoot, heartbeatMs: HEARTBEAT_MS });
    fillScenario(fixture);
    served = await servePage(fixture);
    page = await browser.newPage();
    offences = watchPage(page, served.url);
  });
  afterEach(async () => {
    await page.close();
    await served.server.close();
  });

  const open = async (query = '', selector = '#documents .row') => {
    await page.goto(served.url + query);
    await page.waitForSelector(selector);
    await page.waitForSelector('[data-state=live]');
  };
  const titles = () => page.locator('#documents .row-title').allTextContents();
  const publish = (key: string, title: string) => {
    const view = makeDocument({
      key,
      title,
      text: '',
      instrument: 'HBRV.XDEM',
      negative: 0.9,
      publishedAt: NOW - 1_000,
    });
    fixture.store.add(view);
    fixture.live.publish({ type: 'documents', documents: [toLive(view)] });
  };

  test('the demo is unmistakable, the market and its instruments have polarity by sign, shape and word', async () => {
    await open();
    expect(await page.textContent('.world')).toContain('DEMO');
    expect(await page.textContent('[data-series=market]')).toMatch(/Market.*[▲▼◆].*\d\.\d\d.*documents/);
    const bank = page.locator('tr[data-id="HBRV.XDEM"]');
    expect(await bank.textContent()).toMatch(/Harborview Bank.*▼−0\.\d\d/);
    expect(await page.textContent('.clock')).toBe('2026-03-10 12:00 UTC');
    expect(offences).toEqual([]);
  });

  test('the chart is drawn, and a click on it shows the documents of that window alone', async () => {
    await open('?series=instrument:HBRV.XDEM');
    const painted = await page.evaluate<number>(COUNT_SHADES);
    expect(painted).toBeGreaterThan(2);
    const box = await page.locator('.u-over').boundingBox();
    // Of the 24 hours shown the crisis is in the last but one.
    await page.mouse.click(box!.x + (box!.width * 22.5) / 24, box!.y + box!.height / 2);
    await page.waitForSelector('.window');
    expect(new URL(page.url()).searchParams.get('window')).toBe('2026-03-10T11:00:00.000Z');
    await expect.poll(titles).toHaveLength(5);
    await page.click('.window button');
    await page.waitForSelector('.window', { state: 'detached' });
  });

  test('a document opens with its sentence and the instrument marked, and Escape goes back', async () => {
    await open('?series=instrument:HBRV.XDEM');
    await page.click(`#documents [data-id="${documentId('crisis-1')}"] button`);
    await page.waitForSelector('dialog .text mark');
    const marked = (await page.locator('dialog mark').allTextContents()).join('');
    expect(marked).toBe('The bank gave no date▼ for a return to normal.');
    expect(await page.textContent('dialog u')).toBe('Harborview Bank');
    const told = page.locator('dialog .text .told');
    expect(await told.allTextContents()).toEqual(['opens▲', 'no date▼']);
    expect(await told.last().getAttribute('title')).toBe('This word speaks for bad news.');
    expect(await page.textContent('dialog .told-words')).toContain('▼ no date +1.20');
    expect(await findViolations(page)).toEqual([]);
    const link = page.locator('dialog a.out').first();
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
    expect(await link.getAttribute('href')).toBe('https://news.example/crisis-1');
    expect(new URL(page.url()).searchParams.get('document')).toBe(documentId('crisis-1'));
    await page.screenshot({ path: join(PICTURES, 'document.png') });
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    expect(page.url()).not.toContain('document=');
  });

  test('what an expert rule decided says so, with the reason and what the model had said', async () => {
    await open('?series=instrument:HBRV.XDEM');
    const row = page.locator(`#documents [data-id="${documentId('crisis-2')}"]`);
    const mark = row.getByText('expert rule', { exact: true });
    expect(await mark.getAttribute('title')).toBe(
      'queues-at-a-bank: A queue at a bank is bad news in itself.',
    );
    await row.locator('button').click();
    await page.waitForSelector('dialog .ruled');
    expect(await page.textContent('dialog .ruled')).toBe(
      'Decided by expert rule queues-at-a-bank 2: A queue at a bank is bad news in itself.',
    );
    expect(await page.locator('dialog .model-alone').allTextContents()).toEqual([
      'The model alone: ▼ negative 40 % · ◆ neutral 50 % · ▲ positive 10 %',
      'The model alone: ▼ negative 30 % · ◆ neutral 60 % · ▲ positive 10 %',
    ]);
    expect(await findViolations(page)).toEqual([]);
    await page.screenshot({ path: join(PICTURES, 'document-ruled.png') });
    await page.setViewportSize({ width: 320, height: 720 });
    await page.emulateMedia({ colorScheme: 'dark' });
    const beyond =
      "[...document.querySelectorAll('dialog *')].some((one) => one.getBoundingClientRect().right > 320.5)";
    expect(await page.evaluate<boolean>(beyond)).toBe(false);
    expect(await findViolations(page)).toEqual([]);
    await page.screenshot({ path: join(PICTURES, 'document-ruled-narrow.png') });
    await page.goto(`${served.url}?alert=alert-0001`);
    await page.waitForSelector('dialog .evidence');
    expect(await page.textContent('dialog .evidence')).toContain(
      'Decided by expert rule queues-at-a-bank: A queue at a bank is bad news in itself.',
    );
  });

  test('the mark in the chart opens the alert with its evidence and arithmetic; its mail is shown without rights', async () => {
    await open('?series=instrument:HBRV.XDEM');
    await page.click('.chart button.mark');
    await page.waitForSelector('.alert-detail');
    const told = await page.textContent('.alert-detail');
    for (const words of ['12.3× the usual', 'Fires at', '4.00', 'negative-surge 1', 'ngram 1']) {
      expect(told).toContain(words);
    }
    expect(await page.locator('.alert-detail .evidence li').count()).toBe(5);
    expect(await page.locator('.alert-detail .evidence .certainty').allTextContents()).toEqual(['rumour']);
    await page.screenshot({ path: join(PICTURES, 'alert.png') });
    await page.click('.alert-detail .actions button:has-text("Mail")');
    const frame = page.frameLocator('dialog iframe');
    await frame.locator('#told').waitFor();
    expect(await frame.locator('title').textContent()).toBe('Alert');
    // The script in the mail was refused, which the browser says on the console.
    expect(offences.filter((offence) => !/sandbox|Content Security Policy/.test(offence))).toEqual([]);
  });

  test('planted script runs nowhere and a javascript: address cannot be clicked', async () => {
    const script = '"><img src=x onerror=alert(1)><script>alert(2)</script>\u202Etxt';
    const hostile = {
      key: 'hostile',
      instrument: '?EVIL',
      text: script,
      negative: 0.9,
      publishedAt: NOW - 60_000,
    };
    const view = makeDocument({
      ...hostile,
      title: script,
      url: 'javascript:alert(3)',
      source: '<b>source</b>',
    });
    fixture.store.add({ ...view, language: '" onload="alert(4)' });
    await open();
    await page.click(`#documents [data-id="${documentId('hostile')}"] button`);
    await page.waitForSelector('dialog .text');
    expect(await page.textContent('dialog .text')).toContain('<script>alert(2)</script>\uFFFDtxt');
    expect(await page.locator('dialog a.out').count()).toBe(0);
    expect(await page.locator('img').count()).toBe(0);
    expect(offences).toEqual([]);
  });

  test('new documents come in live; after the server drops every stream none is missing and none is there twice', async () => {
    await open('?series=instrument:HBRV.XDEM');
    publish('live-1', 'Live one');
    await page.waitForSelector('text=Live one');
    served.server.server.closeAllConnections();
    publish('live-2', 'Live two');
    publish('live-3', 'Live three');
    await page.waitForSelector('text=Live three');
    await page.waitForSelector('[data-state=live]');
    publish('live-4', 'Live four');
    await page.waitForSelector('text=Live four');
    const live = (await titles()).filter((title) => title.startsWith('Live')).sort();
    expect(live).toEqual(['Live four', 'Live one', 'Live three', 'Live two']);
  });

  test('a service that falls silent is called stale, with the time, and comes back by itself', async () => {
    await open();
    const port = Number(new URL(served.url).port);
    await served.server.close();
    await page.waitForSelector('[data-state=stale]');
    expect(await page.textContent('[data-state=stale]')).toMatch(/stale since \d\d:\d\d:\d\d UTC/);
    served = await servePage(fixture, port);
    await page.waitForSelector('[data-state=live]');
  });

  test('while somebody reads the list new documents wait', async () => {
    await open('?series=instrument:HBRV.XDEM');
    await page.hover('#documents .rows');
    publish('held', 'Held back');
    await page.waitForSelector('.waiting:has-text("1 new")');
    expect(await titles()).not.toContain('Held back');
    await page.mouse.move(0, 0);
    await page.waitForSelector('text=Held back');
  });

  test('Chinese is an equal: strings, names and topics change and the choice stays', async () => {
    await open();
    await page.click('button:has-text("中文")');
    expect(await page.getAttribute('html', 'lang')).toBe('zh-Hans');
    expect(await page.textContent('tr[data-id="HBRV.XDEM"]')).toContain('港景银行');
    expect(await page.textContent('.world')).toContain('演示');
    expect(await page.textContent('.alerts-panel')).toContain('个独立事件');
    await page.reload();
    await page.waitForSelector('text=港景银行');
    await page.screenshot({ path: join(PICTURES, 'zh.png') });
  });

  test('the chart can be read as a table and everything is reached by keys', async () => {
    await open('?series=instrument:HBRV.XDEM');
    await page.focus('.chart-panel .panel-head button');
    await page.keyboard.press('Enter');
    await page.waitForSelector('table.windows');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.window');
  });

  test.each(['light', 'dark'] as const)(
    'no rule of accessibility is broken in %s, page and details alike',
    async (scheme) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await open('?series=instrument:HBRV.XDEM');
      expect(await findViolations(page)).toEqual([]);
      await page.screenshot({ path: join(PICTURES, `${scheme}.png`) });
      const details = ['document', 'alert', 'mail'] as const;
      const ids = { document: documentId('crisis-0'), alert: 'alert-0001', mail: 'mail-1' };
      for (const detail of details) {
        await open(`?series=instrument:HBRV.XDEM&${detail}=${ids[detail]}`, 'dialog article');
        expect(await findViolations(page)).toEqual([]);
      }
    },
  );

  test('at 320 pixels nothing is cut off', async () => {
    await page.setViewportSize({ width: 320, height: 720 });
    await open();
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBe(320);
    expect(await findViolations(page)).toEqual([]);
    const cut =
      "[...document.querySelectorAll('.instruments .scroll')].some((one) => one.scrollWidth > one.clientWidth)";
    expect(await page.evaluate<boolean>(cut)).toBe(false);
    await page.screenshot({ path: join(PICTURES, 'narrow.png'), fullPage: true });
    await page.click(`#documents [data-id="${documentId('crisis-1')}"] button`);
    await page.waitForSelector('dialog .told');
    const beyond =
      "[...document.querySelectorAll('dialog *')].some((one) => one.getBoundingClientRect().right > 320.5)";
    expect(await page.evaluate<boolean>(beyond)).toBe(false);
    await page.screenshot({ path: join(PICTURES, 'document-narrow.png') });
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await findViolations(page)).toEqual([]);
    await page.screenshot({ path: join(PICTURES, 'document-narrow-dark.png') });
  });

  test('what cannot be shown is said in words: no data, no such document, a failing store', async () => {
    const empty = createFixture({ webRoot: browser.webRoot, heartbeatMs: HEARTBEAT_MS });
    await served.server.close();
    served = await servePage({
      ...empty,
      deps: {
        ...empty.deps,
        queries: { ...empty.store, summaries: () => Promise.reject(new Error('broken')) },
      },
    });
    await open(`?document=${'0'.repeat(32)}`, 'dialog .problem');
    expect(await page.textContent('dialog .problem')).toContain('not there any more');
    expect(await page.textContent('#documents')).toContain('No documents here in this period.');
    expect(await page.textContent('.alerts-panel')).toContain('No alert');
    expect(await page.textContent('.instruments .problem')).toContain('could not answer');
  });
});
