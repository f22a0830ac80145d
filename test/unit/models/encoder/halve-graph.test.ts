import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

import { parseEncoderManifest, servedLanguages } from '../../../../models/encoder/manifest.js';
import { halveGraph, toHalf } from '../../../../models/encoder/onnx/halve-graph.js';
import { plainGraph } from '../../../../models/encoder/onnx/plain-graph.js';
import { readGraph } from '../../../../models/encoder/onnx/read-graph.js';
import { roundsToBytes } from '../../../../models/encoder/onnx/widen-graph.js';
import { openNetwork } from '../../../../models/encoder/runtime/network.js';
import { floats, int8Model, model, node, runOnnx, tensor, UINT8 } from '../../../support/small-onnx.js';

const FOLDER = new URL('../../../fixtures/models/encoder/', import.meta.url);

describe('a network of int8 without its rounding', () => {
  it.each([[['', 'bias']], [[]]])(
    'answers nearly the same (inputs beyond the zero point: %j)',
    async (bias) => {
      const plain = plainGraph(int8Model(bias, 0.15));
      expect(roundsToBytes(plain)).toBe(false);
      const right = (await runOnnx(int8Model(bias, 0.15))).data;
      // Four inputs, each half a step of the rounding off, times the largest weight.
      const most = 4 * 0.5 * 127 * 0.02 * 0.03;
      for (const [at, figure] of (await runOnnx(plain)).data.entries())
        expect(Math.abs(figure - (right[at] ?? NaN))).toBeLessThan(most);
    },
  );

  it('comes back as it is where it has none', async () => {
    const bytes = await readFile(new URL('en.onnx', FOLDER));
    expect(plainGraph(bytes)).toBe(bytes);
  });

  it('is refused where it is rounded without being scaled', () => {
    const odd = model(
      node('Tanh', ['value'], 'scaled'),
      node('QuantizeLinear', ['scaled', 'one', 'zero'], 'bytes'),
      floats('one', [], [1]),
      tensor('zero', UINT8, [], Uint8Array.of(3)),
    );
    expect(() => plainGraph(odd)).toThrow(/int8 in another way.*scaled/);
  });
});

describe('a network with figures of 16 bits', () => {
  it('has the inputs and outputs of the one with 32, and nearly its answers', async () => {
    const json: unknown = JSON.parse(await readFile(new URL('model.json', FOLDER), 'utf8'));
    const language = servedLanguages(parseEncoderManifest(json, 'tiny'))[0]![1];
    const wide = new Uint8Array(await readFile(new URL('en.onnx', FOLDER)));
    const half = halveGraph(wide);
    expect(half.length).toBeLessThan(0.7 * wide.length);
    expect([...readGraph(half).constants.values()].filter(({ type }) => type === 'float32')).toEqual([]);
    const inputs = [
      { ids: [2, 9, 33, 71, 3], mentions: [[1, 2]] },
      { ids: [2, 14, 3], mentions: [] },
    ];
    const answers = [];
    for (const bytes of [wide, half]) {
      const network = await openNetwork({ language, model: bytes, threads: 1, device: 'cpu' });
      const outputs = await network.run(inputs);
      await network.close();
      answers.push(
        outputs.flatMap(({ sentiment, intensity = 0, topics = [], mentions = [] }) => [
          ...sentiment,
          intensity,
          ...topics,
          ...mentions.flatMap((mention) => mention ?? []),
        ]),
      );
    }
    for (const [at, figure] of (answers[1] ?? []).entries())
      expect(Math.abs(figure - (answers[0]?.[at] ?? NaN))).toBeLessThan(0.02);
  });

  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [0.333251953125, 0x3555],
    [65_504, 0x7bff],
    [-3.4e38, 0xfbff],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -26, 0x0000],
    // Half way: to the even one, and into the next power.
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
  ])('writes %d as the nearest one', (value, bits) => {
    expect(toHalf(value)).toBe(bits);
  });
});
