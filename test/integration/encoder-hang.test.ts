import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

import { parseEncoderManifest, servedLanguages } from '../../models/encoder/manifest.js';
import { startHost } from '../../models/encoder/runtime/host.js';

/** The compiled thread: `npm test` builds it first. */
const ENTRY = fileURLToPath(new URL('../../dist/models/encoder/runtime/worker-main.js', import.meta.url));
const FOLDER = new URL('../fixtures/models/encoder/', import.meta.url);

async function tinyHost() {
  const manifest = parseEncoderManifest(
    JSON.parse(await readFile(new URL('model.json', FOLDER), 'utf8')),
    'tiny',
  );
  const model = new Uint8Array(await readFile(new URL('en.onnx', FOLDER)));
  const networks = servedLanguages(manifest).map(([language, served]) => ({ language, served, model }));
  return startHost({ networks, threads: 1, device: 'cpu', entry: ENTRY });
}

const inputs = (count: number) =>
  Array.from({ length: count }, () => ({ ids: Array.from({ length: 16 }, () => 5), mentions: [] }));

it('leaves a thread that is late in native code to end itself: cut off there, it takes the process along', async () => {
  const host = await tinyHost();
  await expect(host.run({ language: 'en', inputs: inputs(20_000) }, 1)).rejects.toMatchObject({
    reason: 'hang',
  });
  // Resolves when the thread is gone; a process that was taken along would not get here.
  await host.end();
}, 60_000);

it('ends a thread at once that has just answered', async () => {
  const host = await tinyHost();
  expect(await host.run({ language: 'en', inputs: inputs(1) }, 30_000)).toHaveLength(1);
  await host.end();
}, 60_000);
