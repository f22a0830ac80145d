import { createHash } from 'node:crypto';

import { RejectedError } from '../../pipeline/core/errors.js';
import type { Classifier } from '../../pipeline/core/model.js';
import type { ModelVersion } from '../../pipeline/core/scored.js';
import { createAnswerCache } from './answer-cache.js';
import { checkEncoder } from './check-encoder.js';
import { DEVICE_TOLERANCE, INT8_TOLERANCE } from './choose-device.js';
import { choosePrecision } from './choose-precision.js';
import { createEncoderClassifier } from './encoder-classifier.js';
import { roundsToBytes } from './onnx/widen-graph.js';
import { parseEncoderManifest, servedLanguages, type EncoderManifest } from './manifest.js';
import { readEncoderFiles, type EncoderFiles } from './read-folder.js';
import { isOnCpu, type Device, type DeviceState, type DeviceWish, type GpuDevice } from './runtime/device.js';
import { createDevicePool, recoverDevice } from './runtime/device-pool.js';
import {
  createNetworkPool,
  type NetworkPool,
  type PoolObserver,
  type PoolRecovery,
} from './runtime/network-pool.js';
import type { SharedNetwork } from './runtime/worker-messages.js';
import type { EncoderTokenizers } from './to-network-input.js';
import { parseTokenizer } from './tokenizer/parse-tokenizer.js';
import { createWordPiece } from './tokenizer/word-piece.js';

/** How an encoder runs; see `models.encoder` in the configuration. */
export interface EncoderSettings {
  readonly device: DeviceWish;
  /** Figures on a graphics processor. */
  readonly gpuPrecision: 'fp32' | 'fp16';
  readonly workers: number;
  readonly threads: number;
  readonly maxBatch: number;
  readonly maxAgeMs: number;
  readonly deadlineMs: number;
  readonly cacheMiB: number;
}

export interface EncoderObserver extends PoolObserver {
  cacheHits(texts: number): void;
  /** Scores depend on the batch by so much: every text runs alone, which is slow. */
  separated(difference: number): void;
  /** Where it runs from now on; told at the load and at each change. */
  device(state: DeviceState): void;
}

export interface LoadEncoderOptions {
  readonly folder: string;
  /** The text of `model.json`, and the same read as JSON. */
  readonly manifestText: string;
  readonly manifestJson: unknown;
  readonly settings: EncoderSettings;
  readonly idleMs: number | null;
  readonly observer: EncoderObserver;
  /** Loads another model of the same folder; the caller of `classify` never sees it. */
  readonly loadLadder: (name: string) => Promise<Classifier>;
}

const MIB = 2 ** 20;
/** Threads that stand by for a graphics processor are ended so long after they were needed. */
const STAND_BY_MS = 60_000;

/**
 * Loads an encoder and proves that it is whole, is the one that was trained, and how and where it may be run.
 *
 * Rejects with `model_missing`, `model_format`, `model_corrupt` or `model_golden`, each naming file and reason; no thread is
 * left then. Memory: the files once, and in each worker the weights and the working memory of a batch.
 */
export async function loadEncoder(options: LoadEncoderOptions): Promise<Classifier> {
  const { folder, settings, observer } = options;
  const manifest = parseEncoderManifest(options.manifestJson, folder);
  const files = await readEncoderFiles(folder, manifest);
  const tokenizers = openTokenizers(manifest, files);
  const ladder = await loadLadders(manifest, options);
  const { pool, half } = await openPool({ manifest, files, tokenizers }, options).catch(
    async (error: unknown) => {
      for (const classifier of ladder.values()) await classifier.close();
      throw error;
    },
  );
  return createEncoderClassifier({
    model: versionOf(manifest, options.manifestText, { ladder, half }),
    manifest,
    pool,
    tokenizers,
    cache: createAnswerCache(settings.cacheMiB * MIB),
    ladder,
    onCacheHits: (texts) => {
      observer.cacheHits(texts);
    },
  });
}

interface EncoderParts {
  readonly manifest: EncoderManifest;
  readonly files: EncoderFiles;
  readonly tokenizers: EncoderTokenizers;
}

interface OpenedPool {
  readonly pool: NetworkPool;
  /** With figures of 16 bits, whose answers are others. */
  readonly half: boolean;
}

