import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { loadConfig } from '../../../../../config/load.js';
import type { Config } from '../../../../../config/schema.js';
import { identityOf, parseArtefact } from '../../../../../models/ngram/artefact.js';
import { loadServed } from '../../../../../pipeline/app/model-life/approved-model.js';
import {
  candidateFolder,
  modelPaths,
  writeJson,
} from '../../../../../pipeline/app/model-life/candidate-files.js';

const ID = 'ngram-0123456789ab';
const PACKAGED = fileURLToPath(new URL('../../../../../models/artifacts/ngram', import.meta.url));
let dataDir: string;
let models: Config['models'];
let sha256: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bellwether-approved-'));
  await cp(PACKAGED, join(candidateFolder(dataDir, ID), 'ngram'), { recursive: true });
  const manifest = await readFile(join(PACKAGED, 'model.json'), 'utf8');
  sha256 = identityOf(
    parseArtefact(manifest, await readFile(join(PACKAGED, 'weights.bin')), PACKAGED).manifest,
  );
  ({ models } = await loadConfig({ file: null, env: {}, overrides: { models: { sentiment: 'ngram' } } }));
});
afterAll(() => rm(dataDir, { recursive: true }));

const approved = (hash: string) =>
  writeJson(modelPaths(dataDir).approved, {
    current: { id: ID, name: 'ngram', sha256: hash },
    before: [null],
  });

it('loads the weights that were approved', async () => {
  await approved(sha256);
  const served = await loadServed(dataDir, models, 'ngram');
  expect(served.model.sha256).toBe(sha256);
  await served.close();
});

it('refuses other weights in the folder of what was approved, however sound they are', async () => {
  await approved('ab'.repeat(32));
  await expect(loadServed(dataDir, models, 'ngram')).rejects.toMatchObject({
    code: 'model_exchanged',
    message: expect.stringContaining('not the weights that were trained and approved here') as unknown,
  });
});
