import type { GraphNode } from '../onnx/read-graph.js';

/** Whole numbers and truth values of a network, row by row: ids, masks, shapes, and tables of bytes. */
export interface Whole {
  readonly dims: readonly number[];
  readonly values: Float64Array | Int8Array | Uint8Array;
}

type Step = (inputs: readonly Whole[], node: GraphNode) => Whole;

/** Steps between two numbers or truth values (0 and 1). */
const PAIRS: Readonly<Record<string, (left: number, right: number) => number>> = {
  Add: (left, right) => left + right,
  Sub: (left, right) => left - right,
  Mul: (left, right) => left * right,
  Div: (left, right) => Math.trunc(left / right),
  Equal: (left, right) => Number(left === right),
  Greater: (left, right) => Number(left > right),
  GreaterOrEqual: (left, right) => Number(left >= right),
  Less: (left, right) => Number(left < right),
  LessOrEqual: (left, right) => Number(left <= right),
  And: (left, right) => left * right,
  Or: (left, right) => Math.max(left, right),
};

const STEPS: Readonly<Record<string, Step>> = {
  Identity: ([value = NOTHING]) => value,
  Cast: ([value = NOTHING], { attributes }) =>
    attributes.get('to')?.number === BOOL ? map(value, (one) => Number(one !== 0)) : value,
  Not: ([value = NOTHING]) => map(value, (one) => 1 - one),
  Concat: (inputs) => {
    const [first = NOTHING] = inputs;
    const rows = inputs.reduce((sum, { dims }) => sum + (dims[0] ?? 0), 0);
    return {
      dims: [rows, ...first.dims.slice(1)],
      values: Float64Array.from(inputs.flatMap(({ values }) => [...values])),
    };
  },
  Range: ([start = NOTHING, limit = NOTHING, step = NOTHING]) => {
    const [from = 0, to = 0, by = 1] = [start.values[0], limit.values[0], step.values[0]];
    const count = Math.max(0, Math.ceil((to - from) / by));
    return { dims: [count], values: Float64Array.from({ length: count }, (_, at) => from + at * by) };
  },
  Gather: ([data = NOTHING, indices = NOTHING], { attributes }) =>
    takeRows(data, indices, attributes.get('axis')?.number ?? 0),
  GatherElements: ([data = NOTHING, indices = NOTHING], { attributes }) =>
    takeElements(data, indices, attributes.get('axis')?.number ?? 0),
  Slice: (inputs) => slice(inputs),
  Expand: ([value = NOTHING, shape = NOTHING]) => spread(value, commonDims([value.dims, [...shape.values]])),
  Where: ([condition = NOTHING, yes = NOTHING, no = NOTHING]) => {
    const dims = commonDims([condition.dims, yes.dims, no.dims]);
    const [conditions, yesses, noes] = [condition, yes, no].map((value) => spread(value, dims).values);
    return {
      dims,
      values: Float64Array.from(conditions ?? [], (one, at) => (one === 0 ? noes : yesses)?.[at] ?? 0),
    };
  },
};

/** The number of the type "bool" in onnx.proto. */
const BOOL = 9;
const NOTHING: Whole = { dims: [0], values: new Float64Array() };

/** The result of a step among whole numbers; null where there is no such step. Throws RangeError for an index that is not there. */
export function runWholeStep(node: GraphNode, inputs: readonly Whole[]): Whole | null {
  const pair = PAIRS[node.op];
  if (pair !== undefined) return pairwise(inputs, pair);
  return STEPS[node.op]?.(inputs, node) ?? null;
}

export function isWholeStep(op: string): boolean {
  return op in PAIRS || op in STEPS;
}

/** The shape that values of these shapes are spread to (NumPy's rules). Throws RangeError where there is none. */
export function commonDims(shapes: readonly (readonly number[])[]): readonly number[] {
  const rank = Math.max(...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, at) => {
    const sizes = new Set(shapes.map((dims) => dims[at - rank + dims.length] ?? 1));
    sizes.delete(1);
    if (sizes.size > 1) throw new RangeError(`Shapes ${shapes.join(' and ')} do not fit.`);
    return [...sizes][0] ?? 1;
  });
}

function pairwise(
  [left = NOTHING, right = NOTHING]: readonly Whole[],
  pair: (left: number, right: number) => number,
): Whole {
  const dims = commonDims([left.dims, right.dims]);
  const [lefts, rights] = [spread(left, dims).values, spread(right, dims).values];
  return { dims, values: Float64Array.from(lefts, (value, at) => pair(value, rights[at] ?? 0)) };
}