/** Proves the networks on the CPU first, which every device is measured by; then the device that is wanted. */
async function openPool(parts: EncoderParts, options: LoadEncoderOptions): Promise<OpenedPool> {
  const { manifest, tokenizers } = parts;
  const { settings, observer } = options;
  const wanted = settings.device;
  const cpu = createPool(parts, options, { device: isOnCpu(wanted) ? wanted : 'cpu' });
  let chosen = false;
  const tell = (state: DeviceState) => {
    // What happens while it is tried is told once, in the end.
    if (chosen) observer.device(state);
  };
  try {
    await cpu.warm();
    const { batchable, difference } = await checkEncoder(manifest, { pool: cpu, tokenizers }, options.folder);
    if (!batchable) observer.separated(difference);
    if (isOnCpu(wanted)) {
      observer.device({ wanted, used: wanted, reason: null });
      if (!batchable) cpu.separate();
      return { pool: cpu, half: false };
    }
    const openOn = (figures: SharedNetwork['figures']) => (device: GpuDevice) =>
      createPool(parts, options, {
        device,
        figures,
        recovery: recoverDevice({ wanted, used: device }, tell),
      });
    const standByOn = (figures: SharedNetwork['figures']) =>
      createPool(parts, { ...options, idleMs: STAND_BY_MS }, { device: 'cpu', figures });
    const int8 = [...modelBytes(parts).values()].some(roundsToBytes);
    const { state, gpu, standBy } = await choosePrecision({
      ...settings,
      wanted,
      manifest,
      tokenizers,
      cpu,
      serving: cpu,
      tolerance: int8 ? INT8_TOLERANCE : DEVICE_TOLERANCE,
      openPool: openOn(undefined),
      half:
        settings.gpuPrecision === 'fp16'
          ? { openPool: openOn('half'), openReference: () => standByOn('plain') }
          : null,
    });
    chosen = true;
    observer.device(state);
    if (gpu !== null) await cpu.close();
    const pool = gpu === null ? cpu : createDevicePool(gpu, standBy ?? standByOn(undefined), settings);
    if (!batchable) pool.separate();
    return { pool, half: standBy !== null };
  } catch (error) {
    await cpu.close();
    throw error;
  }
}

function modelBytes({
  manifest,
  files,
}: Pick<EncoderParts, 'manifest' | 'files'>): ReadonlyMap<string, Uint8Array> {
  return new Map(
    servedLanguages(manifest).map(([language, { model }]) => [
      language,
      new Uint8Array(files.get(model) ?? new SharedArrayBuffer(0)),
    ]),
  );
}

function createPool(
  { manifest, files }: EncoderParts,
  { settings, idleMs, observer }: Pick<LoadEncoderOptions, 'settings' | 'idleMs' | 'observer'>,
  where: {
    readonly device: Device;
    readonly figures?: SharedNetwork['figures'] | undefined;
    readonly recovery?: PoolRecovery;
  },
): NetworkPool {
  const { figures, ...place } = where;
  const onCpu = isOnCpu(where.device);
  return createNetworkPool({
    ...settings,
    ...place,
    // A graphics processor runs one batch at a time, and its memory holds the networks once.
    workers: onCpu ? settings.workers : 1,
    networks: servedLanguages(manifest).map(([language, served]) => ({
      language,
      served,
      model: modelBytes({ manifest, files }).get(language) ?? new Uint8Array(),
      ...(figures === undefined ? {} : { figures }),
    })),
    idleMs: onCpu ? idleMs : null,
    // A graphics processor that is lost has a stand-in: no text is unclassified, and `device` tells.
    observer: onCpu ? observer : { ...observer, restarted: () => undefined, startFailed: () => undefined },
  });
}

function openTokenizers(manifest: EncoderManifest, files: EncoderFiles): EncoderTokenizers {
  return new Map(
    servedLanguages(manifest).map(([, { tokenizer: name }]) => {
      // The decoder does not take shared memory.
      const text = Buffer.from(new Uint8Array(files.get(name) ?? new SharedArrayBuffer(0))).toString('utf8');
      return [name, createWordPiece(parseTokenizer(text, name))];
    }),
  );
}

/** The models below: those that serve a language, give topics or have a share in the sentiment. An encoder cannot stand on an encoder. */
async function loadLadders(
  manifest: EncoderManifest,
  { folder, loadLadder }: LoadEncoderOptions,
): Promise<ReadonlyMap<string, Classifier>> {
  const names = Object.values(manifest.languages).flatMap((entry) =>
    'ladder' in entry
      ? [entry.ladder]
      : [entry.foreign?.topics, entry.blend?.ladder].filter((name) => name !== undefined),
  );
  const ladder = new Map<string, Classifier>();
  for (const name of new Set(names)) {
    if (name === manifest.name) {
      throw new RejectedError('model_format', `${folder}: model.json, languages: ${name} stands on itself.`);
    }
    ladder.set(name, await loadLadder(name));
  }
  return ladder;
}

/** The same version gives the same scores: so it says which other models have a part in them. */
function versionOf(
  { name, version }: EncoderManifest,
  manifestText: string,
  { ladder, half }: { readonly ladder: ReadonlyMap<string, Classifier>; readonly half: boolean },
): ModelVersion {
  const others = [...ladder.values()].map(({ model }) => model);
  const sha256 = createHash('sha256').update(manifestText);
  for (const other of others) sha256.update(other.sha256);
  return {
    name,
    version: [
      version,
      ...(half ? ['fp16'] : []),
      ...others.map((other) => `${other.name}-${other.version}`),
    ].join('+'),
    sha256: sha256.digest('hex'),
  };
}
