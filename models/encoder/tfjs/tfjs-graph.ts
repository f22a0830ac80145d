import type { Tensor } from '@tensorflow/tfjs-core';

import type { Graph, GraphNode } from '../onnx/read-graph.js';
import { product, runFigureStep } from './figure-steps.js';
import type { Tfjs } from './load-tfjs.js';
import { newDims } from './new-dims.js';
import { planGraph, type KeptProduct, type Plan } from './plan-graph.js';
import { runWholeStep, sizeOf, type Whole } from './whole-steps.js';

/** Figures are tensors of TensorFlow.js; whole numbers are plain ones, worked out here. */
type Value = { readonly whole: Whole } | { readonly tensor: Tensor };

/** Figures row by row. */
export interface Figures {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export interface TfjsGraph {
  /** The wanted outputs by name. Rejects with RangeError for an id that the network does not know. */
  run(inputs: ReadonlyMap<string, Whole>): Promise<ReadonlyMap<string, Figures>>;
  close(): void;
}

/** The number of "float" in onnx.proto. */
const FLOAT = 1;

/**
 * Makes a network of ONNX ready to run on TensorFlow.js.
 *
 * int8 networks of ours run with float32 arithmetic and the same rounding, as `widenGraph` says. Throws RejectedError
 * `model_format` naming what is not known. Memory: weights of products as float32; tables of words stay bytes, where the model
 * has them so; while it runs, what later steps still need.
 */
export function openGraph(tf: Tfjs, graph: Graph, wanted: readonly string[]): TfjsGraph {
  const plan = planGraph(tf, graph, wanted);
  return {
    run: (inputs) => runGraph({ tf, plan, wanted }, inputs),
    close() {
      const products = [...plan.products.values()].flatMap(({ weights, scales }) => [weights, scales]);
      for (const tensor of [...plan.figures.values(), ...products]) tensor.dispose();
    },
  };
}

interface Run {
  readonly tf: Tfjs;
  readonly plan: Plan;
  readonly wanted: readonly string[];
}

async function runGraph(run: Run, inputs: ReadonlyMap<string, Whole>): ReturnType<TfjsGraph['run']> {
  const values = new Map<string, Value>([...inputs].map(([name, whole]) => [name, { whole }]));
  const release = (name: string) => {
    const value = values.get(name);
    if (value !== undefined && 'tensor' in value) value.tensor.dispose();
    values.delete(name);
  };
  try {
    for (const [at, node] of run.plan.nodes.entries()) {
      values.set(node.outputs[0] ?? '', runNode(run, node, values));
      for (const name of run.plan.done[at] ?? []) release(name);
    }
    const outputs = new Map<string, Figures>();
    for (const name of run.wanted) {
      const value = values.get(name);
      if (value === undefined || !('tensor' in value))
        throw new RangeError(`The output ${name} holds no figures.`);
      outputs.set(name, { dims: value.tensor.shape, data: (await value.tensor.data()) as Float32Array });
    }
    return outputs;
  } finally {
    for (const name of [...values.keys()]) release(name);
  }
}

function runNode({ tf, plan }: Run, node: GraphNode, values: ReadonlyMap<string, Value>): Value {
  const [output = ''] = node.outputs;
  const product = plan.products.get(output);
  const zero = plan.zeros.get(output);
  const needed = product !== undefined || zero !== undefined ? node.inputs.slice(0, 1) : node.inputs;
  const inputs = needed.map((name) => valueOf(name, values, plan));
  const [first, second] = inputs;
  if (first === undefined) throw new RangeError(`The step ${node.op} has no input.`);
  if (product !== undefined) return { tensor: multiply(tf, first, product) };
  if (zero !== undefined) return { tensor: round(tf, first, zero) };
  const dims = 'whole' in first ? first.whole.dims : first.tensor.shape;
  if (node.op === 'Shape') return { whole: { dims: [dims.length], values: Float64Array.from(dims) } };
  if (node.op === 'ConstantOfShape') return filled(tf, node, numbersOf(first));
  const axes = second === undefined ? (node.attributes.get('axes')?.numbers ?? []) : numbersOf(second);
  const reshaped = newDims(node, dims, axes);
  if (reshaped !== null) return reshape(tf, first, reshaped);
  const wholes = castsToFigures(node)
    ? []
    : inputs.flatMap((value) => ('whole' in value ? [value.whole] : []));
  const result = wholes.length === inputs.length ? runWholeStep(node, wholes) : null;
  if (result !== null) return { whole: result };
  const tensor = tf.tidy(() =>
    runFigureStep(tf, {
      node,
      tensors: inputs.map((value) => toTensor(tf, value)),
      numbers: inputs.map(numbersOf),
    }),
  );
  return { tensor };
}

function valueOf(name: string, values: ReadonlyMap<string, Value>, { constants, figures }: Plan): Value {
  const value = values.get(name);
  if (value !== undefined) return value;
  const tensor = figures.get(name);
  if (tensor !== undefined) return { tensor };
  const constant = constants.get(name);
  if (constant === undefined || constant.values instanceof Float32Array)
    throw new RangeError(`Nothing is called ${name}.`);
  return { whole: { dims: constant.dims, values: constant.values } };
}

/** Shapes, axes and places; figures, and whole numbers of more dimensions, are none of these. */
function numbersOf(value: Value): readonly number[] {
  return 'whole' in value && value.whole.dims.length <= 1 ? [...value.whole.values] : [];
}

function reshape(tf: Tfjs, value: Value, dims: readonly number[]): Value {
  return 'whole' in value
    ? { whole: { dims, values: value.whole.values } }
    : { tensor: tf.reshape(value.tensor, [...dims]) };
}

function toTensor(tf: Tfjs, value: Value): Tensor {
  if ('tensor' in value) return value.tensor;
  return tf.tensor(Float32Array.from(value.whole.values), [...value.whole.dims], 'float32');
}

function castsToFigures({ op, attributes }: GraphNode): boolean {
  return op === 'Cast' && attributes.get('to')?.number === FLOAT;
}

function filled(tf: Tfjs, { attributes }: GraphNode, dims: readonly number[]): Value {
  const tensor = attributes.get('value')?.tensor ?? null;
  const value = tensor?.values[0] ?? 0;
  return tensor === null || tensor.type === 'float32'
    ? { tensor: tf.fill([...dims], value, 'float32') }
    : { whole: { dims, values: new Float64Array(sizeOf(dims)).fill(value) } };
}

/** Whole steps from the zero point, halves to the even one. */
function round(tf: Tfjs, value: Value, zero: number): Tensor {
  return tf.tidy(() => tf.clipByValue(tf.round(toTensor(tf, value)), -zero, 255 - zero));
}

function multiply(tf: Tfjs, value: Value, { weights, scales, bias }: KeptProduct): Tensor {
  return tf.tidy(() => {
    const scaled = tf.mul(product(tf, toTensor(tf, value), weights), scales);
    return bias === null ? scaled : tf.add(scaled, bias);
  });
}
