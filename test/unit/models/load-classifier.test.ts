import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';

import { loadClassifier } from '../../../models/load-classifier.js';
import { ENCODER_SETTINGS } from '../../support/encoder.js';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

it('refuses a model whose topics stand in another order, though its weights are whole', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'models-'));
  folders.push(directory);
  await cp('models/artifacts/ngram', join(directory, 'ngram'), { recursive: true });
  const file = join(directory, 'ngram', 'model.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { topics: string[] };
  await writeFile(file, JSON.stringify({ ...manifest, topics: manifest.topics.toReversed() }));
  await expect(loadClassifier({ name: 'ngram', directory, encoder: ENCODER_SETTINGS })).rejects.toMatchObject(
    {
      code: 'model_golden',
      message: expect.stringContaining('the order of the topics is probably wrong') as string,
    },
  );
});
