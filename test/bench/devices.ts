import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { loadConfig } from '../../config/load.js';
import type { Config } from '../../config/schema.js';
import { loadClassifier, NO_OBSERVER } from '../../models/load-classifier.js';
import type { DeviceState, DeviceWish } from '../../models/encoder/runtime/device.js';
import { modelOptions } from '../../pipeline/app/understanding.js';
import type { Classification, Classifier } from '../../pipeline/core/model.js';
import { tokensOf } from './encoder.js';
import { toTable, type Figure } from './figures.js';
import { createTexts } from './texts.js';
import { readCompanies } from './tick.js';
import { measureTorch, PYTHON_MISSING } from './torch.js';

/*
 * Texts a second of the configured encoder on each device, by size of batch, through tokenizer and micro-batcher, and how far
 * its answers lie from those of the CPU. With --python also what PyTorch does with the same sizes on the same machine.
 */

const USAGE = `node dist/test/bench/devices.js --config FILE [--devices cpu,webgpu,cuda,tfjs,tfjs-gpu] [--batches 1,8,32,128] [--texts N] [--python PYTHON]

  --config   names the model (models.sentiment, models.directory)
  --python   an interpreter with torch and transformers: networks of the encoder's and of FinBERT's size, random weights
`;
const DEVICES: readonly DeviceWish[] = ['cpu', 'webgpu', 'cuda', 'tfjs', 'tfjs-gpu'];
/** The others are slow, or have to be installed. */
const USUAL = 'cpu,webgpu,cuda';
const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    devices: { type: 'string', default: USUAL },
    batches: { type: 'string', default: '1,8,32,128' },
    texts: { type: 'string', default: '2048' },
    python: { type: 'string' },
  },
});
const batches = values.batches.split(',').map(Number);
const devices = DEVICES.filter((device) => values.devices.split(',').includes(device));
if (values.config === undefined) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  const { models } = await loadConfig({ file: values.config, env: {}, overrides: { sources: [] } });
  const figures = await measureDevices(models);
  const { name, directory } = modelOptions(models);
  const torch =
    values.python === undefined
      ? [{ name: PYTHON_MISSING, value: null, unit: '' }]
      : await torchFigures(values.python, join(directory, name));
  process.stdout.write(toTable([...figures, ...torch]));
}

async function measureDevices(models: Config['models']): Promise<readonly Figure[]> {
  const texts = (await benchTexts()).map((text) => ({ text, language: 'en' }));
  const figures: Figure[] = [];
  let right: readonly Classification[] | null = null;
  for (const device of devices) {
    for (const maxBatch of batches) {
      const states: DeviceState[] = [];
      const classifier = await loadClassifier({
        ...modelOptions({ ...models, encoder: { ...models.encoder, device, maxBatch, cacheMiB: 0 } }),
        remote: null,
        observer: { ...NO_OBSERVER, device: (state) => states.push(state) },
      });
      const reason = states[0]?.reason;
      if (reason !== null && reason !== undefined) {
        await classifier.close();
        figures.push({ name: `${device}: ${reason}`, value: null, unit: '' });
        break;
      }
      const { answers, perSecond } = await measureOne(classifier, texts);
      right ??= answers;
      const name = `${device}, batches of ${maxBatch}`;
      figures.push({ name, value: perSecond, unit: 'docs/s' });
      figures.push({
        name: `${name}: from the first`,
        value: difference(right, answers).toExponential(1),
        unit: '',
      });
    }
  }
  return figures;
}

async function measureOne(classifier: Classifier, texts: readonly { text: string; language: string }[]) {
  // Warm: programs of a graphics processor are compiled for each form of a batch.
  await classifier.classify(texts);
  const began = performance.now();
  const answers = await classifier.classify(texts);
  const perSecond = texts.length / ((performance.now() - began) / 1_000);
  await classifier.close();
  return { answers, perSecond };
}

/** The largest difference of a probability of sentiment. */
function difference(some: readonly Classification[], others: readonly Classification[]): number {
  return some.reduce((most, { sentiment }, index) => {
    const other = others[index]?.sentiment;
    const here = (['negative', 'neutral', 'positive'] as const).map((label) =>
      Math.abs(sentiment[label] - (other?.[label] ?? Number.NaN)),
    );
    return Math.max(most, ...here);
  }, 0);
}

/** Networks alone, on texts of as many tokens: no tokenizer. */
async function torchFigures(python: string, folder: string): Promise<readonly Figure[]> {
  const lengths = await tokensOf(await benchTexts(), folder);
  const { torch, device, rates } = await measureTorch({
    python,
    models: ['encoder', 'bert-base'],
    batches,
    lengths,
  });
  return rates.map(({ model, kind, batch, textsPerSecond }) => ({
    name: `PyTorch ${torch} ${model} ${kind}, ${device}, batches of ${batch}`,
    value: textsPerSecond,
    unit: 'docs/s',
  }));
}

async function benchTexts(): Promise<readonly string[]> {
  const documentAt = createTexts({ seed: 1, companies: await readCompanies(), characters: 100 });
  return Array.from({ length: Number(values.texts) }, (_, index) => documentAt(index, 0).title);
}
