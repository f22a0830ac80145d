import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { loadClassifier } from '../../models/load-classifier.js';
import { MODEL_NAMES, type ModelName } from '../../models/model-names.js';
import type { Classifier } from '../../pipeline/core/model.js';
import { ARTIFACTS, ENCODER_SETTINGS, tinyModels } from '../support/encoder.js';
import { describeClassifier } from './classifier.js';

const shipped = MODEL_NAMES.filter((name) => name === 'lexicon' || existsSync(join(ARTIFACTS, name)));
for (const name of shipped) describeModel(`the classifier ${name}`, name, () => Promise.resolve(ARTIFACTS));

const folders: string[] = [];
describeModel('the classifier encoder, tiny', 'encoder', async () => {
  const folder = await tinyModels();
  folders.push(folder);
  return folder;
});

function describeModel(title: string, name: ModelName, folderOf: () => Promise<string>): void {
  describe(title, () => {
    let loaded: Promise<Classifier> | null = null;
    const load = async () => loadClassifier({ name, directory: await folderOf(), encoder: ENCODER_SETTINGS });
    afterAll(async () => {
      await (await loaded)?.close();
      for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
    });
    describeClassifier(() => (loaded ??= load()));
  });
}
