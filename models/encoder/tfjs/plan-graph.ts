import type { Tensor } from '@tensorflow/tfjs-core';

import { RejectedError } from '../../../pipeline/core/errors.js';
import { readProduct, readRounding } from '../onnx/int8-steps.js';
import type { Graph, GraphNode, GraphTensor } from '../onnx/read-graph.js';
import { isFigureStep } from './figure-steps.js';
import type { Tfjs } from './load-tfjs.js';
import { isReshaping } from './new-dims.js';
import { isWholeStep } from './whole-steps.js';

/** A product of whole steps and whole weights, see `readProduct`. */
export interface KeptProduct {
  readonly weights: Tensor;
  readonly scales: Tensor;
  readonly bias: Tensor | null;
}

/** A network made ready: what runs, and what stays with the backend between runs. */
export interface Plan {
  readonly nodes: readonly GraphNode[];
  /** For each node the values that nobody needs after it. */
  readonly done: readonly (readonly string[])[];
  readonly constants: ReadonlyMap<string, GraphTensor>;
  /** Constants that hold figures. */
  readonly figures: ReadonlyMap<string, Tensor>;
  /** By the name of their output. */
  readonly products: ReadonlyMap<string, KeptProduct>;
  /** Zero points of roundings, by the name of their output. */
  readonly zeros: ReadonlyMap<string, number>;
}

const OWN_STEPS = ['Shape', 'ConstantOfShape', 'QuantizeLinear', 'MatMulIntegerToFloat'];

/** Plans only what the wanted outputs need. Throws RejectedError `model_format` naming a step that is not known. */
export function planGraph(tf: Tfjs, graph: Graph, wanted: readonly string[]): Plan {
  const constants = allConstants(graph);
  const nodes = neededNodes(graph.nodes, { constants, wanted });
  const unknown = nodes.find(({ op }) => !isKnown(op));
  if (unknown !== undefined) {
    throw new RejectedError(
      'model_format',
      `TensorFlow.js has no step ${unknown.op} here (${unknown.outputs[0] ?? ''}); the device cpu may have it.`,
    );
  }
  return {
    nodes,
    done: lastUses(nodes, wanted),
    constants,
    ...keepConstants(tf, nodes, { ...graph, constants }),
  };
}

/** Some are written as steps without inputs. */
function allConstants({ nodes, constants }: Graph): ReadonlyMap<string, GraphTensor> {
  const steps = nodes.flatMap(({ op, attributes, outputs }) => {
    const value = attributes.get('value')?.tensor ?? null;
    return op === 'Constant' && value !== null ? [[outputs[0] ?? '', value] as const] : [];
  });
  return new Map([...constants, ...steps]);
}

function neededNodes(
  nodes: readonly GraphNode[],
  { constants, wanted }: { readonly constants: Plan['constants']; readonly wanted: readonly string[] },
): readonly GraphNode[] {
  const needed = new Set(wanted);
  return [...nodes]
    .reverse()
    .filter(({ inputs, outputs }) => {
      if (constants.has(outputs[0] ?? '') || !outputs.some((name) => needed.has(name))) return false;
      for (const name of inputs) needed.add(name);
      return true;
    })
    .reverse();
}

function lastUses(nodes: readonly GraphNode[], wanted: readonly string[]): Plan['done'] {
  const lastUse = new Map<string, number>();
  for (const [at, { inputs }] of nodes.entries()) for (const name of inputs) lastUse.set(name, at);
  return nodes.map(({ inputs }, at) =>
    [...new Set(inputs)].filter((name) => lastUse.get(name) === at && !wanted.includes(name)),
  );
}

function isKnown(op: string): boolean {
  return OWN_STEPS.includes(op) || isReshaping(op) || isWholeStep(op) || isFigureStep(op);
}

function keepConstants(
  tf: Tfjs,
  nodes: readonly GraphNode[],
  graph: Graph,
): Pick<Plan, 'figures' | 'products' | 'zeros'> {
  const figures = new Map<string, Tensor>();
  const products = new Map<string, KeptProduct>();
  const zeros = new Map<string, number>();
  const keep = (name: string): Tensor | null => {
    const constant = graph.constants.get(name);
    if (constant?.type !== 'float32') return null;
    const kept = figures.get(name) ?? toTensor(tf, constant);
    figures.set(name, kept);
    return kept;
  };
  for (const node of nodes) {
    const [output = ''] = node.outputs;
    if (node.op === 'QuantizeLinear') zeros.set(output, readRounding(node, graph).zero);
    else if (node.op === 'MatMulIntegerToFloat') {
      const { weights, scales, bias } = readProduct(node, graph);
      products.set(output, {
        weights: toTensor(tf, weights),
        scales: toTensor(tf, scales),
        bias: keep(bias),
      });
    } else for (const name of node.inputs) keep(name);
  }
  return { figures, products, zeros };
}

function toTensor(
  tf: Tfjs,
  { dims, values }: { readonly dims: readonly number[]; readonly values: ArrayLike<number> },
): Tensor {
  return tf.tensor(Float32Array.from(values), [...dims], 'float32');
}
