import { RejectedError } from '../../../pipeline/core/errors.js';
import { readGraph } from '../onnx/read-graph.js';
import type { TfjsDevice } from '../runtime/device.js';
import type { Network, NetworkInput, NetworkOptions, NetworkOutput } from '../runtime/network.js';
import {
  checkNames,
  checkShapes,
  INPUTS,
  OPTIONAL_INPUTS,
  readRow,
  wantedOutputs,
  type Outputs,
} from '../runtime/read-outputs.js';
import { loadTfjs, type Tfjs } from './load-tfjs.js';
import { openGraph, type TfjsGraph } from './tfjs-graph.js';
import type { Whole } from './whole-steps.js';

/** Tokens of one run: texts beyond that run after it, so that the memory of a run is bounded whatever `maxBatch` says. */
const MAX_RUN_TOKENS = 2_048;

export type TfjsNetworkOptions = Pick<NetworkOptions, 'language' | 'model'> & { readonly device: TfjsDevice };

/**
 * Opens a network on TensorFlow.js and proves its names and shapes by running it once.
 *
 * Rejects with RejectedError `device_missing` where the packages are not there, and `model_format` naming the model and what
 * does not fit. Memory: weights of products as float32, twice where the backend packs them anew.
 */
export async function openTfjsNetwork(
  { language, model, device }: TfjsNetworkOptions,
  load: (device: TfjsDevice) => Promise<Tfjs> = loadTfjs,
): Promise<Network> {
  const tf = await load(device);
  const refuse = (problem: string) => new RejectedError('model_format', `${language.model}: ${problem}.`);
  const graph = readGraph(model);
  const problem = checkNames({ inputNames: graph.inputs, outputNames: graph.outputs }, language);
  if (problem !== null) throw refuse(problem);
  const opened = openGraph(tf, graph, wantedOutputs(language));
  const runTogether = async (inputs: readonly NetworkInput[]) => {
    const width = widthOf(inputs);
    const outputs = await answer(opened, toWhole(inputs, width, graph.inputs));
    const wrong = checkShapes(outputs, language, inputs.length, width);
    if (wrong !== null) throw refuse(wrong);
    return inputs.map(({ mentions }, row) => readRow(outputs, { row, width, mentions }, language));
  };
  const run = async (inputs: readonly NetworkInput[]) => {
    const rows = Math.max(1, Math.floor(MAX_RUN_TOKENS / widthOf(inputs)));
    const answers: NetworkOutput[] = [];
    for (let at = 0; at < inputs.length; at += rows)
      answers.push(...(await runTogether(inputs.slice(at, at + rows))));
    return answers;
  };
  await run([
    { ids: [0, 0], mentions: [] },
    { ids: [0, 0, 0, 0], mentions: [[1, 2]] },
  ]).catch((cause: unknown) => {
    opened.close();
    if (cause instanceof RejectedError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RejectedError('model_format', `${language.model}: TensorFlow.js cannot run it: ${reason}`, {
      cause,
    });
  });
  return {
    run,
    close: () => {
      opened.close();
      return Promise.resolve();
    },
  };
}

async function answer(graph: TfjsGraph, inputs: ReadonlyMap<string, Whole>): Promise<Outputs> {
  const outputs = await graph.run(inputs);
  return Object.fromEntries([...outputs].map(([name, output]) => [name, { ...output, type: 'float32' }]));
}

function widthOf(inputs: readonly NetworkInput[]): number {
  return inputs.reduce((most, { ids }) => Math.max(most, ids.length), 1);
}

function toWhole(
  inputs: readonly NetworkInput[],
  width: number,
  names: readonly string[],
): ReadonlyMap<string, Whole> {
  const [ids, mask] = [0, 1].map(() => new Float64Array(inputs.length * width));
  for (const [row, input] of inputs.entries()) {
    ids?.set(input.ids, row * width);
    mask?.fill(1, row * width, row * width + input.ids.length);
  }
  const nothing = new Float64Array(inputs.length * width);
  const whole = (values: Float64Array = nothing): Whole => ({ dims: [inputs.length, width], values });
  return new Map([
    [INPUTS[0] ?? '', whole(ids)],
    [INPUTS[1] ?? '', whole(mask)],
    ...OPTIONAL_INPUTS.filter((name) => names.includes(name)).map((name) => [name, whole()] as const),
  ]);
}
