import { readProduct, readRounding, unusual } from './int8-steps.js';
import { concat, readFields, writeBytes, writeNumber, writeText } from './protobuf.js';
import {
  FIELDS,
  FLOAT_TYPE,
  graphOf,
  readGraph,
  type Graph,
  type GraphNode,
  type GraphTensor,
} from './read-graph.js';

/**
 * The same network with float32 in place of int8 arithmetic, for devices that have no kernels for int8.
 *
 * Values are rounded to the same 256 steps as before, so that answers are those of the int8 network and not of the one
 * that it was made from. They are not equal to the last digit: what differs in its last bit, as it does from one processor
 * to another, is now and then rounded to the step beside. A network without int8 comes back as it is. Throws RejectedError
 * `model_format` for a use of int8 other than that of `models/training/encoder/quantise.py`. Memory: four bytes a weight.
 */
export function widenGraph(model: Uint8Array): Uint8Array {
  const graph = readGraph(model);
  if (!graph.nodes.some(isInt8)) return model;
  const built = graph.nodes.flatMap((node) => widenNode(node, graph));
  const written = built.map(({ field }) => field);
  const needed = new Set(built.flatMap(({ inputs }) => inputs));
  const kept = [...graph.constants.values()].filter(({ name }) => needed.has(name)).map(({ field }) => field);
  const { node, initializer, valueInfo } = FIELDS.graph;
  // What is known of shapes and types in between may not hold any more.
  const replaced: readonly number[] = [node, initializer, valueInfo];
  const others = [...readFields(graphOf(model))].filter(({ number }) => !replaced.includes(number));
  const added = built.flatMap(({ constants = [] }) => constants);
  const whole = [...written, ...kept, ...added, ...others.map((field) => field.whole)];
  return concat(
    [...readFields(model)].map((field) =>
      field.number === FIELDS.model.graph ? writeBytes(FIELDS.model.graph, ...whole) : field.whole,
    ),
  );
}

/** Whether a network rounds what goes through it to 256 steps. */
export function roundsToBytes(model: Uint8Array): boolean {
  return readGraph(model).nodes.some(isInt8);
}

interface BuiltNode {
  readonly inputs: readonly string[];
  readonly field: Uint8Array;
  readonly constants?: readonly Uint8Array[];
}

function isInt8({ op }: GraphNode): boolean {
  return op === 'MatMulIntegerToFloat' || op === 'QuantizeLinear';
}

function widenNode(node: GraphNode, graph: Graph): readonly BuiltNode[] {
  switch (node.op) {
    case 'QuantizeLinear':
      return widenRounding(node, graph);
    case 'MatMulIntegerToFloat':
      return widenProduct(node, graph);
    case 'Cast':
      // Of the row of a table of bytes: the row is float already.
      return isByteRow(node.inputs[0], graph) ? [build('Identity', node.inputs, node.outputs)] : [node];
    case 'Gather':
      return isByteRow(node.outputs[0], graph) ? [widenTable(node, graph)] : [node];
    default:
      return [node];
  }
}

/** Whole steps from the zero point, in float: clip(⌊x + ½⌋). */
function widenRounding(node: GraphNode, graph: Graph): readonly BuiltNode[] {
  const { value, zero: shift } = readRounding(node, graph);
  const [output = ''] = node.outputs;
  return [
    build('Add', [value, `${output}_half`], [`${output}_raised`], [floats(`${output}_half`, [], [0.5])]),
    build('Floor', [`${output}_raised`], [`${output}_whole`]),
    build(
      'Clip',
      [`${output}_whole`, `${output}_low`, `${output}_high`],
      [output],
      [floats(`${output}_low`, [], [-shift]), floats(`${output}_high`, [], [255 - shift])],
    ),
  ];
}

/**
 * Weights stay whole numbers, so that sums are exact as long as they are below 2²⁴, and are scaled afterwards as before:
 * a sum that is off by its last bit would now and then be rounded to the next step further on.
 */
function widenProduct(node: GraphNode, graph: Graph): readonly BuiltNode[] {
  const { value, weights, scales: columns, bias } = readProduct(node, graph);
  const [output = ''] = node.outputs;
  const table = floats(`${output}_wide`, weights.dims, Float32Array.from(weights.values));
  const scales = floats(`${output}_scales`, columns.dims, columns.values);
  const scaled = bias === '' ? output : `${output}_scaled`;
  return [
    build('MatMul', [value, `${output}_wide`], [`${output}_sums`], [table]),
    build('Mul', [`${output}_sums`, `${output}_scales`], [scaled], [scales]),
    ...(bias === '' ? [] : [build('Add', [scaled, bias], [output])]),
  ];
}

/** Whether a name is that of rows of a table of bytes, which a cast makes float. */
function isByteRow(name: string | undefined, { nodes, constants }: Graph): boolean {
  const maker = nodes.find(({ op, outputs }) => op === 'Gather' && outputs[0] === name);
  return constants.get(maker?.inputs[0] ?? '')?.type === 'int8';
}

/** The rows stay whole numbers: they are multiplied by their scale afterwards, as before. */
function widenTable({ inputs, outputs, attributes }: GraphNode, { constants }: Graph): BuiltNode {
  const [tableName = '', index = ''] = inputs;
  const table = constants.get(tableName);
  if (table === undefined || (attributes.get('axis')?.number ?? 0) !== 0)
    throw unusual(`the table ${tableName}`);
  const wide = `${tableName}_wide`;
  return build('Gather', [wide, index], outputs, [floats(wide, table.dims, Float32Array.from(table.values))]);
}

function build(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  constants: readonly Uint8Array[] = [],
): BuiltNode {
  const { input, output, op: opField } = FIELDS.node;
  const field = writeBytes(
    FIELDS.graph.node,
    ...inputs.map((name) => writeText(input, name)),
    ...outputs.map((name) => writeText(output, name)),
    writeText(opField, op),
  );
  return { inputs, field, constants };
}

function floats(
  name: string,
  dims: GraphTensor['dims'],
  values: Float32Array | readonly number[],
): Uint8Array {
  const { dims: dimsField, type, name: nameField, raw } = FIELDS.tensor;
  const data = Float32Array.from(values);
  return writeBytes(
    FIELDS.graph.initializer,
    ...dims.map((size) => writeNumber(dimsField, size)),
    writeNumber(type, FLOAT_TYPE),
    writeText(nameField, name),
    writeBytes(raw, new Uint8Array(data.buffer)),
  );
}
