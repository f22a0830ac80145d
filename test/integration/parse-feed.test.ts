import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runCommand, temporaryFolder } from '../support/service.js';
import { feedCorpus } from '../support/feeds/corpus.js';

interface Line {
  readonly file: string;
  readonly ok: boolean;
  readonly format: string | null;
  readonly items: readonly { title: string | null; url: string | null; publishedAt: string | null }[];
  readonly error: { readonly code: string; readonly message: string } | null;
}

const RSS = `<rss version="2.0"><channel><title>Wire</title><item><title>Profit warning</title><link>/1</link><pubDate>2026-03-31 14:05:00</pubDate></item></channel></rss>`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string) => join(folder.path, name);
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(at('good.xml'), RSS);
});
afterAll(() => folder.remove());

const linesOf = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('bellwether parse-feed', () => {
  it('gives one line of JSON a file, with its items', async () => {
    const { code, out } = await runCommand([
      ...['parse-feed', '--json', '--base-url', 'https://wire.example/rss', '--zone', '+08:00'],
      at('good.xml'),
    ]);
    expect(code).toBe(0);
    expect(linesOf(out)).toEqual([
      expect.objectContaining({ file: at('good.xml'), ok: true, format: 'rss2', title: 'Wire', error: null }),
    ]);
    expect(linesOf(out)[0]?.items[0]).toMatchObject({
      title: 'Profit warning',
      url: 'https://wire.example/1',
      publishedAt: '2026-03-31T06:05:00.000Z',
    });
  });

  it('says why a file cannot be read, goes on with the others, and fails at the end', async () => {
    await mkdir(at('folder'));
    await writeFile(at('empty'), '');
    await writeFile(at('page.html'), '<!doctype html><p>Gone');
    execFileSync('mkfifo', [at('pipe')]);
    const files = ['folder', 'missing.xml', 'empty', 'page.html', 'pipe', 'good.xml'].map(at);
    const { code, out } = await runCommand(['parse-feed', '--json', ...files]);
    expect(code).toBe(1);
    expect(linesOf(out).map(({ error, items }) => error?.code ?? items.length)).toEqual([
      'file_unreadable',
      'file_unreadable',
      'feed_empty',
      'feed_html',
      'file_unreadable',
      1,
    ]);
  });

  it('shows what a feed withdraws', async () => {
    const tombstone = '<at:deleted-entry ref="tag:wire.example,2026:1" when="2026-03-31T14:05:00Z"/>';
    const xmlns = 'xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"';
    await writeFile(at('withdrawn.xml'), `<feed ${xmlns}><title>Wire</title>${tombstone}</feed>`);
    const json = await runCommand(['parse-feed', '--json', at('withdrawn.xml')]);
    const retracted = [{ nativeId: 'tag:wire.example,2026:1', retractedAt: '2026-03-31T14:05:00.000Z' }];
    expect(linesOf(json.out)[0]).toMatchObject({ ok: true, items: [], retracted });
    const { out } = await runCommand(['parse-feed', at('withdrawn.xml')]);
    expect(out).toMatch(/0 items, 1 retracted\n {2}2026-03-31T14:05:00\.000Z retracted: tag:wire\.example/);
  });

  it('shows a table to a person, and answers wrong use with the fix', async () => {
    const { out } = await runCommand(['parse-feed', at('good.xml')]);
    expect(out).toContain('rss2 in utf-8, "Wire" 1 items');
    expect(out).toContain('Profit warning');
    for (const args of [[], ['--base-url', 'nowhere', 'x'], ['--zone', 'CET', 'x']]) {
      expect((await runCommand(['parse-feed', ...args])).code).toBe(2);
    }
  });

  it('ends well with every hostile file in one run', { timeout: 180_000 }, async () => {
    const hostile = feedCorpus().filter(({ kind }) => kind === 'hostile');
    for (const { name, bytes } of hostile) await writeFile(at(name), bytes);
    const { code, out } = await runCommand(['parse-feed', '--json', ...hostile.map(({ name }) => at(name))]);
    expect(code).toBe(1);
    expect(linesOf(out).map(({ file }) => file)).toEqual(hostile.map(({ name }) => at(name)));
    expect(linesOf(out).filter(({ error }) => error?.code === 'feed_fault')).toEqual([]);
  });
});
