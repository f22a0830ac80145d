import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { parseEncoderManifest, servedLanguages } from '../../../../../models/encoder/manifest.js';
import { openNetwork, type NetworkOutput } from '../../../../../models/encoder/runtime/network.js';
import { openTfjsNetwork } from '../../../../../models/encoder/tfjs/tfjs-network.js';
import { loadTfjs } from '../../../../../models/encoder/tfjs/load-tfjs.js';

const FOLDER = new URL('../../../../fixtures/models/encoder/', import.meta.url);
const manifest = parseEncoderManifest(
  JSON.parse(readFileSync(new URL('model.json', FOLDER), 'utf8')),
  'tiny',
);
const language = servedLanguages(manifest)[0]![1];
const model = new Uint8Array(readFileSync(new URL(language.model, FOLDER)));
/** More than run at once, of every length that the model reads. */
const TEXTS = Array.from({ length: 130 }, (_, row) => ({
  ids: Array.from({ length: 2 + (row % 30) }, (__, at) => 5 + ((row * 31 + at * 17) % 90)),
  mentions: [[1], [0, 1]],
}));

function figures({ sentiment, intensity = 0, topics = [], mentions = [] }: NetworkOutput): readonly number[] {
  return [...sentiment, intensity, ...topics, ...mentions.flatMap((mention) => mention ?? [])];
}

describe('an encoder on TensorFlow.js', () => {
  it('answers as on ONNX Runtime, alone and among others', async () => {
    const right = await openNetwork({ language, model, threads: 1, device: 'cpu' });
    const network = await openTfjsNetwork({ language, model, device: 'tfjs' });
    const answers = (await network.run(TEXTS)).map(figures);
    for (const [row, answer] of (await right.run(TEXTS)).map(figures).entries()) {
      expect(answers[row]?.length).toBe(answer.length);
      for (const [at, figure] of answer.entries()) expect(answers[row]?.[at]).toBeCloseTo(figure, 4);
    }
    for (const row of [0, 29, 64, 129]) {
      // To the last bit.
      expect((await network.run(TEXTS.slice(row, row + 1))).map(figures)).toEqual([answers[row]]);
    }
    await network.close();
    await right.close();
  });

  it('goes on after a text that it cannot read', async () => {
    const network = await openTfjsNetwork({ language, model, device: 'tfjs' });
    await expect(network.run([{ ids: [2, 1_000_000, 3], mentions: [] }])).rejects.toThrow(/1000000/);
    expect(await network.run(TEXTS.slice(0, 2))).toHaveLength(2);
    await network.close();
  });

  it('is refused without the outputs that are asked for, or for too short a table of places', async () => {
    const foreign = {
      output: 'logits',
      order: ['negative', 'neutral', 'positive'] as const,
      topics: 'ngram',
    };
    const other = { ...language, foreign: { ...foreign, order: [...foreign.order] } };
    await expect(openTfjsNetwork({ language: other, model, device: 'tfjs' })).rejects.toMatchObject({
      code: 'model_format',
      message: 'en.onnx: it has no output logits.',
    });
  });
});

describe('TensorFlow.js', () => {
  const nothing = () => Promise.reject(new Error('Cannot find package\nImported from here'));

  it.each([
    ['tfjs', /@tensorflow\/tfjs-core cannot be loaded \(Cannot find package\).*include=optional.*to cpu/],
    ['tfjs-gpu', /@tensorflow\/tfjs-node-gpu cannot be loaded.*Install @tensorflow\/tfjs-node-gpu/],
  ] as const)('is refused as %s where its packages are missing, with what to do', async (device, message) => {
    const refused = expect(loadTfjs(device, nothing)).rejects;
    await refused.toMatchObject({ code: 'device_missing' });
    await expect(loadTfjs(device, nothing)).rejects.toThrow(message);
  });

  it('is refused where its backend does not start', async () => {
    const load = () => Promise.resolve({ default: { setBackend: () => Promise.resolve(false) } });
    await expect(loadTfjs('tfjs-gpu', load)).rejects.toThrow(/its backend tensorflow does not start/);
  });

  it('serves a graphics processor with the library that somebody installed', async () => {
    const tf = await loadTfjs('tfjs');
    const asked: string[] = [];
    const network = await openTfjsNetwork({ language, model, device: 'tfjs-gpu' }, (device) =>
      loadTfjs(device, (name) => {
        asked.push(name);
        // Stands in for the library: the same interface, another backend.
        return Promise.resolve({ default: { ...tf, setBackend: () => tf.setBackend('wasm') } });
      }),
    );
    expect(asked).toEqual(['@tensorflow/tfjs-node-gpu']);
    expect(await network.run(TEXTS.slice(0, 1))).toHaveLength(1);
    await network.close();
  });
});
