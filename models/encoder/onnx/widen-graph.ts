import { readProduct, readRounding, unusual } from './int8-steps.js';
import { readGraph, type Graph, type GraphNode } from './read-graph.js';
import { build, floats, replaceNodes, type BuiltNode } from './write-graph.js';

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
  return replaceNodes(
    model,
    graph.constants,
    graph.nodes.flatMap((node) => widenNode(node, graph)),
  );
}

/** Whether a network rounds what goes through it to 256 steps. */
export function roundsToBytes(model: Uint8Array): boolean {
  return readGraph(model).nodes.some(isInt8);
}

function isInt8({ op }: GraphNode): boolean {
  return op === 'MatMulIntegerToFloat' || op === 'QuantizeLinear';
}

function widenNode(node: GraphNode, graph: Graph): readonly (BuiltNode | GraphNode)[] {
  switch (node.op) {
    case 'QuantizeLinear':
      return widenRounding(node, graph);
    case 'MatMulIntegerToFloat':
      return widenProduct(node, graph);
    default:
      return [widenRow(node, graph) ?? node];
  }
}

/** Rows of a table of bytes as float32, still whole numbers; null for every other step. */
export function widenRow(node: GraphNode, graph: Graph): BuiltNode | null {
  // The row is float already.
  if (node.op === 'Cast' && isByteRow(node.inputs[0], graph))
    return build('Identity', node.inputs, node.outputs);
  return node.op === 'Gather' && isByteRow(node.outputs[0], graph) ? widenTable(node, graph) : null;
}

/** Whole steps from the zero point, in float: clip(⌊x + ½⌋). */
function widenRounding(node: GraphNode, graph: Graph): readonly BuiltNode[] {
  const { value, zero: shift } = readRounding(node, graph);
  const [output = ''] = node.outputs;
  return [
    build('Add', [value, `${output}_half`], [`${output}_raised`], {
      constants: [floats(`${output}_half`, [], [0.5])],
    }),
    build('Floor', [`${output}_raised`], [`${output}_whole`]),
    build('Clip', [`${output}_whole`, `${output}_low`, `${output}_high`], [output], {
      constants: [floats(`${output}_low`, [], [-shift]), floats(`${output}_high`, [], [255 - shift])],
    }),
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
    build('MatMul', [value, `${output}_wide`], [`${output}_sums`], { constants: [table] }),
    build('Mul', [`${output}_sums`, `${output}_scales`], [scaled], { constants: [scales] }),
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
  return build('Gather', [wide, index], outputs, {
    constants: [floats(wide, table.dims, Float32Array.from(table.values))],
  });
}
