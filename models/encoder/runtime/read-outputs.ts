import { OUTPUT_SIZES, type ServedLanguage } from '../manifest.js';
import type { NetworkOutput } from './network.js';

/** An output of a network as each runtime gives it. */
export interface OutputTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

export type Outputs = Readonly<Record<string, OutputTensor>>;

export const INPUTS = ['input_ids', 'attention_mask'];
/** Of imported models; it is always zero for one sentence. */
export const OPTIONAL_INPUTS = ['token_type_ids'];

/** The outputs that are asked for, so that a runtime need not compute others. */
export function wantedOutputs({ foreign }: ServedLanguage): readonly string[] {
  return foreign === undefined ? ['sentiment', 'intensity', 'topics', 'mention'] : [foreign.output];
}

/** What is missing or unknown among the names of a network's inputs and outputs; null when it can be asked. */
export function checkNames(
  session: { readonly inputNames: readonly string[]; readonly outputNames: readonly string[] },
  language: ServedLanguage,
): string | null {
  const missing = INPUTS.find((name) => !session.inputNames.includes(name));
  if (missing !== undefined) return `it has no input ${missing}`;
  const known = [...INPUTS, ...OPTIONAL_INPUTS];
  const unknown = session.inputNames.find((name) => !known.includes(name));
  if (unknown !== undefined) return `its input ${unknown} is not understood`;
  const wanted = [...wantedOutputs(language), ...(language.foreign === undefined ? ['certainty'] : [])];
  const absent = wanted.find((name) => !session.outputNames.includes(name));
  return absent === undefined ? null : `it has no output ${absent}`;
}

/** What is wrong with types and shapes of the answer to so many texts of so many tokens; null when nothing is. */
export function checkShapes(
  outputs: Outputs,
  language: ServedLanguage,
  rows: number,
  width: number,
): string | null {
  const shapes: Record<string, readonly number[]> =
    language.foreign === undefined
      ? {
          sentiment: [rows, OUTPUT_SIZES.sentiment],
          intensity: [rows],
          topics: [rows, OUTPUT_SIZES.topics],
          mention: [rows, width, OUTPUT_SIZES.sentiment],
        }
      : { [language.foreign.output]: [rows, OUTPUT_SIZES.sentiment] };
  for (const [name, wanted] of Object.entries(shapes)) {
    const output = outputs[name];
    if (output?.type !== 'float32') return `its output ${name} is not float32`;
    if (output.dims.join() !== wanted.join())
      return `its output ${name} has the shape ${output.dims.join(' × ')} where ${wanted.join(' × ')} is needed`;
  }
  return null;
}

export interface Row {
  readonly row: number;
  readonly width: number;
  readonly mentions: readonly (readonly number[])[];
}

/** The answer for one text of a batch. */
export function readRow(outputs: Outputs, at: Row, { foreign }: ServedLanguage): NetworkOutput {
  const { row, width, mentions } = at;
  const values = (name: string) => outputs[name]?.data as Float32Array;
  const slice = (name: string, size: number) => [...values(name).subarray(row * size, (row + 1) * size)];
  if (foreign !== undefined) return { sentiment: slice(foreign.output, OUTPUT_SIZES.sentiment) };
  const perToken = values('mention').subarray(row * width * 3, (row + 1) * width * 3);
  return {
    sentiment: slice('sentiment', OUTPUT_SIZES.sentiment),
    intensity: values('intensity')[row] ?? 0,
    topics: slice('topics', OUTPUT_SIZES.topics),
    mentions: mentions.map((tokens) => meanOverTokens(perToken, tokens)),
  };
}

function meanOverTokens(perToken: Float32Array, tokens: readonly number[]): readonly number[] | null {
  if (tokens.length === 0) return null;
  return Array.from({ length: OUTPUT_SIZES.sentiment }, (_, label) => {
    const sum = tokens.reduce((total, at) => total + (perToken[at * OUTPUT_SIZES.sentiment + label] ?? 0), 0);
    return sum / tokens.length;
  });
}
