import type * as Ort from 'onnxruntime-node';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { RejectedError } from '../../../pipeline/core/errors.js';
import type { ServedLanguage } from '../manifest.js';
import type { OnnxDevice } from './device.js';
import { checkNames, checkShapes, OPTIONAL_INPUTS, readRow, wantedOutputs } from './read-outputs.js';

/** One text for a network: its tokens, and for each company that it is asked about the places of its tokens among them. */
export interface NetworkInput {
  readonly ids: readonly number[];
  readonly mentions: readonly (readonly number[])[];
}

/** The raw outputs for one text, in the order of the model's own lists. */
export interface NetworkOutput {
  readonly sentiment: readonly number[];
  /** Absent where the model has no such head. */
  readonly intensity?: number;
  readonly topics?: readonly number[];
  /** For each mention its logits, or null when none of its tokens was read; absent where the model has no such head. */
  readonly mentions?: readonly (readonly number[] | null)[];
}

/** One language's network. */
export interface Network {
  /** Answers in order. The texts are padded to the longest of them, on a graphics processor a little further. */
  run(inputs: readonly NetworkInput[]): Promise<readonly NetworkOutput[]>;
  close(): Promise<void>;
}

export interface NetworkOptions {
  readonly language: ServedLanguage;
  readonly model: Uint8Array;
  /** Threads of the processor that one run uses. */
  readonly threads: number;
  readonly device: OnnxDevice;
}

/** A graphics processor compiles a program for each form of a batch: widths are rounded up to a multiple of this one. */
const GPU_WIDTH = 8;
/** ONNX Runtime's level "error"; it warns of each step that it leaves to the CPU on purpose. */
const LOG_ERRORS = 3;

/**
 * Opens a network on ONNX Runtime and proves its names and shapes by running it once.
 *
 * Rejects with RejectedError `model_format` naming the model and what does not fit. Memory: the weights twice for a moment,
 * then once, and the working memory of the largest batch.
 */
export async function openNetwork(options: NetworkOptions): Promise<Network> {
  const { language, threads, device } = options;
  // Loaded here and not at the top: a process that serves another model needs none of its 40 MB.
  const runtime = await import('onnxruntime-node').catch((cause: unknown) => {
    throw new RejectedError(
      'device_missing',
      `ONNX Runtime cannot be loaded on this machine (${cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)}). Set models.encoder.device to tfjs, which needs no binary, or models.sentiment to ngram.`,
      { cause },
    );
  });
  const refuse = (problem: string, cause?: unknown) =>
    new RejectedError('model_format', `${language.model}: ${problem}.`, { cause });
  const session = await runtime.InferenceSession.create(options.model, {
    executionProviders: [device],
    logSeverityLevel: LOG_ERRORS,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // Threads that wait must not burn the processor of the rest of the service.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }).catch((cause: unknown) => {
    throw refuse(
      `ONNX Runtime cannot load it: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  });
  const problem = checkNames(session, language);
  if (problem !== null) throw refuse(problem);
  const run = async (inputs: readonly NetworkInput[]) => {
    const longest = inputs.reduce((most, { ids }) => Math.max(most, ids.length), 1);
    const rounded = Math.min(Math.ceil(longest / GPU_WIDTH) * GPU_WIDTH, language.maxTokens);
    const width = device === 'cpu' ? longest : Math.max(longest, rounded);
    const feeds = toFeeds(runtime, session, inputs, width);
    const outputs = await session.run(feeds, wantedOutputs(language));
    const wrong = checkShapes(outputs, language, inputs.length, width);
    if (wrong !== null) throw refuse(wrong);
    return inputs.map(({ mentions }, row) => readRow(outputs, { row, width, mentions }, language));
  };
  await run([
    { ids: [0, 0], mentions: [] },
    { ids: [0, 0, 0, 0], mentions: [[1, 2]] },
  ]);
  return { run, close: () => session.release() };
}

type Runtime = typeof Ort;

function toFeeds(
  runtime: Pick<Runtime, 'Tensor'>,
  session: InferenceSession,
  inputs: readonly NetworkInput[],
  width: number,
): Record<string, Tensor> {
  const ids = new BigInt64Array(inputs.length * width);
  const mask = new BigInt64Array(inputs.length * width);
  for (const [row, input] of inputs.entries()) {
    for (const [at, id] of input.ids.entries()) {
      ids[row * width + at] = BigInt(id);
      mask[row * width + at] = 1n;
    }
  }
  const tensor = (values: BigInt64Array) => new runtime.Tensor('int64', values, [inputs.length, width]);
  const feeds: Record<string, Tensor> = { input_ids: tensor(ids), attention_mask: tensor(mask) };
  for (const name of OPTIONAL_INPUTS) {
    if (session.inputNames.includes(name)) feeds[name] = tensor(new BigInt64Array(ids.length));
  }
  return feeds;
}
