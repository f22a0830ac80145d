import { concat, readFields, writeBytes, writeNumber, writeText } from './protobuf.js';
import { FIELDS, FLOAT_TYPE, graphOf, type GraphNode, type GraphTensor } from './read-graph.js';

/** A step as it is written, with the constants that it brings. */
export interface BuiltNode {
  readonly inputs: readonly string[];
  readonly field: Uint8Array;
  readonly constants?: readonly Uint8Array[];
}

export function build(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  more: { readonly constants?: readonly Uint8Array[]; readonly attributes?: readonly Uint8Array[] } = {},
): BuiltNode {
  const { input, output, op: opField } = FIELDS.node;
  const field = writeBytes(
    FIELDS.graph.node,
    ...inputs.map((name) => writeText(input, name)),
    ...outputs.map((name) => writeText(output, name)),
    writeText(opField, op),
    ...(more.attributes ?? []),
  );
  return { inputs, field, constants: more.constants ?? [] };
}

/** A constant of float32. */
export function floats(
  name: string,
  dims: GraphTensor['dims'],
  values: Float32Array | readonly number[],
): Uint8Array {
  const { dims: dimsField, type, name: nameField, raw } = FIELDS.tensor;
  const data = new Float32Array(values);
  return writeBytes(
    FIELDS.graph.initializer,
    ...dims.map((size) => writeNumber(dimsField, size)),
    writeNumber(type, FLOAT_TYPE),
    writeText(nameField, name),
    writeBytes(raw, new Uint8Array(data.buffer)),
  );
}

/** The file with these steps in place of its own, and only the constants that they need. */
export function replaceNodes(
  model: Uint8Array,
  constants: ReadonlyMap<string, GraphTensor>,
  built: readonly (BuiltNode | GraphNode)[],
): Uint8Array {
  const needed = new Set(built.flatMap(({ inputs }) => inputs));
  const kept = [...constants.values()].filter(({ name }) => needed.has(name)).map(({ field }) => field);
  const { node, initializer, valueInfo } = FIELDS.graph;
  // What is known of shapes and types in between may not hold any more.
  const replaced: readonly number[] = [node, initializer, valueInfo];
  const others = [...readFields(graphOf(model))].filter(({ number }) => !replaced.includes(number));
  const added = built.flatMap((one) => ('constants' in one ? (one.constants ?? []) : []));
  const whole = [
    ...built.map(({ field }) => field),
    ...kept,
    ...added,
    ...others.map((field) => field.whole),
  ];
  return concat(
    [...readFields(model)].map((field) =>
      field.number === FIELDS.model.graph ? writeBytes(FIELDS.model.graph, ...whole) : field.whole,
    ),
  );
}
