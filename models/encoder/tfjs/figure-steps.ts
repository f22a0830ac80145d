import type { Tensor } from '@tensorflow/tfjs-core';

import type { GraphNode } from '../onnx/read-graph.js';
import type { Tfjs } from './load-tfjs.js';
import { fromEnd } from './whole-steps.js';

/** What a step on figures gets: its inputs as tensors, and the numbers in those of them that hold whole numbers. */
export interface FigureInputs {
  readonly node: GraphNode;
  readonly tensors: readonly Tensor[];
  /** At the place of an input; empty where it holds figures. */
  readonly numbers: readonly (readonly number[])[];
}

type Step = (tf: Tfjs, inputs: FigureInputs) => Tensor;

/**
 * Steps on figures, as ONNX describes them (opset 17).
 *
 * Each result depends on nothing but its own row, to the last bit, so that a text has the same scores in any batch: hence
 * softmax is put together here (the backend's own adds in groups, which padding moves).
 */
const STEPS: Readonly<Record<string, Step>> = {
  Identity: (tf, { tensors: [value] }) => tf.clone(of(value)),
  Cast: (tf, { tensors: [value] }) => tf.clone(of(value)),
  Add: (tf, { tensors: [left, right] }) => tf.add(of(left), of(right)),
  Sub: (tf, { tensors: [left, right] }) => tf.sub(of(left), of(right)),
  Mul: (tf, { tensors: [left, right] }) => tf.mul(of(left), of(right)),
  Div: (tf, { tensors: [left, right] }) => tf.div(of(left), of(right)),
  Pow: (tf, { tensors: [left, right] }) => tf.pow(of(left), of(right)),
  Sqrt: (tf, { tensors: [value] }) => tf.sqrt(of(value)),
  Erf: (tf, { tensors: [value] }) => tf.erf(of(value)),
  Tanh: (tf, { tensors: [value] }) => tf.tanh(of(value)),
  Transpose: (tf, { node, tensors: [value] }) =>
    tf.transpose(of(value), [...(node.attributes.get('perm')?.numbers ?? [])]),
  Expand: (tf, { tensors: [value], numbers: [, shape = []] }) => tf.mul(of(value), tf.ones([...shape])),
  Where: (tf, { tensors: [condition, yes, no] }) => tf.where(tf.cast(of(condition), 'bool'), of(yes), of(no)),
  Gather: gather,
  Concat: (tf, { node, tensors }) => tf.concat([...tensors], node.attributes.get('axis')?.number ?? 0),
  MatMul: (tf, { tensors: [left, right] }) => product(tf, of(left), of(right)),
  Gemm: gemm,
  LayerNormalization: layerNorm,
  Softmax: softmax,
  ReduceSum: (tf, inputs) => tf.sum(of(inputs.tensors[0]), axesOf(inputs), keepsDims(inputs)),
  ReduceMean: (tf, inputs) => tf.mean(of(inputs.tensors[0]), axesOf(inputs), keepsDims(inputs)),
};

export function isFigureStep(op: string): boolean {
  return op in STEPS;
}

/** The result of a step, as a new tensor. Throws RangeError where there is no such step or an input is missing. */
export function runFigureStep(tf: Tfjs, inputs: FigureInputs): Tensor {
  const step = STEPS[inputs.node.op];
  if (step === undefined) throw new RangeError(`The step ${inputs.node.op} is not known.`);
  return step(tf, inputs);
}

/** Rows of figures [..., in] times a matrix [in, out]; or matrices times matrices. */
export function product(tf: Tfjs, left: Tensor, right: Tensor): Tensor {
  if (right.rank !== 2) return tf.matMul(left, right);
  // As one matrix: the backend is quick for these only.
  const rows = tf.reshape(left, [-1, right.shape[0]]);
  return tf.reshape(tf.matMul(rows, right), [...left.shape.slice(0, -1), right.shape[1] ?? 0]);
}

function gather(tf: Tfjs, { node, tensors: [data, indices] }: FigureInputs): Tensor {
  const axis = fromEnd(node.attributes.get('axis')?.number ?? 0, of(data).rank);
  const places = of(indices);
  const fromStart = tf.where(tf.less(places, 0), tf.add(places, of(data).shape[axis] ?? 0), places);
  return tf.gather(of(data), tf.cast(fromStart, 'int32'), axis);
}

function gemm(tf: Tfjs, { node, tensors: [left, right, added] }: FigureInputs): Tensor {
  const flag = (name: string) => node.attributes.get(name)?.number === 1;
  const factor = (name: string) => node.attributes.get(name)?.float ?? 1;
  const sums = tf.mul(tf.matMul(of(left), of(right), flag('transA'), flag('transB')), factor('alpha'));
  return added === undefined ? sums : tf.add(sums, tf.mul(added, factor('beta')));
}

function layerNorm(tf: Tfjs, { node, tensors: [value, scale, bias] }: FigureInputs): Tensor {
  const from = of(value);
  const first = fromEnd(node.attributes.get('axis')?.number ?? -1, from.rank);
  const axes = Array.from({ length: from.rank - first }, (_, at) => first + at);
  const centred = tf.sub(from, tf.mean(from, axes, true));
  const variance = tf.mean(tf.mul(centred, centred), axes, true);
  const normal = tf.div(centred, tf.sqrt(tf.add(variance, node.attributes.get('epsilon')?.float ?? 1e-5)));
  const scaled = tf.mul(normal, of(scale));
  return bias === undefined ? scaled : tf.add(scaled, bias);
}

function softmax(tf: Tfjs, { node, tensors: [value] }: FigureInputs): Tensor {
  const axis = node.attributes.get('axis')?.number ?? -1;
  const powers = tf.exp(tf.sub(of(value), tf.max(of(value), axis, true)));
  return tf.div(powers, tf.sum(powers, axis, true));
}

/** An input since opset 13 or 18, an attribute before. */
function axesOf({ node, numbers }: FigureInputs): number[] {
  const [, axes = []] = numbers;
  return [...(axes.length > 0 ? axes : (node.attributes.get('axes')?.numbers ?? []))];
}

function keepsDims({ node }: FigureInputs): boolean {
  return (node.attributes.get('keepdims')?.number ?? 1) === 1;
}

function of(tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw new RangeError('A step lacks an input.');
  return tensor;
}
