import { existsSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { importModel, type ImportOptions } from '../../../models/import/import-model.js';
import { labelOrder } from '../../../models/import/label-order.js';
import { listModels } from '../../../models/list-models.js';
import { loadClassifier } from '../../../models/load-classifier.js';
import { ENCODER_SETTINGS, tinyModels } from '../../support/encoder.js';

const LABELS = { 0: 'Negative', 1: 'NEUTRAL', 2: 'positive' };
const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A folder of models, and one as others publish theirs. */
async function prepare(config: object): Promise<ImportOptions> {
  const directory = await tinyModels();
  folders.push(directory);
  const source = join(directory, 'download');
  await mkdir(source);
  await cp(join(directory, 'encoder/en.onnx'), join(source, 'model.onnx'));
  await cp(join(directory, 'encoder/en.tokenizer.json'), join(source, 'tokenizer.json'));
  await writeFile(join(source, 'config.json'), JSON.stringify(config));
  return {
    directory,
    source,
    name: 'imported-tiny',
    language: 'en',
    output: 'sentiment',
    licence: 'Apache-2.0',
    encoder: ENCODER_SETTINGS,
  };
}

describe('importing a model', () => {
  it('makes one that serves as its label map says, with topics and Chinese from ngram', async () => {
    const options = await prepare({ id2label: LABELS, max_position_embeddings: 32 });
    expect((await importModel(options)).name).toBe('imported-tiny');
    const classifier = await loadClassifier(options);
    const [good, bad, chinese] = await classifier.classify([
      { text: 'Halden Motors raises its outlook after record orders', language: 'en', mentions: [[[0, 13]]] },
      { text: 'Fraud at Halden Motors: shares plunge', language: 'en' },
      { text: '公司股价大跌，利润下滑', language: 'zh' },
    ]);
    await classifier.close();
    expect([good?.sentiment.label, bad?.sentiment.label, chinese?.sentiment.label]).toEqual([
      'positive',
      'negative',
      'negative',
    ]);
    expect(good?.topics[0]?.topic).not.toBeUndefined();
    // It was not taught to judge companies.
    expect(good?.mentions).toBeUndefined();
    const listed = await listModels(options);
    expect(listed.at(-1)).toMatchObject({ name: 'imported-tiny', problem: null });
    await expect(importModel(options)).rejects.toMatchObject({ code: 'model_exists' });
  });

  it.each<[string, object, Partial<ImportOptions>, string, RegExp]>([
    [
      'a label map that lies',
      { id2label: { 0: 'positive', 1: 'neutral', 2: 'negative' } },
      {},
      'model_golden',
      /label order/,
    ],
    ['no label map', {}, {}, 'model_labels', /config\.json: it has no id2label/],
    [
      'an output of another name',
      { id2label: LABELS },
      { output: 'logits' },
      'model_format',
      /no output logits/,
    ],
  ])('refuses one with %s, and leaves nothing behind', async (_, config, changed, code, message) => {
    const options = { ...(await prepare({ max_position_embeddings: 32, ...config })), ...changed };
    const refused = importModel(options);
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow(message);
    expect(existsSync(join(options.directory, options.name))).toBe(false);
  });

  it('says which file is missing', async () => {
    const options = await prepare({ id2label: LABELS });
    await rm(join(options.source, 'tokenizer.json'));
    await expect(importModel(options)).rejects.toThrow('tokenizer.json cannot be read');
    await rm(join(options.source, 'model.onnx'));
    await expect(importModel(options)).rejects.toThrow('holds none of model.onnx');
  });
});

describe('a label map', () => {
  it.each([
    [{ 0: 'POS', 1: 'neg', 2: 'Neutral' }, ['positive', 'negative', 'neutral']],
    [{ 0: 'bearish', 1: 'none', 2: 'bullish' }, ['negative', 'neutral', 'positive']],
    [{ 0: '消极', 1: '中性', 2: '积极' }, ['negative', 'neutral', 'positive']],
  ])('%j is read', (map, order) => {
    expect(labelOrder(map, 'config.json')).toEqual(order);
  });

  it.each([
    [{ 0: 'LABEL_0', 1: 'LABEL_1', 2: 'LABEL_2' }, 'calls output 0 "LABEL_0"'],
    [{ 0: 'negative', 1: 'positive' }, 'names 2 labels'],
    [{ 0: 'negative', 1: 'neg', 2: 'positive' }, 'names a label twice'],
    [['negative'], 'names 1 labels'],
    [{ 1: 'negative', 2: 'neutral', 3: 'positive' }, 'calls output 0 ""'],
    [null, 'no id2label'],
  ])('%j is refused', (map, problem) => {
    expect(() => labelOrder(map, 'config.json')).toThrow(problem);
  });
});
