import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { loadConfig } from '../../../../../config/load.js';
import { candidateFolder, type Candidate } from '../../../../../pipeline/app/model-life/candidate-files.js';
import { namedModels } from '../../../../../pipeline/app/model-life/named-model.js';
import { modelOptions } from '../../../../../pipeline/app/understanding.js';

const ID = 'ngram-0123456789ab';
const HASH = 'ab'.repeat(32);
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'bellwether-'));
  await mkdir(candidateFolder(dataDir, ID), { recursive: true });
  const candidate: Candidate = {
    ...{ id: ID, name: 'ngram', version: '0123456789ab', sha256: HASH, dataSha256: HASH },
    ...{ trainedBy: 'ann', trainedAt: '2026-03-02T00:00:00Z', seed: 1, release: '1.0.0' },
    labels: { texts: 1, sha256: HASH, agreement: 1, newestAt: '2026-03-01T00:00:00Z' },
  };
  await writeFile(join(candidateFolder(dataDir, ID), 'candidate.json'), JSON.stringify(candidate));
});
afterAll(() => rm(dataDir, { recursive: true }));

it.each([
  [ID, null],
  ['lexicon', null],
  ['ngram', 'ngram'],
])('asks other machines for the model that serves only: %s', async (name, asked) => {
  const remote = { urls: ['http://127.0.0.1:8430'] };
  const { models } = await loadConfig({
    file: null,
    env: {},
    overrides: { models: { sentiment: 'ngram', remote } },
  });
  const options = modelOptions(await namedModels(dataDir, models, name));
  expect(options.remote?.name ?? null).toBe(asked);
});
