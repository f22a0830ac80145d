import type { GraphNode } from '../onnx/read-graph.js';
import { fromEnd, sizeOf } from './whole-steps.js';

/**
 * The shape that a step gives to the same values, null where a step does more than that.
 *
 * `numbers` are what its second input says, or since which version of ONNX it did not stand there, its attribute.
 */
export function newDims(
  { op, attributes }: GraphNode,
  dims: readonly number[],
  numbers: readonly number[],
): readonly number[] | null {
  switch (op) {
    case 'Reshape':
      return reshaped(dims, numbers);
    case 'Unsqueeze': {
      const rank = dims.length + numbers.length;
      const added = new Set(numbers.map((axis) => fromEnd(axis, rank)));
      const old = dims.values();
      return Array.from({ length: rank }, (_, at) => (added.has(at) ? 1 : (old.next().value ?? 1)));
    }
    case 'Squeeze': {
      const gone = new Set(numbers.map((axis) => fromEnd(axis, dims.length)));
      return dims.filter((size, at) => (gone.size === 0 ? size !== 1 : !gone.has(at)));
    }
    case 'Flatten': {
      const axis = fromEnd(attributes.get('axis')?.number ?? 1, dims.length);
      return [sizeOf(dims.slice(0, axis)), sizeOf(dims.slice(axis))];
    }
    default:
      return null;
  }
}

export function isReshaping(op: string): boolean {
  return ['Reshape', 'Unsqueeze', 'Squeeze', 'Flatten'].includes(op);
}

/** 0 keeps a size, -1 is what is left. */
function reshaped(dims: readonly number[], wanted: readonly number[]): readonly number[] {
  const known = wanted.map((size, at) => (size === 0 ? (dims[at] ?? 0) : size));
  const rest = sizeOf(dims) / sizeOf(known.filter((size) => size !== -1));
  return known.map((size) => (size === -1 ? rest : size));
}
