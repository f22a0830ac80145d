import { describe, expect, it } from 'vitest';

import { readGraph } from '../../../../../models/encoder/onnx/read-graph.js';
import { loadTfjs } from '../../../../../models/encoder/tfjs/load-tfjs.js';
import { openGraph } from '../../../../../models/encoder/tfjs/tfjs-graph.js';
import {
  attribute,
  FLOAT,
  floats,
  int8Model,
  longs,
  model,
  node,
  output,
  runOnnx,
  TO_FLOAT,
} from '../../../../support/small-onnx.js';

const BOOL = 9;
const wave = (length: number) => Array.from({ length }, (_, at) => Math.sin(at * 1.7) * 2);
const value = floats('value', [2, 3, 4], wave(24));
const matrix = floats('matrix', [4, 3], wave(12));
const rows = longs('rows', [2, 0, 1, -1, 1, 0], [2, 3]);

async function runTfjs(bytes: Uint8Array): Promise<{ dims: readonly number[]; data: readonly number[] }> {
  const graph = openGraph(await loadTfjs('tfjs'), readGraph(bytes), ['answer']);
  const inputs = new Map([['ids', { dims: [1, 6], values: Float64Array.of(0, 1, 2, 3, 4, 5) }]]);
  const answer = (await graph.run(inputs)).get('answer');
  graph.close();
  return { dims: answer?.dims ?? [], data: [...(answer?.data ?? [])] };
}

async function expectSame(bytes: Uint8Array): Promise<void> {
  const right = await runOnnx(bytes);
  const { dims, data } = await runTfjs(bytes);
  expect(dims).toEqual(right.dims);
  for (const [at, figure] of data.entries()) expect(figure).toBeCloseTo(right.data[at] ?? Number.NaN, 5);
}

