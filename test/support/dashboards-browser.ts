import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { FastifyInstance } from 'fastify';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll } from 'vitest';

import { createServer } from '../../dashboards/api/server.js';
import type { Fixture } from './dashboards.js';

const ROOT = join(import.meta.dirname, '..', '..');
export const WEB_ROOT = join(ROOT, 'dist', 'web');
/** Where tests leave what they saw. */
export const PICTURES = join(ROOT, 'dist', 'screenshots');
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Without Chromium the page's tests are skipped, except in CI, where that would hide a failure. */
export function findBrowser(): boolean {
  if (existsSync(CHROMIUM)) return true;
  if (process.env['CI'] === 'true')
    throw new Error(`There is no Chromium at ${CHROMIUM}; set CHROMIUM_PATH.`);
  return false;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Builds the page from its present source, beside the one of the working copy. */
export async function buildPage(outDir: string): Promise<string> {
  await build({
    configFile: join(ROOT, 'dashboards', 'web', 'vite.config.ts'),
    logLevel: 'silent',
    build: { outDir, emptyOutDir: true },
  });
  return outDir;
}

export interface PageBrowser {
  /** The page as built from its present source; empty before the tests begin. */
  readonly webRoot: string;
  newPage(): Promise<Page>;
}

/** A browser for the tests of the present `describe`, and the page that it opens, built once. */
export function usePageBrowser(): PageBrowser {
  let browser: Browser;
  const used = {
    webRoot: '',
    newPage: () =>
      browser.newPage({
        viewport: { width: 1440, height: 900 },
        locale: 'en-GB',
        reducedMotion: 'reduce',
      }),
  };
  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    used.webRoot = await buildPage(await mkdtemp(join(tmpdir(), 'bellwether-page-')));
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await rm(used.webRoot, { recursive: true, force: true });
  });
  return used;
}

export interface Served {
  readonly server: FastifyInstance;
  readonly url: string;
}

export async function servePage(fixture: Fixture, port = 0): Promise<Served> {
  const server = createServer(fixture.deps);
  await server.listen({ host: '127.0.0.1', port });
  return { server, url: `http://127.0.0.1:${(server.server.address() as AddressInfo).port}` };
}

/** Everything a page did that it must not: errors, dialogs, requests that left the origin. */
export function watchPage(page: Page, origin: string): readonly string[] {
  const offences: string[] = [];
  page.on('pageerror', (error) => offences.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') offences.push(`console: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    offences.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const { protocol } = new URL(request.url());
    if (!request.url().startsWith(origin) && protocol !== 'data:') offences.push(`request: ${request.url()}`);
  });
  return offences;
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** Violations of accessibility rules, one line each with the element. */
export async function findViolations(page: Page): Promise<readonly string[]> {
  const path = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await page.evaluate(await readFile(path, 'utf8'));
  // The frame of a mail takes no script, so nothing inside it can be asked.
  const results = await page.evaluate<AxeResults>('axe.run(document, { iframes: false })');
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`),
  );
}
