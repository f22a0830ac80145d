import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

import { readFields, writeNumber } from '../../../../models/encoder/onnx/protobuf.js';
import { readGraph } from '../../../../models/encoder/onnx/read-graph.js';
import { roundsToBytes, widenGraph } from '../../../../models/encoder/onnx/widen-graph.js';
import { floats, int8Model, model, node, runOnnx, tensor, UINT8 } from '../../../support/small-onnx.js';

describe('a network of int8 made wide', () => {
  it.each([[['', 'bias']], [[]]])(
    'answers the same in float32 (inputs beyond the zero point: %j)',
    async (bias) => {
      const narrow = int8Model(bias);
      const wide = widenGraph(narrow);
      expect(roundsToBytes(narrow)).toBe(true);
      expect(roundsToBytes(wide)).toBe(false);
      const types = [...readGraph(wide).constants.values()].map(({ type }) => type);
      expect(types.filter((type) => type !== 'float32')).toEqual([]);
      const right = (await runOnnx(narrow)).data;
      for (const [at, figure] of (await runOnnx(wide)).data.entries())
        expect(figure).toBeCloseTo(right[at] ?? NaN, 5);
    },
  );

  it('leaves one alone that has no int8', async () => {
    const bytes = await readFile(new URL('../../../fixtures/models/encoder/en.onnx', import.meta.url));
    expect(widenGraph(bytes)).toBe(bytes);
    expect(roundsToBytes(bytes)).toBe(false);
  });

  it.each([
    ['a scale that is not one', ['scaled', 'step', 'zero']],
    ['no zero point', ['scaled', 'one']],
  ])('is refused with %s', (_, inputs) => {
    const odd = model(
      node('QuantizeLinear', inputs, 'bytes'),
      floats('one', [], [1]),
      floats('step', [], [0.1]),
      tensor('zero', UINT8, [], Uint8Array.from([3])),
    );
    expect(() => widenGraph(odd)).toThrow(/int8 in another way.*bytes/);
  });

  it.each([
    ['text', new TextEncoder().encode('<html>this is no model</html>')],
    ['nothing', new Uint8Array()],
    ['a length beyond the end', Uint8Array.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['a number without end', new Uint8Array(30).fill(0xff)],
  ])('is refused where the bytes are %s', (_, bytes) => {
    expect(() => readGraph(bytes)).toThrow(/ONNX/);
  });

  it('reads numbers of every size as they were written', () => {
    for (const size of [0, 1, 127, 128, 300, 2 ** 31, 2 ** 40]) {
      const [field] = readFields(writeNumber(3, size));
      expect([field?.number, Number(field?.value)]).toEqual([3, size]);
    }
  });
});
