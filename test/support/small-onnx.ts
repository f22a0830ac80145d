import * as ort from 'onnxruntime-node';

import { concat, writeBytes, writeNumber, writeText } from '../../models/encoder/onnx/protobuf.js';

/* Small networks, written byte by byte: what onnx.proto calls TensorProto, NodeProto, GraphProto and ModelProto. */

export const FLOAT = 1;
export const UINT8 = 2;
export const INT8 = 3;
export const INT64 = 7;

export const CONTRIB = writeText(7, 'com.microsoft');

export function tensor(
  name: string,
  type: number,
  dims: readonly number[],
  data: ArrayBufferView,
): Uint8Array {
  return writeBytes(5, ...tensorFields(name, type, dims, data));
}

export function floats(name: string, dims: readonly number[], values: readonly number[]): Uint8Array {
  return tensor(name, FLOAT, dims, Float32Array.from(values));
}

export function longs(name: string, values: readonly number[], dims = [values.length]): Uint8Array {
  return tensor(name, INT64, dims, BigInt64Array.from(values, BigInt));
}

function tensorFields(name: string, type: number, dims: readonly number[], data: ArrayBufferView) {
  return [
    ...dims.map((size) => writeNumber(1, size)),
    writeNumber(2, type),
    writeText(8, name),
    writeBytes(9, new Uint8Array(data.buffer)),
  ];
}

export function node(
  op: string,
  inputs: readonly string[],
  output: string,
  ...more: readonly Uint8Array[]
): Uint8Array {
  return writeBytes(
    1,
    ...inputs.map((name) => writeText(1, name)),
    writeText(2, output),
    writeText(4, op),
    ...more,
  );
}

/** Attributes of a node: a whole number, several, a figure, a tensor. Numbers below zero are written in ten bytes, which nobody needs here. */
export const attribute = {
  int: (name: string, value: number) =>
    writeBytes(5, writeText(1, name), writeNumber(3, value), writeNumber(20, 2)),
  ints: (name: string, values: readonly number[]) =>
    writeBytes(5, writeText(1, name), ...values.map((value) => writeNumber(8, value)), writeNumber(20, 7)),
  float: (name: string, value: number) =>
    writeBytes(
      5,
      writeText(1, name),
      concat([Uint8Array.of(0x15), new Uint8Array(Float32Array.of(value).buffer)]),
      writeNumber(20, 1),
    ),
  tensor: (name: string, type: number, dims: readonly number[], data: ArrayBufferView) =>
    writeBytes(
      5,
      writeText(1, name),
      writeBytes(5, ...tensorFields('', type, dims, data)),
      writeNumber(20, 4),
    ),
};

/** Cast's target. */
export const TO_FLOAT = attribute.int('to', FLOAT);

function value(place: number, name: string, type: number, dims: readonly number[]): Uint8Array {
  const shape = writeBytes(2, ...dims.map((size) => writeBytes(1, writeNumber(1, size))));
  return writeBytes(
    place,
    writeText(1, name),
    writeBytes(2, writeBytes(1, writeNumber(1, type), ...(dims.length === 0 ? [] : [shape]))),
  );
}

export function input(name: string, type: number, dims: readonly number[]): Uint8Array {
  return value(11, name, type, dims);
}

/** Without sizes the runtime works them out. */
export function output(name: string, dims: readonly number[] = []): Uint8Array {
  return value(12, name, FLOAT, dims);
}

export function model(...graph: readonly Uint8Array[]): Uint8Array {
  const opset = (domain: string, version: number) =>
    writeBytes(8, writeText(1, domain), writeNumber(2, version));
  return concat([
    writeNumber(1, 8),
    writeBytes(7, writeText(2, 'small'), ...graph),
    opset('', 17),
    opset('com.microsoft', 1),
  ]);
}

/** Rows of a table of bytes, scaled, rounded and multiplied, as `models/training/encoder/quantise.py` writes them; `ids` [1, 6] → `answer` [1, 6, 3]. */
export function int8Model(bias: readonly string[] = ['', 'bias']): Uint8Array {
  const wave = (length: number, step: number) => Array.from({ length }, (_, at) => Math.sin(at * step));
  const bytes = (values: readonly number[]) => Int8Array.from(values, (one) => one * 127);
  return model(
    node('Gather', ['table', 'ids'], 'row'),
    node('Gather', ['rows', 'ids'], 'scale'),
    node('Cast', ['row'], 'float', TO_FLOAT),
    node('Mul', ['float', 'scale'], 'embedded'),
    node('Mul', ['embedded', 'factors'], 'scaled'),
    node('QuantizeLinear', ['scaled', 'one', 'zero'], 'bytes'),
    node('MatMulIntegerToFloat', ['bytes', 'weights', 'step', 'columns', 'zero', ...bias], 'answer', CONTRIB),
    tensor('table', INT8, [6, 4], bytes(wave(24, 1.3))),
    floats(
      'rows',
      [6, 1],
      wave(6, 0.7).map((one) => 0.01 + Math.abs(one) / 40),
    ),
    floats('factors', [4], [60, 40, 90, 120]),
    floats('one', [], [1]),
    tensor('zero', UINT8, [], Uint8Array.of(101)),
    tensor('weights', INT8, [4, 3], bytes(wave(12, 2.1))),
    floats('step', [], [0.02]),
    floats('columns', [3], [0.01, 0.02, 0.03]),
    floats('bias', [3], [0.5, -0.25, 0]),
    input('ids', INT64, [1, 6]),
    output('answer', [1, 6, 3]),
  );
}

/** What ONNX Runtime answers on the CPU: the output `answer`, to the ids 0 to 5 where the network has an input. */
export async function runOnnx(
  bytes: Uint8Array,
): Promise<{ readonly dims: readonly number[]; readonly data: readonly number[] }> {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
  });
  const ids = new ort.Tensor('int64', BigInt64Array.from([0n, 1n, 2n, 3n, 4n, 5n]), [1, 6]);
  const { answer } = await session.run(session.inputNames.length === 0 ? {} : { ids });
  await session.release();
  return { dims: answer?.dims ?? [], data: [...(answer?.data as Float32Array)] };
}
