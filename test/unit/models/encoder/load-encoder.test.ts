import { createHash } from 'node:crypto';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import type { EncoderSettings } from '../../../../models/encoder/load-encoder.js';
import type { DeviceState } from '../../../../models/encoder/runtime/device.js';
import { loadClassifier, NO_OBSERVER } from '../../../../models/load-classifier.js';
import type { Classifier } from '../../../../pipeline/core/model.js';
import { ENCODER_SETTINGS, tinyModels } from '../../../support/encoder.js';

interface Manifest {
  labels: string[];
  files: Record<string, string>;
  languages: { en: Record<string, unknown> };
  golden: { probabilities: number[] }[];
  [field: string]: unknown;
}

const folders: string[] = [];
let open: Classifier[] = [];

afterEach(async () => {
  for (const classifier of open) await classifier.close();
  open = [];
});
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function newFolder(): Promise<string> {
  const folder = await tinyModels();
  folders.push(folder);
  return folder;
}

async function load(directory: string, settings: Partial<EncoderSettings> = {}): Promise<Classifier> {
  const encoder = { ...ENCODER_SETTINGS, ...settings };
  const classifier = await loadClassifier({ name: 'encoder', directory, encoder });
  open.push(classifier);
  return classifier;
}

async function change(directory: string, edit: (manifest: Manifest) => void): Promise<void> {
  const path = join(directory, 'encoder', 'model.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  edit(manifest);
  await writeFile(path, JSON.stringify(manifest));
}

const foreign = (output: string) => ({ output, order: ['negative', 'neutral', 'positive'], topics: 'ngram' });

describe('an encoder', () => {
  it.each<[string, (directory: string) => Promise<void>, string, RegExp]>([
    ['without its model', (at) => rm(join(at, 'encoder/en.onnx')), 'model_missing', /en\.onnx/],
    [
      'without its tokenizer',
      (at) => rm(join(at, 'encoder/en.tokenizer.json')),
      'model_missing',
      /tokenizer/,
    ],
    [
      'that is cut off',
      (at) => truncate(join(at, 'encoder/en.onnx'), 5_000),
      'model_corrupt',
      /en\.onnx.*SHA-256/,
    ],
    [
      'of another format',
      (at) => change(at, (manifest) => (manifest['formatVersion'] = 2)),
      'model_format',
      /formatVersion/,
    ],
    [
      'with labels in another order',
      (at) => change(at, (manifest) => manifest.labels.reverse()),
      'model_format',
      /labels/,
    ],
    [
      'with a label that nobody knows',
      (at) => change(at, (manifest) => (manifest.labels[0] = 'bad')),
      'model_format',
      /labels/,
    ],
    [
      'with a file outside its folder',
      (at) => change(at, (manifest) => (manifest.languages.en['model'] = '../../secret')),
      'model_format',
      /languages/,
    ],
    [
      'whose file has no hash',
      (at) => change(at, (manifest) => (manifest.files = {})),
      'model_format',
      /no hash of en\.onnx/,
    ],
    [
      'of another name',
      (at) => change(at, (manifest) => (manifest['name'] = 'encoder-research')),
      'model_format',
      /encoder-research/,
    ],
    [
      'without the output that is named',
      (at) => change(at, (manifest) => (manifest.languages.en['foreign'] = foreign('logits'))),
      'model_format',
      /en\.onnx: it has no output logits/,
    ],
    [
      'whose output has another shape',
      (at) => change(at, (manifest) => (manifest.languages.en['foreign'] = foreign('topics'))),
      'model_format',
      /output topics has the shape 2 × 20 where 2 × 3/,
    ],
    [
      'that stands on a model that is no ladder',
      (at) =>
        change(
          at,
          (manifest) => (manifest.languages = { ...manifest.languages, zh: { ladder: 'encoder' } } as never),
        ),
      'model_format',
      /encoder/,
    ],
    [
      'in which an encoder has a share',
      (at) => change(at, (manifest) => (manifest.languages.en['blend'] = { ladder: 'encoder', weight: 0.5 })),
      'model_format',
      /encoder/,
    ],
    [
      'in which another model has all of the share',
      (at) => change(at, (manifest) => (manifest.languages.en['blend'] = { ladder: 'ngram', weight: 1 })),
      'model_format',
      /languages/,
    ],
    [
      'whose golden answers are others',
      (at) => change(at, (manifest) => manifest.golden[0]?.probabilities.reverse()),
      'model_golden',
      /instead of/,
    ],
  ])('%s is refused with the reason', async (_, damage, code, message) => {
    const directory = await newFolder();
    await damage(directory);
    const refused = load(directory);
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow(message);
  });

  it('is refused when it is no ONNX model, however right its hash is', async () => {
    const directory = await newFolder();
    await writeFile(join(directory, 'encoder/en.onnx'), 'no model');
    const hash = createHash('sha256').update('no model').digest('hex');
    await change(directory, (manifest) => (manifest.files['en.onnx'] = hash));
    await expect(load(directory)).rejects.toMatchObject({ code: 'model_format' });
  });

  it('says in its version which model stands below it', async () => {
    const { model } = await load(await newFolder());
    expect(model.name).toBe('encoder');
    expect(model.version).toMatch(/^[0-9a-f]{12}\+ngram-[0-9a-f]{12}$/);
  });

  it('gives a text the same scores alone, in any batch and with any number of threads', async () => {
    const directory = await newFolder();
    const inputs = TEXTS.map((text) => ({ text, language: 'en' }));
    const runs = [
      { maxBatch: 1, cacheMiB: 0 },
      { maxBatch: 4, cacheMiB: 0 },
      { maxBatch: 64, cacheMiB: 0 },
      { maxBatch: 64, threads: 2, workers: 2, cacheMiB: 0 },
    ];
    const answers = [];
    for (const settings of runs) answers.push(await (await load(directory, settings)).classify(inputs));
    for (const run of answers) {
      for (const [index, { sentiment }] of run.entries()) {
        const alone = answers[0]?.[index]?.sentiment;
        expect(Math.abs(sentiment.negative - (alone?.negative ?? 9))).toBeLessThan(1e-4);
        expect(Math.abs(sentiment.positive - (alone?.positive ?? 9))).toBeLessThan(1e-4);
      }
    }
  });

  it('gives the same answers on TensorFlow.js, where ONNX Runtime has no binary', async () => {
    const directory = await newFolder();
    const states: DeviceState[] = [];
    const other = await loadClassifier({
      name: 'encoder',
      directory,
      encoder: { ...ENCODER_SETTINGS, device: 'tfjs' },
      observer: {
        ...NO_OBSERVER,
        device: (state) => {
          states.push(state);
        },
      },
    });
    open.push(other);
    expect(states).toEqual([{ wanted: 'tfjs', used: 'tfjs', reason: null }]);
    const inputs = TEXTS.map((text) => ({ text, language: 'en', mentions: [[[0, 2] as const]] }));
    const right = await (await load(directory)).classify(inputs);
    for (const [index, { sentiment, mentions = [] }] of (await other.classify(inputs)).entries()) {
      expect(sentiment.label).toBe(right[index]?.sentiment.label);
      expect(sentiment.negative).toBeCloseTo(right[index]?.sentiment.negative ?? 9, 3);
      expect(mentions[0]?.positive).toBeCloseTo(right[index]?.mentions?.[0]?.positive ?? 9, 3);
    }
  });

  it('judges two companies in one text each by itself, and says null beyond its last token', async () => {
    const classifier = await load(await newFolder());
    const text = 'Halden Motors surges while Brightwater Foods plunges';
    const places = ['Halden Motors', 'Brightwater Foods'].map((name) => {
      const at = text.indexOf(name);
      return [[at, at + name.length] as const];
    });
    const [answer] = await classifier.classify([{ text, language: 'en', mentions: [...places, []] }]);
    expect(answer?.mentions?.map((mention) => mention?.label ?? null)).toEqual([
      'positive',
      'negative',
      null,
    ]);
    const late = `${'word '.repeat(60)}Halden Motors`;
    const span = [late.indexOf('Halden'), late.length] as const;
    const [beyond] = await classifier.classify([{ text: late, language: 'en', mentions: [[span]] }]);
    expect(beyond?.mentions).toEqual([null]);
  });

  it('says of a text, known or not, that it read only the beginning of it', async () => {
    const classifier = await load(await newFolder());
    const long = 'Shares plunge after the fraud probe. '.repeat(20);
    const flagsOf = async (text: string) => (await classifier.classify([{ text, language: 'en' }]))[0]?.flags;
    expect(await flagsOf('Shares plunge.')).toEqual([]);
    expect(await flagsOf(long)).toEqual(['read_in_part']);
    expect(await flagsOf(long)).toEqual(['read_in_part']);
  });

  it('leaves Chinese to the model below, as its manifest says', async () => {
    const directory = await newFolder();
    const below = await loadClassifier({ name: 'ngram', directory, encoder: ENCODER_SETTINGS });
    const inputs = [{ text: '公司股价大跌，利润下滑', language: 'zh' }];
    expect(await (await load(directory)).classify(inputs)).toEqual(await below.classify(inputs));
  });

  it('answers a text that it knows from its memory, and asks equal texts of one call once', async () => {
    let texts = 0;
    let known = 0;
    const directory = await newFolder();
    const classifier = await loadClassifier({
      name: 'encoder',
      directory,
      encoder: ENCODER_SETTINGS,
      observer: {
        batch: (count) => (texts += count),
        cacheHits: (count) => (known += count),
        restarted: () => undefined,
        startFailed: () => undefined,
        separated: () => undefined,
        device: () => undefined,
        remote: () => undefined,
      },
    });
    open.push(classifier);
    texts = 0;
    known = 0;
    const input = { text: 'Halden Motors raises its dividend', language: 'en' };
    const first = await classifier.classify([input, input, { ...input, language: 'en-GB' }]);
    expect([texts, known]).toEqual([2, 0]);
    expect(await classifier.classify([input])).toEqual(first.slice(0, 1));
    expect([texts, known]).toEqual([2, 1]);
    // The same text asked about a company is another question.
    const [judged] = await classifier.classify([{ ...input, mentions: [[[0, 13]]] }]);
    expect(judged?.mentions).toHaveLength(1);
  });
});

const TEXTS = [
  'Halden Motors raises its outlook after record orders',
  'Fraud',
  'Shares plunge after the company cuts its outlook and warns of heavy losses, and more, and more of it',
  '$HLDN 📉📉 going to zero',
  'The meeting is on Tuesday',
  'up',
];
