import { concat, readFields, writeBytes, writeNumber, writeText } from './protobuf.js';
import { FIELDS, FLOAT_TYPE, readGraph, type GraphNode, type GraphTensor } from './read-graph.js';
import { build, replaceNodes, type BuiltNode } from './write-graph.js';

/** The number of "float16" in onnx.proto. */
const HALF_TYPE = 10;
const LARGEST_HALF = 65_504;

/**
 * The same network with figures of 16 bits, as graphics processors like them; inputs and outputs stay what they are.
 *
 * For networks of float32; what is larger than 65,504 (masks) becomes that. Throws RejectedError `model_format` for bytes
 * that are no ONNX file. Memory: two bytes a weight.
 */
export function halveGraph(model: Uint8Array): Uint8Array {
  const { nodes, constants, outputs } = readGraph(model);
  const halved = new Map([...constants].map(([name, tensor]) => [name, halveConstant(name, tensor)]));
  const ends = new Set(outputs);
  const built = nodes.map((node) => halveNode(node, ends));
  const back = outputs.map((name) =>
    build('Cast', [inside(name, ends)], [name], { attributes: [castTo(FLOAT_TYPE)] }),
  );
  return replaceNodes(model, halved, [...built, ...back]);
}

function halveNode(node: GraphNode, ends: ReadonlySet<string>): BuiltNode {
  const { input, output, attribute } = FIELDS.node;
  const message = [...readFields(node.field)][0]?.bytes ?? new Uint8Array();
  const fields = [...readFields(message)].map(({ number, bytes, whole }) => {
    if (number === input || number === output) return writeText(number, inside(textOf(bytes), ends));
    return number === attribute ? halveAttribute(node, bytes) : whole;
  });
  const inputs = node.inputs.map((name) => inside(name, ends));
  return { inputs, field: writeBytes(FIELDS.graph.node, ...fields) };
}

function halveAttribute({ op, attributes }: GraphNode, bytes: Uint8Array): Uint8Array {
  const { attribute } = FIELDS.node;
  const name = textOf([...readFields(bytes)].find(({ number }) => number === FIELDS.attribute.name)?.bytes);
  const known = attributes.get(name);
  if (op === 'Cast' && name === 'to' && known?.number === FLOAT_TYPE) return castTo(HALF_TYPE);
  const tensor = known?.tensor ?? null;
  if (tensor?.type !== 'float32') return writeBytes(attribute, bytes);
  const fields = [...readFields(bytes)].map(({ number, whole }) =>
    number === FIELDS.attribute.tensor ? writeBytes(number, halfTensor(tensor.name, tensor)) : whole,
  );
  return writeBytes(attribute, ...fields);
}

/** Within the network the outputs have other names: theirs is that of the float32 in the end. */
function inside(name: string, ends: ReadonlySet<string>): string {
  return ends.has(name) ? `${name}_half` : name;
}

function castTo(type: number): Uint8Array {
  const { name, int } = FIELDS.attribute;
  // 20 is the kind of an attribute, 2 a whole number.
  return writeBytes(FIELDS.node.attribute, writeText(name, 'to'), writeNumber(int, type), writeNumber(20, 2));
}

function halveConstant(name: string, tensor: GraphTensor): GraphTensor {
  if (tensor.type !== 'float32') return tensor;
  return { ...tensor, field: writeBytes(FIELDS.graph.initializer, halfTensor(name, tensor)) };
}

function halfTensor(name: string, { dims, values }: GraphTensor): Uint8Array {
  const { dims: dimsField, type, name: nameField, raw } = FIELDS.tensor;
  const halves = new Uint16Array(values.length);
  for (const [at, value] of values.entries()) halves[at] = toHalf(value);
  return concat([
    ...dims.map((size) => writeNumber(dimsField, size)),
    writeNumber(type, HALF_TYPE),
    writeText(nameField, name),
    writeBytes(raw, new Uint8Array(halves.buffer)),
  ]);
}

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** The bits of the nearest number of 16 bits (IEEE 754 binary16), halves to the even one; within ±65,504. */
export function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.min(LARGEST_HALF, Math.abs(value));
  // Below 2⁻¹⁴ steps are of one size.
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24);
  FLOAT[0] = size;
  const bits = BITS[0] ?? 0;
  const exponent = (bits >>> 23) - 127;
  const fraction = roundEven((bits & 0x7fffff) / 2 ** 13);
  // A fraction that is rounded up to the next power carries into the exponent.
  return sign | (((exponent + 15) << 10) + fraction);
}

function roundEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}

function textOf(bytes: Uint8Array = new Uint8Array()): string {
  return Buffer.from(bytes).toString('utf8');
}
