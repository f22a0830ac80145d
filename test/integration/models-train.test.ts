import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listModels } from '../../models/list-models.js';
import { loadClassifier } from '../../models/load-classifier.js';
import { chooseSets } from '../../models/training/collect-rows.js';
import { trainNgram } from '../../models/training/train-ngram.js';
import { ENCODER_SETTINGS as encoder } from '../support/encoder.js';

const ownTextsDirectory = new URL('../../models/training/own-texts', import.meta.url).pathname;
const clock = { monotonic: () => performance.now() };

describe('training the n-gram model and loading what it wrote', () => {
  let folder = '';
  let artefacts = '';
  const train = (outputDirectory: string) =>
    trainNgram({
      sets: 'shippable',
      dataDirectory: join(folder, 'data'),
      ownTextsDirectory,
      outputDirectory,
      seed: 1,
      clock,
      onProgress: () => undefined,
    });
  const copyOf = async (name: string) => {
    const copy = join(folder, name);
    await cp(artefacts, copy, { recursive: true });
    return copy;
  };
  const changeManifest = async (directory: string, change: (manifest: Record<string, unknown>) => void) => {
    const path = join(directory, 'ngram', 'model.json');
    const manifest = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    change(manifest);
    await writeFile(path, JSON.stringify(manifest));
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bellwether-models-'));
    artefacts = join(folder, 'artefacts');
    for (const set of chooseSets('shippable')) {
      const directory = join(folder, 'data', 'labelled', set.key);
      await mkdir(directory, { recursive: true });
      const row = {
        text: `Orders rise at a company of ${set.key}`,
        lang: set.language,
        sentiment: 'positive',
        topic: 'earnings',
      };
      await writeFile(join(directory, 'train.jsonl'), `${JSON.stringify(row)}\n`);
    }
    await train(artefacts);
  }, 120_000);
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('serves what it was taught', async () => {
    const classifier = await loadClassifier({ name: 'ngram', directory: artefacts, encoder });
    const answers = await classifier.classify([
      { language: 'en', text: 'Orivia profit jumps, outlook raised' },
      { language: 'zh', text: '东屿重工预计全年亏损，股价跌停' },
    ]);
    expect(answers.map((answer) => answer.sentiment.label)).toEqual(['positive', 'negative']);
  });

  it('writes equal weights for an equal seed', async () => {
    const again = await train(join(folder, 'again'));
    expect((await loadClassifier({ name: 'ngram', directory: artefacts, encoder })).model.sha256).toBe(
      again.sha256,
    );
  }, 120_000);

  it('writes a model card and a notice that name every set and its licence', async () => {
    for (const file of ['MODEL_CARD.md', 'NOTICE']) {
      const text = await readFile(join(artefacts, 'ngram', file), 'utf8');
      for (const set of chooseSets('shippable')) {
        expect(text).toContain(set.key);
        expect(text).toContain(set.licence);
      }
    }
  });

  it('refuses labels in the wrong order, because golden sentences come out wrong', async () => {
    const directory = await copyOf('permuted');
    await changeManifest(directory, (manifest) => {
      manifest['labels'] = ['positive', 'neutral', 'negative'];
    });
    await expect(loadClassifier({ name: 'ngram', directory, encoder })).rejects.toMatchObject({
      code: 'model_golden',
    });
  });

  it('refuses the artefact of another model under its name, and a truncated one', async () => {
    const renamed = await copyOf('renamed');
    await changeManifest(renamed, (manifest) => {
      manifest['name'] = 'ngram-research';
    });
    await expect(loadClassifier({ name: 'ngram', directory: renamed, encoder })).rejects.toMatchObject({
      code: 'model_format',
    });
    const truncated = await copyOf('truncated');
    await writeFile(join(truncated, 'ngram', 'weights.bin'), 'short');
    await expect(loadClassifier({ name: 'ngram', directory: truncated, encoder })).rejects.toMatchObject({
      code: 'model_truncated',
    });
  });

  it('lists every model with the reason why one cannot serve', async () => {
    const listed = await listModels({ directory: artefacts, encoder });
    expect(listed.map(({ name, problem }) => [name, problem === null])).toEqual([
      ['lexicon', true],
      ['ngram', true],
      ['ngram-research', false],
      ['encoder', false],
      ['encoder-research', false],
    ]);
    expect(listed[2]?.problem).toContain(`no folder ${join(artefacts, 'ngram-research')}`);
  });

  it('says which set is missing', async () => {
    const options = {
      sets: 'all',
      dataDirectory: join(folder, 'data'),
      ownTextsDirectory,
      outputDirectory: folder,
      seed: 1,
    } as const;
    await expect(trainNgram({ ...options, clock, onProgress: () => undefined })).rejects.toMatchObject({
      code: 'training_set_missing',
    });
  });
});
