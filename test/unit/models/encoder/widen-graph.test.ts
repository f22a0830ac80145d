import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';

import {
  concat,
  readFields,
  writeBytes,
  writeNumber,
  writeText,
} from '../../../../models/encoder/onnx/protobuf.js';
import { readGraph } from '../../../../models/encoder/onnx/read-graph.js';
import { roundsToBytes, widenGraph } from '../../../../models/encoder/onnx/widen-graph.js';

/* Small networks, written here byte by byte: what onnx.proto calls TensorProto, NodeProto, GraphProto and ModelProto. */

const FLOAT = 1;
const UINT8 = 2;
const INT8 = 3;
const INT64 = 7;

const tensor = (name: string, type: number, dims: readonly number[], data: ArrayBufferView) =>
  writeBytes(
    5,
    ...dims.map((size) => writeNumber(1, size)),
    writeNumber(2, type),
    writeText(8, name),
    writeBytes(9, new Uint8Array(data.buffer)),
  );
const node = (op: string, inputs: readonly string[], output: string, ...more: readonly Uint8Array[]) =>
  writeBytes(1, ...inputs.map((name) => writeText(1, name)), writeText(2, output), writeText(4, op), ...more);
const contrib = writeText(7, 'com.microsoft');
const toFloat = writeBytes(5, writeText(1, 'to'), writeNumber(3, FLOAT), writeNumber(20, 2));
const value = (place: number, name: string, type: number, dims: readonly number[]) => {
  const shape = writeBytes(2, ...dims.map((size) => writeBytes(1, writeNumber(1, size))));
  return writeBytes(place, writeText(1, name), writeBytes(2, writeBytes(1, writeNumber(1, type), shape)));
};
const opset = (domain: string, version: number) =>
  writeBytes(8, writeText(1, domain), writeNumber(2, version));
const model = (...graph: readonly Uint8Array[]) =>
  concat([
    writeNumber(1, 8),
    writeBytes(7, writeText(2, 'small'), ...graph),
    opset('', 17),
    opset('com.microsoft', 1),
  ]);

/** Rows of a table of bytes, scaled, rounded and multiplied, as `models/training/encoder/quantise.py` writes them. */
function int8Model(bias: readonly string[] = ['', 'bias']): Uint8Array {
  const wave = (length: number, step: number) => Array.from({ length }, (_, at) => Math.sin(at * step));
  return model(
    node('Gather', ['table', 'ids'], 'row'),
    node('Gather', ['rows', 'ids'], 'scale'),
    node('Cast', ['row'], 'float', toFloat),
    node('Mul', ['float', 'scale'], 'embedded'),
    node('Mul', ['embedded', 'factors'], 'scaled'),
    node('QuantizeLinear', ['scaled', 'one', 'zero'], 'bytes'),
    node('MatMulIntegerToFloat', ['bytes', 'weights', 'step', 'columns', 'zero', ...bias], 'answer', contrib),
    tensor(
      'table',
      INT8,
      [6, 4],
      Int8Array.from(wave(24, 1.3), (at) => at * 127),
    ),
    tensor(
      'rows',
      FLOAT,
      [6, 1],
      Float32Array.from(wave(6, 0.7), (at) => 0.01 + Math.abs(at) / 40),
    ),
    tensor('factors', FLOAT, [4], Float32Array.from([60, 40, 90, 120])),
    tensor('one', FLOAT, [], Float32Array.from([1])),
    tensor('zero', UINT8, [], Uint8Array.from([101])),
    tensor(
      'weights',
      INT8,
      [4, 3],
      Int8Array.from(wave(12, 2.1), (at) => at * 127),
    ),
    tensor('step', FLOAT, [], Float32Array.from([0.02])),
    tensor('columns', FLOAT, [3], Float32Array.from([0.01, 0.02, 0.03])),
    tensor('bias', FLOAT, [3], Float32Array.from([0.5, -0.25, 0])),
    value(11, 'ids', INT64, [1, 6]),
    value(12, 'answer', FLOAT, [1, 6, 3]),
  );
}

async function answerOf(bytes: Uint8Array): Promise<readonly number[]> {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
  });
  const ids = new ort.Tensor('int64', BigInt64Array.from([0n, 1n, 2n, 3n, 4n, 5n]), [1, 6]);
  const { answer } = await session.run({ ids });
  await session.release();
  return [...(answer?.data as Float32Array)];
}

describe('a network of int8 made wide', () => {
  it.each([[['', 'bias']], [[]]])(
    'answers the same in float32 (inputs beyond the zero point: %j)',
    async (bias) => {
      const narrow = int8Model(bias);
      const wide = widenGraph(narrow);
      expect(roundsToBytes(narrow)).toBe(true);
      expect(roundsToBytes(wide)).toBe(false);
      const types = [...readGraph(wide).constants.values()].map(({ type }) => type);
      expect(types.filter((type) => type !== 'float32')).toEqual([]);
      const right = await answerOf(narrow);
      for (const [at, figure] of (await answerOf(wide)).entries())
        expect(figure).toBeCloseTo(right[at] ?? NaN, 5);
    },
  );

  it('leaves one alone that has no int8', async () => {
    const bytes = await readFile(new URL('../../../fixtures/models/encoder/en.onnx', import.meta.url));
    expect(widenGraph(bytes)).toBe(bytes);
    expect(roundsToBytes(bytes)).toBe(false);
  });

  it.each([
    ['a scale that is not one', ['scaled', 'step', 'zero']],
    ['no zero point', ['scaled', 'one']],
  ])('is refused with %s', (_, inputs) => {
    const odd = model(
      node('QuantizeLinear', inputs, 'bytes'),
      tensor('one', FLOAT, [], Float32Array.from([1])),
      tensor('step', FLOAT, [], Float32Array.from([0.1])),
      tensor('zero', UINT8, [], Uint8Array.from([3])),
    );
    expect(() => widenGraph(odd)).toThrow(/int8 in another way.*bytes/);
  });

  it.each([
    ['text', new TextEncoder().encode('<html>this is no model</html>')],
    ['nothing', new Uint8Array()],
    ['a length beyond the end', Uint8Array.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['a number without end', new Uint8Array(30).fill(0xff)],
  ])('is refused where the bytes are %s', (_, bytes) => {
    expect(() => readGraph(bytes)).toThrow(/ONNX/);
  });

  it('reads numbers of every size as they were written', () => {
    for (const size of [0, 1, 127, 128, 300, 2 ** 31, 2 ** 40]) {
      const [field] = readFields(writeNumber(3, size));
      expect([field?.number, Number(field?.value)]).toEqual([3, size]);
    }
  });
});
