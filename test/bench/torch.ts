import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { z } from 'zod';

import { packageRoot } from '../../pipeline/app/package-root.js';

/** What a person has to give, where it was not given. */
export const PYTHON_MISSING =
  'PyTorch: not measured, --python PATH was not given (an interpreter with torch and transformers, see models/training/encoder/README.md)';

export interface TorchOptions {
  readonly python: string;
  readonly models: readonly ('encoder' | 'bert-base')[];
  readonly batches: readonly number[];
  /** Tokens of each text, both ends included. */
  readonly lengths: readonly number[];
  /** Left out, the graphics processor where PyTorch has one. */
  readonly device?: 'cpu';
  /** Of the CPU; left out, all. */
  readonly threads?: number;
}

const reportSchema = z.object({
  torch: z.string(),
  device: z.string(),
  rates: z.array(
    z.object({ model: z.string(), kind: z.string(), batch: z.int(), textsPerSecond: z.number() }),
  ),
});
export type TorchReport = z.infer<typeof reportSchema>;

const SCRIPT = fileURLToPath(new URL('models/training/encoder/bench_torch.py', packageRoot()));
const LONGEST_MS = 1_800_000;
const run = promisify(execFile);

/** Texts a second of PyTorch on this machine; rejects with what Python said. */
export async function measureTorch(options: TorchOptions): Promise<TorchReport> {
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-torch-'));
  const lengths = join(folder, 'lengths.json');
  try {
    await writeFile(lengths, JSON.stringify(options.lengths));
    const named = ['--models', options.models.join(','), '--batches', options.batches.join(',')];
    const device = options.device === undefined ? [] : ['--device', options.device];
    const threads = options.threads === undefined ? [] : ['--threads', String(options.threads)];
    const words = [SCRIPT, ...named, ...device, ...threads, '--lengths', lengths];
    const { stdout } = await run(options.python, words, { timeout: LONGEST_MS });
    return reportSchema.parse(JSON.parse(stdout));
  } finally {
    await rm(folder, { recursive: true });
  }
}
