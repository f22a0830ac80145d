import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { loadConfig } from '../../../../../config/load.js';
import { createShadowing } from '../../../../../pipeline/app/model-life/shadowing.js';
import { createMetrics } from '../../../../../pipeline/telemetry/metrics.js';
import { silentLogger } from '../../../../../pipeline/telemetry/logger.js';
import { ARTIFACTS } from '../../../../support/encoder.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-shadowing-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('leaves a challenger alone that is the same one still, and takes another one or another version of it', async () => {
  await cp(join(ARTIFACTS, 'ngram'), join(folder, 'ngram'), { recursive: true });
  const { models } = await loadConfig({
    file: null,
    env: {},
    overrides: { models: { sentiment: 'lexicon', challenger: 'ngram', directory: folder } },
  });
  const begun: string[] = [];
  const shadowing = createShadowing({
    dataDir: folder,
    store: { add: () => Promise.resolve() },
    calm: () => Promise.resolve(true),
    clock: { now: () => 0 },
    logger: {
      ...silentLogger,
      info: (sentence) => void begun.push(sentence),
      error: (sentence) => void begun.push(sentence),
    },
    metrics: createMetrics(),
  });
  await shadowing.follow(models);
  await shadowing.follow(models);
  expect(begun).toHaveLength(1);
  await shadowing.follow({ ...models, challengerShare: models.challengerShare / 2 });
  expect(begun).toHaveLength(2);
  const manifest = join(folder, 'ngram', 'model.json');
  await writeFile(manifest, `${await readFile(manifest, 'utf8')} `);
  await shadowing.follow({ ...models, challengerShare: models.challengerShare / 2 });
  expect(begun).toHaveLength(3);
  // One that is refused is tried again at each reload.
  await writeFile(manifest, '{');
  await shadowing.follow(models);
  await shadowing.follow(models);
  expect(begun.slice(3)).toEqual(
    Array.from(
      { length: 2 },
      () => 'The challenger of the configuration reads nothing; the model that serves goes on.',
    ),
  );
  await shadowing.close();
});
