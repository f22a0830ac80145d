import { RejectedError } from '../../../pipeline/core/errors.js';
import type { Graph, GraphNode } from './read-graph.js';

/** Rounds figures to whole steps between −`zero` and 255 − `zero`. */
export interface Rounding {
  readonly value: string;
  readonly zero: number;
}

/** Whole steps times whole weights [in, out], times a scale for each output, plus a bias. */
export interface Int8Product {
  readonly value: string;
  readonly weights: { readonly dims: readonly number[]; readonly values: ArrayLike<number> };
  readonly scales: { readonly dims: readonly number[]; readonly values: Float32Array };
  /** Its name, '' where there is none. */
  readonly bias: string;
}

/** What a `QuantizeLinear` of `models/training/encoder/quantise.py` does. Throws RejectedError `model_format` for one of another kind. */
export function readRounding({ inputs, outputs }: GraphNode, { constants }: Graph): Rounding {
  const [value = '', scale = '', zeroName = ''] = inputs;
  const zero = constants.get(zeroName);
  if (zero?.type !== 'uint8' || zero.values.length !== 1 || constants.get(scale)?.values[0] !== 1)
    throw unusual(`the rounding ${outputs[0] ?? ''}`);
  return { value, zero: zero.values[0] ?? 0 };
}

/** The same for a `MatMulIntegerToFloat`. */
export function readProduct({ inputs, outputs }: GraphNode, { constants }: Graph): Int8Product {
  const [value = '', weightName = '', stepName = '', columnName = '', , weightZero = '', bias = ''] = inputs;
  const weights = constants.get(weightName);
  const step = constants.get(stepName)?.values[0];
  const columns = constants.get(columnName);
  if (weights?.type !== 'int8' || step === undefined || columns === undefined || weightZero !== '')
    throw unusual(`the product ${outputs[0] ?? ''}`);
  const values = Float32Array.from(columns.values, (scale) => step * scale);
  return { value, weights, scales: { dims: columns.dims, values }, bias };
}

export function unusual(what: string): RejectedError {
  return new RejectedError('model_format', `It uses int8 in another way than our own models do (${what}).`);
}