describe('a network on TensorFlow.js', () => {
  it.each<[string, readonly Uint8Array[]]>([
    ['Add', [node('Add', ['value', 'row'], 'answer'), value, floats('row', [4], [1, 2, 3, 4])]],
    [
      'Sub and Sqrt',
      [
        node('Mul', ['value', 'value'], 'square'),
        node('Sqrt', ['square'], 'root'),
        node('Sub', ['root', 'value'], 'answer'),
        value,
      ],
    ],
    [
      'Pow and Div',
      [
        node('Pow', ['value', 'two'], 'square'),
        node('Div', ['square', 'two'], 'answer'),
        value,
        floats('two', [], [2]),
      ],
    ],
    ['Erf and Tanh', [node('Erf', ['value'], 'curve'), node('Tanh', ['curve'], 'answer'), value]],
    ['MatMul of rows and a matrix', [node('MatMul', ['value', 'matrix'], 'answer'), value, matrix]],
    [
      'MatMul of matrices',
      [
        node('Transpose', ['value'], 'turned', attribute.ints('perm', [0, 2, 1])),
        node('MatMul', ['value', 'turned'], 'answer'),
        value,
      ],
    ],
    [
      'Gemm',
      [
        node(
          'Gemm',
          ['matrix', 'matrix', 'bias'],
          'answer',
          attribute.int('transB', 1),
          attribute.float('alpha', 0.5),
          attribute.float('beta', 2),
        ),
        matrix,
        floats('bias', [4], [1, 2, 3, 4]),
      ],
    ],
    [
      'LayerNormalization',
      [
        node(
          'LayerNormalization',
          ['value', 'scale', 'bias'],
          'answer',
          attribute.int('axis', 2),
          attribute.float('epsilon', 1e-3),
        ),
        value,
        floats('scale', [4], [1, 2, 3, 4]),
        floats('bias', [4], [0, 1, 0, -1]),
      ],
    ],
    ['Softmax', [node('Softmax', ['value'], 'answer', attribute.int('axis', 2)), value]],
    [
      'ReduceSum',
      [
        node('ReduceSum', ['value', 'axes'], 'answer', attribute.int('keepdims', 0)),
        value,
        longs('axes', [1]),
      ],
    ],
    ['ReduceMean', [node('ReduceMean', ['value'], 'answer', attribute.ints('axes', [1])), value]],
    ['Gather of rows', [node('Gather', ['matrix', 'rows'], 'answer'), matrix, rows]],
    [
      'Gather of one place',
      [
        node('Gather', ['value', 'first'], 'answer', attribute.int('axis', 1)),
        value,
        longs('first', [0], []),
      ],
    ],
    ['Concat', [node('Concat', ['value', 'value'], 'answer', attribute.int('axis', 1)), value]],
    [
      'Squeeze and Unsqueeze',
      [
        node('Unsqueeze', ['matrix', 'axes'], 'more'),
        node('Squeeze', ['more', 'first'], 'answer'),
        matrix,
        longs('axes', [0, 3]),
        longs('first', [0]),
      ],
    ],
    ['Flatten', [node('Flatten', ['value'], 'answer', attribute.int('axis', 2)), value]],
    [
      'Reshape by its own shape',
      [
        node('Shape', ['value'], 'shape'),
        node('Gather', ['shape', 'first'], 'size'),
        node('Concat', ['size', 'rest'], 'wanted', attribute.int('axis', 0)),
        node('Reshape', ['value', 'wanted'], 'answer'),
        value,
        longs('first', [0]),
        longs('rest', [-1]),
      ],
    ],
    [
      'Expand',
      [node('Expand', ['row', 'shape'], 'answer'), floats('row', [4], [1, 2, 3, 4]), longs('shape', [3, 1])],
    ],
    [
      'Range and Where',
      [
        node('Range', ['zero', 'four', 'one'], 'places'),
        node('Less', ['places', 'two'], 'near'),
        node('Where', ['near', 'matrix3', 'low'], 'answer'),
        longs('zero', [0], []),
        longs('four', [4], []),
        longs('one', [1], []),
        longs('two', [2], []),
        floats('matrix3', [3, 4], wave(12)),
        floats('low', [], [-9]),
      ],
    ],
    [
      'Slice and GatherElements',
      [
        node('Slice', ['table', 'start', 'end', 'axes', 'step'], 'part'),
        node('GatherElements', ['part', 'picks'], 'picked', attribute.int('axis', 1)),
        node('Cast', ['picked'], 'answer', TO_FLOAT),
        longs('table', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [2, 5]),
        longs('start', [1]),
        longs('end', [2 ** 40]),
        longs('axes', [1]),
        longs('step', [2]),
        longs('picks', [1, 0, -1, 1], [2, 2]),
      ],
    ],
    [
      'truth values',
      [
        node('Cast', ['ids2'], 'some', attribute.int('to', BOOL)),
        node('Not', ['some'], 'none'),
        node('Equal', ['ids2', 'column'], 'same'),
        node('Or', ['none', 'same'], 'either'),
        node('GreaterOrEqual', ['ids2', 'column'], 'more'),
        node('And', ['either', 'more'], 'both'),
        node('Cast', ['both'], 'answer', TO_FLOAT),
        longs('ids2', [2, 0, 1, 1], [2, 2]),
        longs('column', [0, 1], [2, 1]),
      ],
    ],
    [
      'whole numbers',
      [
        node('Add', ['ids2', 'column'], 'sum'),
        node('Mul', ['sum', 'column'], 'product'),
        node('Div', ['product', 'two'], 'half'),
        node('Sub', ['half', 'column'], 'rest'),
        node('Expand', ['rest', 'shape'], 'wide'),
        node('Cast', ['wide'], 'answer', TO_FLOAT),
        longs('ids2', [7, 3, 1, 5], [2, 2]),
        longs('column', [3, 1], [2, 1]),
        longs('two', [2], []),
        longs('shape', [2, 1, 2]),
      ],
    ],
    [
      'ConstantOfShape',
      [
        node(
          'ConstantOfShape',
          ['shape'],
          'filled',
          attribute.tensor('value', FLOAT, [1], Float32Array.of(3)),
        ),
        node('Add', ['filled', 'row'], 'answer'),
        longs('shape', [2, 4]),
        floats('row', [4], [1, 2, 3, 4]),
      ],
    ],
    [
      'Constant',
      [
        node('Constant', [], 'row', attribute.tensor('value', FLOAT, [4], Float32Array.of(1, 2, 3, 4))),
        node('Mul', ['value', 'row'], 'answer'),
        value,
      ],
    ],
  ])('has the step %s as ONNX Runtime has it', async (_, graph) => {
    await expectSame(model(...graph, output('answer')));
  });

  it.each([[['', 'bias']], [[]]])(
    'answers the int8 of our own artefacts in float32 (inputs beyond the zero point: %j)',
    async (bias) => {
      await expectSame(int8Model(bias));
    },
  );

  it('leaves out what no wanted output needs', async () => {
    const bytes = model(
      node('Strange', ['value'], 'aside'),
      node('Tanh', ['value'], 'answer'),
      value,
      output('answer'),
    );
    expect((await runTfjs(bytes)).dims).toEqual([2, 3, 4]);
  });

  it('refuses a step that it does not have, and names it', async () => {
    const bytes = model(node('Strange', ['value'], 'answer'), value, output('answer'));
    await expect(runTfjs(bytes)).rejects.toThrow(/no step Strange.*answer/);
  });

  it('keeps nothing of a run, nor of itself when it is closed', async () => {
    const tf = await loadTfjs('tfjs');
    const before = tf.memory().numTensors;
    const graph = openGraph(tf, readGraph(int8Model()), ['answer']);
    const open = tf.memory().numTensors;
    const ask = (id: number) => graph.run(new Map([['ids', { dims: [1, 1], values: Float64Array.of(id) }]]));
    await ask(3);
    await expect(ask(6)).rejects.toThrow(/index 6 is not in a table of 6/);
    expect(tf.memory().numTensors).toBe(open);
    graph.close();
    expect(tf.memory().numTensors).toBe(before);
  });
});
