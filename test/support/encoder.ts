import { cp, mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { EncoderSettings } from '../../models/encoder/load-encoder.js';

/** Small: tests share two processors. */
export const ENCODER_SETTINGS: EncoderSettings = {
  device: 'cpu',
  gpuPrecision: 'fp32',
  workers: 1,
  threads: 1,
  maxBatch: 16,
  maxAgeMs: 0,
  deadlineMs: 30_000,
  cacheMiB: 1,
};

export const ARTIFACTS = fileURLToPath(new URL('../../models/artifacts', import.meta.url));
const TINY = fileURLToPath(new URL('../fixtures/models/encoder', import.meta.url));

/** A new folder of models: the tiny encoder of `models/training/encoder/make_tiny.py`, and `ngram`, which it stands on. */
export async function tinyModels(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bellwether-models-'));
  await cp(TINY, join(folder, 'encoder'), { recursive: true });
  await symlink(join(ARTIFACTS, 'ngram'), join(folder, 'ngram'));
  return folder;
}
