import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findBrowser, launchBrowser } from '../support/dashboards-browser.js';
import { runCommand, startBellwether, temporaryFolder } from '../support/service.js';

const hasBrowser = findBrowser();
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const RULES = `rules:
  - id: cleared
    version: 1
    author: ana@desk.example
    approvedBy: li@risk.example
    reason: A finding of no breach is no bad news.
    when: { anyOf: [not in breach] }
    then: { atMost: { negative: 0.1 } }
    tests: [{ text: found not in breach, fires: true }]
`;

describe.skipIf(!hasBrowser)('an expert rule, from its file to the page (skipped without Chromium)', () => {
  it('is tested by the command line, decides in the service, and says so on the page', async () => {
    const rules = join(folder.path, 'rules.yaml');
    const config = join(folder.path, 'config.yaml');
    await writeFile(rules, RULES);
    await writeFile(config, `models: { rules: { files: ['${rules}'], approval: required } }\nsources: []\n`);
    expect(await runCommand(['expert-rules', 'test', '--config', config])).toMatchObject({
      code: 0,
      out: 'good  cleared 1  in force  1 of 1 tests pass\n',
    });

    const service = await startBellwether(['--config', config, '--data', join(folder.path, 'data')]);
    const taken = await fetch(`${service.page}/ingest/v1/documents`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        source: { id: 'made-up-wire', kind: 'news', name: 'Made-up Wire' },
        nativeId: '1',
        title: 'Apple Inc. was found not in breach after the fraud probe, Apple shares had plunged',
        publishedAt: new Date().toISOString(),
      }),
    });
    expect(taken.status).toBeLessThan(300);

    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(service.page);
      const row = page.locator('#documents .row', { hasText: 'found not in breach' });
      await row.getByText('expert rule', { exact: true }).waitFor({ timeout: 30_000 });
      await row.locator('button').click();
      await page.waitForSelector('dialog .ruled');
      expect(await page.textContent('dialog .ruled')).toContain('A finding of no breach is no bad news.');
      expect(await page.locator('dialog .model-alone').first().textContent()).toContain('The model alone');
      expect(await page.locator('dialog .told').count()).toBeGreaterThan(0);
    } finally {
      await browser.close();
    }
    expect(await service.stop('SIGTERM')).toBe(0);
  }, 120_000);
});
