import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { loadConfig } from '../../../../../config/load.js';
import { startChallenger } from '../../../../../pipeline/app/model-life/challenger-process.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function entryOf(name: string, source: string): Promise<string> {
  const entry = join(folder, name);
  await writeFile(entry, source);
  return entry;
}

it('does not keep a service waiting that stops while it is still loading', async () => {
  const entry = await entryOf('never.mjs', 'process.on("message", () => undefined);');
  const { models } = await loadConfig({ file: null, env: {}, overrides: {} });
  const stop = new AbortController();
  const starting = startChallenger(models, { entry, signal: stop.signal });
  stop.abort();
  await expect(starting).rejects.toMatchObject({ code: 'challenger_gone' });
}, 20_000);

it('is told the token of the hosts that it asks', async () => {
  const source = `process.once('message', ({ models }) => {
    process.send({ refused: { code: 'told', message: String(models.remote.token) } });
  });`;
  const entry = await entryOf('tells.mjs', source);
  const remote = { urls: ['http://127.0.0.1:8430'], token: '${env:MODEL_TOKEN}' };
  const { models } = await loadConfig({
    file: null,
    env: { MODEL_TOKEN: 'a-token-of-this-test' },
    overrides: { models: { remote } },
  });
  await expect(startChallenger(models, { entry })).rejects.toMatchObject({
    code: 'told',
    message: 'a-token-of-this-test',
  });
}, 20_000);
