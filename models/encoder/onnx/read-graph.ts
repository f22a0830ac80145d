import { RejectedError } from '../../../pipeline/core/errors.js';
import { readFields, type Field } from './protobuf.js';

/** A step of a network. */
export interface GraphNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** The field as it stands in the file. */
  readonly field: Uint8Array;
}

export interface Attribute {
  readonly number: number;
  readonly float: number;
  readonly numbers: readonly number[];
  readonly tensor: GraphTensor | null;
}

/** A constant of a network; of what other types than these hold nothing is read. */
export interface GraphTensor {
  readonly name: string;
  readonly type: 'float32' | 'uint8' | 'int8' | 'int64' | 'bool' | 'other';
  readonly dims: readonly number[];
  /** Row by row, numbers as they are; `int64` beyond 2⁵³ is rounded. */
  readonly values: Float32Array | Uint8Array | Int8Array | Float64Array;
  readonly field: Uint8Array;
}

/** A network as a list of steps, each after those that it needs. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, GraphTensor>;
  /** Without constants, which older files name here as well. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Numbers of the fields in onnx.proto (ONNX 1.17). */
export const FIELDS = {
  model: { graph: 7 },
  graph: { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13 },
  node: { input: 1, output: 2, op: 4, attribute: 5, domain: 7 },
  tensor: { dims: 1, type: 2, floats: 4, ints: 5, longs: 7, name: 8, raw: 9 },
  attribute: { name: 1, float: 2, int: 3, tensor: 5, floats: 7, ints: 8 },
} as const;

/** Numbers of the types in onnx.proto. */
export const FLOAT_TYPE = 1;
const TYPES = new Map<number, GraphTensor['type']>([
  [FLOAT_TYPE, 'float32'],
  [2, 'uint8'],
  [3, 'int8'],
  [7, 'int64'],
  [9, 'bool'],
]);

/** Reads an ONNX file. Throws RejectedError `model_format`. Memory: views on the bytes, and copies of what is not aligned. */
export function readGraph(model: Uint8Array): Graph {
  const nodes: GraphNode[] = [];
  const constants = new Map<string, GraphTensor>();
  const inputs: string[] = [];
  const outputs: string[] = [];
  for (const field of readFields(graphOf(model))) {
    if (field.number === FIELDS.graph.node) nodes.push(readNode(field));
    if (field.number === FIELDS.graph.input) inputs.push(textAt(field.bytes, 1));
    if (field.number === FIELDS.graph.output) outputs.push(textAt(field.bytes, 1));
    if (field.number === FIELDS.graph.initializer) {
      const tensor = readTensor(field);
      constants.set(tensor.name, tensor);
    }
  }
  return { nodes, constants, inputs: inputs.filter((name) => !constants.has(name)), outputs };
}

export function graphOf(model: Uint8Array): Uint8Array {
  for (const field of readFields(model)) if (field.number === FIELDS.model.graph) return field.bytes;
  throw new RejectedError('model_format', 'The ONNX file holds no network.');
}

function readNode({ bytes, whole }: Field): GraphNode {
  const { input, output, op, attribute, domain } = FIELDS.node;
  const fields = [...readFields(bytes)];
  const texts = (number: number) =>
    fields.filter((field) => field.number === number).map(({ bytes: text }) => decode(text));
  return {
    op: texts(op)[0] ?? '',
    domain: texts(domain)[0] ?? '',
    inputs: texts(input),
    outputs: texts(output),
    attributes: new Map(
      fields.filter((field) => field.number === attribute).map(({ bytes: one }) => readAttribute(one)),
    ),
    field: whole,
  };
}

function readAttribute(bytes: Uint8Array): readonly [string, Attribute] {
  const { float, int, tensor, ints } = FIELDS.attribute;
  let attribute: Attribute = { number: 0, float: 0, numbers: [], tensor: null };
  const numbers: number[] = [];
  for (const field of readFields(bytes)) {
    if (field.number === float) attribute = { ...attribute, float: viewOf(field.bytes).getFloat32(0, true) };
    if (field.number === int) attribute = { ...attribute, number: toNumber(field.value) };
    if (field.number === ints) numbers.push(...longs(field));
    if (field.number === tensor) attribute = { ...attribute, tensor: readTensor(field) };
  }
  return [textAt(bytes, FIELDS.attribute.name), { ...attribute, numbers }];
}

function readTensor({ bytes, whole }: Field): GraphTensor {
  const { dims, type, floats, ints, longs: longData, name, raw } = FIELDS.tensor;
  const shape: number[] = [];
  let kind: GraphTensor['type'] = 'other';
  let values: GraphTensor['values'] = new Float32Array();
  let tensorName = '';
  const few: number[] = [];
  let content: Uint8Array | null = null;
  for (const field of readFields(bytes)) {
    if (field.number === dims || field.number === longData || field.number === ints) {
      (field.number === dims ? shape : few).push(...longs(field));
    }
    if (field.number === type) kind = TYPES.get(Number(field.value)) ?? 'other';
    if (field.number === name) tensorName = decode(field.bytes);
    if (field.number === raw) content = field.bytes;
    if (field.number === floats) content = field.bytes;
  }
  values = content === null ? valuesOf(kind, few) : fromRaw(kind, content);
  return { name: tensorName, type: kind, dims: shape, values, field: whole };
}

function valuesOf(type: GraphTensor['type'], numbers: readonly number[]): GraphTensor['values'] {
  if (type === 'int8') return Int8Array.from(numbers);
  return type === 'int64' ? Float64Array.from(numbers) : Uint8Array.from(numbers);
}

function fromRaw(type: GraphTensor['type'], raw: Uint8Array): GraphTensor['values'] {
  switch (type) {
    case 'float32':
      // A copy: raw data need not start at a multiple of its size.
      return new Float32Array(copyOf(raw, 4));
    case 'int8':
      return new Int8Array(raw.buffer, raw.byteOffset, raw.byteLength);
    case 'uint8':
    case 'bool':
      return raw;
    case 'int64':
      return Float64Array.from(new BigInt64Array(copyOf(raw, 8)), Number);
    case 'other':
      return new Uint8Array();
  }
}

/** Whole elements; what is left over belongs to none. `slice` of a Buffer would be a view. */
function copyOf(raw: Uint8Array, size: number): ArrayBuffer {
  return Uint8Array.from(raw.subarray(0, raw.byteLength - (raw.byteLength % size))).buffer;
}

/** One number, or several packed into one field. */
function longs(field: Field): readonly number[] {
  if (field.bytes.byteLength === 0) return [toNumber(field.value)];
  const numbers: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of field.bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte < 0x80) {
      numbers.push(toNumber(value));
      value = 0n;
      shift = 0n;
    }
  }
  return numbers;
}

function toNumber(value: bigint): number {
  return Number(BigInt.asIntN(64, value));
}

function textAt(message: Uint8Array, number: number): string {
  for (const field of readFields(message)) if (field.number === number) return decode(field.bytes);
  return '';
}

function decode(bytes: Uint8Array): string {
  // The decoder does not take shared memory.
  return Buffer.from(bytes).toString('utf8');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
