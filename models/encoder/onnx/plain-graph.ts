import { readProduct, readRounding, unusual } from './int8-steps.js';
import { readGraph, type Graph, type GraphNode } from './read-graph.js';
import { roundsToBytes, widenRow } from './widen-graph.js';
import { build, floats, replaceNodes, type BuiltNode } from './write-graph.js';

/**
 * The same network in float32 without rounding what goes through it: what an int8 network of ours stands for.
 *
 * Its answers are not those of the int8 network, but nearer to those of the one that it was made from. A network without int8
 * comes back as it is. Throws RejectedError `model_format` as `widenGraph` does. Memory: four bytes a weight.
 */
export function plainGraph(model: Uint8Array): Uint8Array {
  if (!roundsToBytes(model)) return model;
  const graph = readGraph(model);
  const makers = new Map(graph.nodes.map((node) => [node.outputs[0] ?? '', node]));
  const roundings = graph.nodes.filter(({ op }) => op === 'QuantizeLinear');
  // Each is scaled before it is rounded; both go into the weights.
  const gone = new Set([...roundings, ...roundings.map((node) => scalingOf(node, graph, makers))]);
  return replaceNodes(
    model,
    graph.constants,
    graph.nodes.flatMap((node): readonly (BuiltNode | GraphNode)[] => {
      if (gone.has(node)) return [];
      if (node.op === 'MatMulIntegerToFloat') return plainProduct(node, graph, makers);
      return [widenRow(node, graph) ?? node];
    }),
  );
}

type Makers = ReadonlyMap<string, GraphNode>;

function scalingOf(rounding: GraphNode, graph: Graph, makers: Makers): GraphNode {
  const { value } = readRounding(rounding, graph);
  const scaling = makers.get(value);
  if (scaling?.op !== 'Mul' || graph.constants.get(scaling.inputs[1] ?? '')?.type !== 'float32')
    throw unusual(`the rounding of ${value}`);
  return scaling;
}

/** x · factors, rounded, times whole weights and their scales, is x times (factors · weights · scales). */
function plainProduct(node: GraphNode, graph: Graph, makers: Makers): readonly BuiltNode[] {
  const { value, weights, scales, bias } = readProduct(node, graph);
  const [output = ''] = node.outputs;
  const rounding = makers.get(value);
  if (rounding === undefined) throw unusual(`the product ${output}`);
  const [input = '', factorName = ''] = scalingOf(rounding, graph, makers).inputs;
  const factors = graph.constants.get(factorName)?.values ?? [];
  const [, columns = 1] = weights.dims;
  const table = new Float32Array(weights.values);
  for (const [at, weight] of table.entries())
    table[at] = weight * (factors[Math.floor(at / columns)] ?? 0) * (scales.values[at % columns] ?? 0);
  const sums = bias === '' ? output : `${output}_sums`;
  const constants = [floats(`${output}_plain`, weights.dims, table)];
  return [
    build('MatMul', [input, `${output}_plain`], [sums], { constants }),
    ...(bias === '' ? [] : [build('Add', [sums, bias], [output])]),
  ];
}
