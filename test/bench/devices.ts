import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';

import { loadConfig } from '../../config/load.js';
import { loadClassifier, NO_OBSERVER } from '../../models/load-classifier.js';
import type { DeviceState, DeviceWish } from '../../models/encoder/runtime/device.js';
import { modelOptions } from '../../pipeline/app/understanding.js';
import type { Classification, Classifier } from '../../pipeline/core/model.js';
import { toTable, type Figure } from './figures.js';
import { createTexts } from './texts.js';
import { readCompanies } from './tick.js';

/*
 * Texts a second of the configured encoder on each device, by size of batch, through tokenizer and micro-batcher, and how far
 * its answers lie from those of the CPU. With --python also what PyTorch does with the same sizes on the same machine.
 */

const USAGE = `node dist/test/bench/devices.js --config FILE [--devices cpu,webgpu,cuda,tfjs,tfjs-gpu] [--batches 1,8,32,128] [--texts N] [--python PYTHON]

  --config   names the model (models.sentiment, models.directory)
  --python   an interpreter with torch and transformers: a BERT of MiniLM's size, random weights, fp32 and fp16
`;
const DEVICES: readonly DeviceWish[] = ['cpu', 'webgpu', 'cuda', 'tfjs', 'tfjs-gpu'];
/** The others are slow, or have to be installed. */
const USUAL = 'cpu,webgpu,cuda';
const run = promisify(execFile);
const TORCH = `
import sys, time, torch
from transformers import BertConfig, BertModel
device = "cuda" if torch.cuda.is_available() else "cpu"
config = BertConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536)
for kind in [torch.float32] + ([torch.float16] if device == "cuda" else []):
    model = BertModel(config).eval().to(device, kind)
    for size in map(int, sys.argv[1].split(",")):
        ids = torch.randint(5, 1000, (size, 24), device=device)
        with torch.inference_mode():
            for _ in range(3): model(ids)
            if device == "cuda": torch.cuda.synchronize()
            rounds = max(3, 1024 // size)
            began = time.perf_counter()
            for _ in range(rounds): model(ids)
            if device == "cuda": torch.cuda.synchronize()
            print(f"PyTorch {device} {str(kind)[6:]}, batches of {size}", rounds * size / (time.perf_counter() - began), sep="\\t")
`;

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
  const figures = await measureDevices(values.config);
  const python = values.python === undefined ? [] : await measureTorch(values.python);
  process.stdout.write(toTable([...figures, ...python]));
}

async function measureDevices(file: string): Promise<readonly Figure[]> {
  const { models } = await loadConfig({ file, env: {}, overrides: { sources: [] } });
  const companies = await readCompanies();
  const documentAt = createTexts({ seed: 1, companies, characters: 100 });
  const texts = Array.from({ length: Number(values.texts) }, (_, index) => ({
    text: documentAt(index, 0).title,
    language: 'en',
  }));
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

/** The network alone: 24 tokens, no tokenizer. */
async function measureTorch(python: string): Promise<readonly Figure[]> {
  const { stdout } = await run(python, ['-c', TORCH, values.batches], { timeout: 600_000 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', perSecond] = line.split('\t');
      return { name, value: Number(perSecond), unit: 'docs/s' };
    });
}
