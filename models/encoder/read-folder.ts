import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, RejectedError } from '../../pipeline/core/errors.js';
import { servedLanguages, type EncoderManifest } from './manifest.js';

/** Larger than any BERT that is worth running here; nothing bigger is taken into memory. */
const MAX_FILE_BYTES = 2 ** 30;

/** The files of an encoder by name, whole and unchanged, in memory that threads can share. */
export type EncoderFiles = ReadonlyMap<string, SharedArrayBuffer>;

/**
 * Reads the files that the manifest names and compares their SHA-256.
 *
 * Kept in memory, so that a thread that is started again later gets what was checked, whatever lies in the folder then.
 * Rejects with ConfigError `model_missing` and RejectedError `model_corrupt`, each naming the file and the reason.
 */
export async function readEncoderFiles(folder: string, manifest: EncoderManifest): Promise<EncoderFiles> {
  const files = new Map<string, SharedArrayBuffer>();
  for (const [, { model, tokenizer }] of servedLanguages(manifest)) {
    for (const name of [model, tokenizer]) {
      if (files.has(name)) continue;
      const bytes = await readShared(join(folder, name));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (sha256 !== manifest.files[name]) {
        throw new RejectedError(
          'model_corrupt',
          `${join(folder, name)}: the SHA-256 of its ${bytes.byteLength} bytes is not the one in model.json; it is truncated or was changed.`,
        );
      }
      files.set(name, bytes.buffer);
    }
  }
  return files;
}

async function readShared(path: string): Promise<Uint8Array<SharedArrayBuffer>> {
  const missing = (reason: string, cause?: unknown) =>
    new ConfigError('model_missing', `The model file ${path} ${reason}.`, { cause });
  const file = await open(path).catch((cause: unknown) => {
    throw missing('cannot be read', cause);
  });
  try {
    const { size } = await file.stat();
    if (size > MAX_FILE_BYTES) throw missing(`has ${size} bytes; at most ${MAX_FILE_BYTES} are read`);
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    let at = 0;
    while (at < size) {
      const { bytesRead } = await file.read(bytes, at, size - at, at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}