function map({ dims, values }: Whole, change: (value: number) => number): Whole {
  return { dims, values: Float64Array.from(values, change) };
}

/** The same values, repeated to a larger shape. */
function spread(value: Whole, dims: readonly number[]): Whole {
  if (value.dims.join() === dims.join()) return value;
  const ahead = dims.length - value.dims.length;
  // How far a step along each dimension of the result goes in the values: nowhere where they are repeated.
  const strides = stridesOf(value.dims);
  const steps = dims.map((_, at) => (value.dims[at - ahead] === 1 ? 0 : (strides[at - ahead] ?? 0)));
  const values = new Float64Array(sizeOf(dims));
  walk(dims, steps, (from, to) => {
    values[to] = value.values[from] ?? 0;
  });
  return { dims, values };
}

/** Visits each place of a shape in order, with the place that `steps` lead to elsewhere. */
function walk(
  dims: readonly number[],
  steps: readonly number[],
  visit: (from: number, to: number) => void,
): void {
  const index = dims.map(() => 0);
  let from = 0;
  for (let to = 0; to < sizeOf(dims); to += 1) {
    visit(from, to);
    for (let at = dims.length - 1; at >= 0; at -= 1) {
      index[at] = (index[at] ?? 0) + 1;
      from += steps[at] ?? 0;
      if ((index[at] ?? 0) < (dims[at] ?? 0)) break;
      from -= (steps[at] ?? 0) * (dims[at] ?? 0);
      index[at] = 0;
    }
  }
}

function takeRows(data: Whole, indices: Whole, axisOrNegative: number): Whole {
  const axis = fromEnd(axisOrNegative, data.dims.length);
  const size = data.dims[axis] ?? 0;
  const inner = sizeOf(data.dims.slice(axis + 1));
  const outer = sizeOf(data.dims.slice(0, axis));
  const places = Array.from(indices.values, (index) => checkedIndex(index, size));
  const length = outer * places.length * inner;
  const values = data.values instanceof Int8Array ? new Int8Array(length) : new Float64Array(length);
  let at = 0;
  for (let row = 0; row < outer; row += 1) {
    for (const place of places) {
      const start = (row * size + place) * inner;
      values.set(data.values.subarray(start, start + inner), at);
      at += inner;
    }
  }
  return { dims: [...data.dims.slice(0, axis), ...indices.dims, ...data.dims.slice(axis + 1)], values };
}

function takeElements(data: Whole, indices: Whole, axisOrNegative: number): Whole {
  const axis = fromEnd(axisOrNegative, data.dims.length);
  const strides = stridesOf(data.dims);
  const stride = strides[axis] ?? 0;
  const steps = strides.map((step, at) => (at === axis ? 0 : step));
  const values = new Float64Array(sizeOf(indices.dims));
  walk(indices.dims, steps, (from, to) => {
    const place = checkedIndex(indices.values[to] ?? 0, data.dims[axis] ?? 0);
    values[to] = data.values[from + place * stride] ?? 0;
  });
  return { dims: indices.dims, values };
}

function slice([data = NOTHING, starts = NOTHING, ends = NOTHING, axes, steps]: readonly Whole[]): Whole {
  return [...starts.values].reduce<Whole>((value, start, at) => {
    const axis = fromEnd(axes?.values[at] ?? at, value.dims.length);
    const size = value.dims[axis] ?? 0;
    const step = steps?.values[at] ?? 1;
    if (step < 1) throw new RangeError('A slice goes backwards.');
    const inside = (place: number) => Math.min(size, Math.max(0, fromEnd(place, size)));
    const [first, last] = [inside(start), inside(ends.values[at] ?? size)];
    const count = Math.max(0, Math.ceil((last - first) / step));
    const places = Float64Array.from({ length: count }, (_, place) => first + place * step);
    return takeRows(value, { dims: [count], values: places }, axis);
  }, data);
}

function checkedIndex(index: number, size: number): number {
  const place = fromEnd(index, size);
  if (place < 0 || place >= size) throw new RangeError(`The index ${index} is not in a table of ${size}.`);
  return place;
}

/** Negative places count from the end. */
export function fromEnd(place: number, size: number): number {
  return place < 0 ? place + size : place;
}

export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((size, dim) => size * dim, 1);
}

function stridesOf(dims: readonly number[]): readonly number[] {
  return dims.map((_, at) => sizeOf(dims.slice(at + 1)));
}
