import { createRequire } from 'node:module';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderMail } from '../../alerts/templates/render-mail.js';
import type { StoryFacts } from '../../pipeline/core/story.js';
import { DAY_MS, firingAlert } from '../support/alerts.js';

const AXE = createRequire(import.meta.url).resolve('axe-core');
const END = Date.parse('2026-03-20T10:00:00Z');
let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
});
afterAll(async () => {
  await browser.close();
});

const STORY: StoryFacts = {
  firstSource: { id: 'wire', name: 'Test Wire' },
  firstAt: END,
  lastAt: END,
  copies: 31,
  outlets: 2,
  authors: 3,
  platforms: {},
  guard: { authorDiversity: 0.1, copyShare: 1, synchrony: 0.5, youngShare: null, drivenBy: 3 },
  novelty: 1,
};

function mailPage(language: 'en' | 'zh'): string {
  const [first] = firingAlert().documents;
  const long = { ...first!, title: 'Harbourbankoffices'.repeat(6), url: 'https://wire.example/long' };
  return renderMail({
    alert: firingAlert({ documents: [...firingAlert().documents, long] }),
    number: 1,
    world: 'demo',
    language,
    stories: new Map([[first!.id, STORY]]),
    days: Array.from({ length: 10 }, (_, day) => ({ end: END - (9 - day) * DAY_MS, negativeWeight: day })),
    alertUrl: 'http://127.0.0.1:8420/?alert=0123456789abcdef0123456789abcdef',
  }).html;
}

async function findViolations(page: Page): Promise<readonly string[]> {
  await page.addScriptTag({ path: AXE });
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run: (options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  });
}

describe('alert mail in a browser', () => {
  for (const width of [320, 660]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      it.each(['en', 'zh'] as const)(
        `fits ${width} px, reads well and is accessible (${colorScheme}, %s)`,
        async (language) => {
          const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
          await page.setContent(mailPage(language));
          const root = 'document.documentElement';
          const overflow = await page.evaluate<number>(`${root}.scrollWidth - ${root}.clientWidth`);
          expect(overflow).toBe(0);
          const card = await page.locator('.card').boundingBox();
          const button = await page.locator('.button').boundingBox();
          expect(card?.width).toBeLessThanOrEqual(600);
          expect(button?.height).toBeGreaterThanOrEqual(44);
          expect(await findViolations(page)).toEqual([]);
          await page.close();
        },
      );
    }
  }
});
