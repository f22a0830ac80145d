import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createFixture, makeDocument, NOW, type Fixture } from '../support/dashboards.js';
import {
  findBrowser,
  findViolations,
  PICTURES,
  servePage,
  usePageBrowser,
  watchPage,
  type Served,
} from '../support/dashboards-browser.js';
import { toTask } from '../../pipeline/app/labelling/label-queue.js';
import { fillScenario } from '../support/dashboards-scenario.js';

describe.skipIf(!findBrowser())('saying what texts are, on the page in Chromium', () => {
  const browser = usePageBrowser();
  let fixture: Fixture;
  let served: Served;
  let page: Page;
  let offences: readonly string[];
  let token: string | undefined;

  beforeEach(async () => {
    token = undefined;
    fixture = createFixture({
      webRoot: browser.webRoot,
      mayWrite: (given) => token === undefined || given === `Bearer ${token}`,
    });
    fillScenario(fixture);
    served = await servePage(fixture);
    page = await browser.newPage();
    offences = watchPage(page, served.url);
  });
  afterEach(async () => {
    await page.close();
    await served.server.close();
  });

  const open = async (query: string) => {
    await page.goto(served.url + query);
    await page.waitForSelector('dialog.detail');
  };
  const picture = (name: string) => page.screenshot({ path: join(PICTURES, `${name}.png`) });
  const said = () => fixture.desk.said.map(({ author, value, origin }) => [author, value, origin]);
  const place = (text: string) => page.getByText(text, { exact: false }).first().waitFor();

  test('a person labels with the keyboard alone, and sees how far it is and how well people agree when it is over', async () => {
    await page.goto(served.url);
    await page.getByRole('button', { name: 'Label texts' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Your name').focus();
    // Letters in a field are letters.
    await page.keyboard.type('ann unsp');
    await picture('label-start');
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await place('1 / 20');
    expect(await page.locator('dialog').innerText()).not.toMatch(/P\(negative\)|polarity|0\.\d/i);
    // The page behind shows scores of the same texts.
    expect(await page.locator('main.columns').isVisible()).toBe(false);
    await picture('label-text');
    expect(await findViolations(page)).toEqual([]);
    const shown = page.locator('.label-answers button', { hasText: 'skip' });
    expect((await shown.boundingBox())?.width).toBeGreaterThan(60);
    await page.keyboard.press('n');
    await place('2 / 20');
    await page.keyboard.press('w');
    await page.keyboard.press('u');
    await place('3 / 20');
    await page.keyboard.press('b');
    await place('2 / 20');
    await page.keyboard.press('p');
    await place('3 / 20');
    await page.keyboard.press('q');
    await place('Agreement');
    expect(said()).toEqual([
      ['ann unsp', 'negative', 'label'],
      ['ann unsp', 'neutral', 'label'],
      ['ann unsp', 'positive', 'label'],
    ]);
    expect(new Set(fixture.desk.said.map((one) => one.documentId)).size).toBe(2);
    await picture('label-done');
    expect(await findViolations(page)).toEqual([]);
    expect(offences).toEqual([]);
  });

  test('what people differ about is decided with what each said, in Chinese, dark and on a phone', async () => {
    const view = makeDocument({
      key: 'disputed',
      title: '港景银行暂停提款，监管部门介入调查',
      text: '银行称系统维护，储户在门口排起长队。'.repeat(6),
      language: 'zh',
      instrument: 'HBRV.XDEM',
      negative: 0.5,
      publishedAt: NOW - 60_000,
    });
    fixture.desk.disputed.push({
      task: toTask(view),
      instrument: 'HBRV.XDEM',
      said: [
        { author: 'ann', value: 'negative' },
        { author: '陈晨', value: 'neutral' },
      ],
    });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.addInitScript("localStorage.setItem('bellwether.language', 'zh')");
    await open('/?label=texts');
    await picture('label-start-narrow-dark');
    await page.getByLabel('您的姓名').fill('李');
    await page.getByRole('button', { name: '裁定分歧' }).click();
    await place('陈晨');
    await picture('label-dispute-narrow-dark');
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(390);
    expect(await findViolations(page)).toEqual([]);
    await page.keyboard.press('w');
    await place('一致性');
    await picture('label-done-narrow-dark');
    expect(said()).toEqual([['李', 'wrong_entity', 'adjudication']]);
    expect(offences).toEqual([]);
  });

  test('the reader of an alert says what its texts are; where a token is wanted it can be given', async () => {
    token = 'sesame';
    await open('/?alert=alert-0001');
    const first = page.locator('.verdict').first();
    const right = first.getByRole('button', { name: 'bad news, right' });
    expect(await right.isDisabled()).toBe(true);
    await page.getByLabel('Your name').fill('bo');
    await right.click();
    await place('This service wants its token');
    await page.getByLabel('Token').fill('sesame');
    await right.click();
    await place('Kept.');
    expect(await right.getAttribute('aria-pressed')).toBe('true');
    await first.getByRole('button', { name: 'wrong company' }).click();
    await first.locator('[aria-pressed=true]', { hasText: 'wrong company' }).waitFor();
    expect(said()).toEqual([
      ['bo', 'negative', 'verdict'],
      ['bo', 'wrong_entity', 'verdict'],
    ]);
    await picture('verdict');
    expect(await findViolations(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await first.scrollIntoViewIfNeeded();
    await picture('verdict-narrow-dark');
    // The browser itself tells of the refusal.
    expect(offences.filter((one) => !one.includes('401'))).toEqual([]);
  });
});
