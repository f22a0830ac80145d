import { createHash } from 'node:crypto';
import { SENTIMENT_LABELS, TOPIC_IDS } from '../../pipeline/core/taxonomy.js';
import type { ModelLanguage } from '../choose-language.js';
import type { NgramHeadManifest, NgramManifest } from '../ngram/artefact.js';
import { FEATURE_VERSION } from '../ngram/extract-features.js';
import type { TrainingRow } from './collect-rows.js';
import type { Head } from './train-head.js';
import { OWN_LICENCE, type TrainingSet } from './training-sets.js';

export interface TrainedHead {
  readonly task: 'sentiment' | 'topic';
  readonly language: ModelLanguage;
  readonly temperature: { readonly news: number; readonly post: number };
  readonly head: Head;
}

export interface PackOptions {
  readonly name: string;
  readonly heads: readonly TrainedHead[];
  readonly seed: number;
  readonly sets: readonly TrainingSet[];
  readonly rows: readonly TrainingRow[];
}

/** Rounds weights to signed bytes (one scale a class) and writes the manifest for them; `dev` is still empty. */
export function packArtefact(options: PackOptions): { manifest: NgramManifest; weights: Uint8Array } {
  const tables = options.heads.map(({ head }) => quantise(head));
  const weights = new Uint8Array(tables.reduce((sum, table) => sum + table.bytes.length, 0));
  const heads: NgramHeadManifest[] = [];
  let offset = 0;
  for (const [index, { task, language, temperature, head }] of options.heads.entries()) {
    const table = tables[index];
    if (table === undefined) continue;
    weights.set(new Uint8Array(table.bytes.buffer), offset);
    const { scales } = table;
    heads.push({ task, language, bits: head.bits, offset, scales, bias: Array.from(head.bias), temperature });
    offset += table.bytes.length;
  }
  const sha256 = createHash('sha256').update(weights).digest('hex');
  const manifest: NgramManifest = {
    format: 'bellwether-ngram',
    formatVersion: 1,
    featureVersion: FEATURE_VERSION,
    name: options.name,
    version: sha256.slice(0, 12),
    labels: [...SENTIMENT_LABELS],
    topics: [...TOPIC_IDS],
    heads,
    weights: { file: 'weights.bin', bytes: weights.byteLength, sha256 },
    training: { seed: options.seed, sets: describeSets(options) },
    dev: {},
  };
  return { manifest, weights };
}

function quantise(head: Head): { bytes: Int8Array; scales: number[] } {
  const { classes } = head;
  const largest = new Float64Array(classes);
  for (const [index, weight] of head.weights.entries()) {
    largest[index % classes] = Math.max(largest[index % classes] ?? 0, Math.abs(weight));
  }
  const scales = Array.from(largest, (value) => (value === 0 ? 1 : value / 127));
  const bytes = new Int8Array(head.weights.length);
  for (const [index, weight] of head.weights.entries()) {
    bytes[index] = Math.round(weight / (scales[index % classes] ?? 1));
  }
  return { bytes, scales };
}

function describeSets(options: PackOptions): NgramManifest['training']['sets'] {
  const counts = new Map<string, number>();
  for (const row of options.rows) counts.set(row.set, (counts.get(row.set) ?? 0) + 1);
  return [
    ...options.sets.map(({ key, licence }) => ({ key, licence, rows: counts.get(key) ?? 0 })),
    { key: 'own', licence: OWN_LICENCE, rows: counts.get('own') ?? 0 },
  ];
}
