import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { z } from 'zod';

import { ConfigError } from '../../core/errors.js';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const candidate = z.object({
  /** Folder below `models/candidates`. */
  id: z.string().regex(/^[a-z0-9-]{1,80}$/),
  name: z.string(),
  version: z.string(),
  /** Of the weights. */
  sha256: hash,
  trainedBy: z.string(),
  trainedAt: z.string(),
  seed: z.int(),
  /** Release of Bellwether that trained it. */
  release: z.string(),
  /** Of all training rows. */
  dataSha256: hash,
  labels: z.object({ texts: z.int(), sha256: hash, agreement: z.number(), newestAt: z.string() }),
});
export type Candidate = z.infer<typeof candidate>;

const comparison = z.object({
  candidate: hash,
  against: z.object({ name: z.string(), version: z.string(), sha256: z.string() }),
  at: z.string(),
  /** Macro-F1 of sentiment by dev set: rows, served, candidate. */
  sets: z.record(z.string(), z.object({ rows: z.int(), served: z.number(), candidate: z.number() })),
  ece: z.object({ served: z.number(), candidate: z.number() }).nullable(),
  regression: z.object({ texts: z.int(), newlyRight: z.int(), newlyWrong: z.array(z.string()) }),
  /** Why it should not serve; empty when nothing speaks against it. */
  problems: z.array(z.string()),
});
export type Comparison = z.infer<typeof comparison>;

const seenImpact = z.object({
  candidate: hash,
  /** Weights of the model that served then. */
  against: z.string(),
  at: z.string(),
  from: z.string(),
  to: z.string(),
  documents: z.int(),
  alerts: z.object({ gained: z.int(), lost: z.int(), moved: z.int(), same: z.int() }),
  /** Share of documents with another label. */
  changed: z.number(),
});
/** What `models impact` last found, without texts. */
export type SeenImpact = z.infer<typeof seenImpact>;

/** Where the models of an installation are. */
export function modelPaths(dataDir: string) {
  const folder = join(dataDir, 'models');
  return {
    folder,
    candidates: join(folder, 'candidates'),
    approved: join(folder, 'approved.json'),
    audit: join(folder, 'audit.jsonl'),
  };
}

/** The folder that `loadClassifier` takes as its directory. */
export function candidateFolder(dataDir: string, id: string): string {
  return join(modelPaths(dataDir).candidates, id);
}

/** Throws ConfigError `candidate_missing` or `candidate_damaged`. */
export async function readCandidate(dataDir: string, id: string): Promise<Candidate> {
  const known = await listCandidates(dataDir);
  if (!known.includes(id)) {
    const there =
      known.length === 0
        ? 'There is none; "bellwether train ngram --with-labels" makes one.'
        : `There are ${known.join(', ')}.`;
    throw new ConfigError('candidate_missing', `There is no candidate "${id.slice(0, 80)}". ${there}`);
  }
  return readChecked(join(candidateFolder(dataDir, id), 'candidate.json'), candidate);
}

export async function listCandidates(dataDir: string): Promise<readonly string[]> {
  const names = await readdir(modelPaths(dataDir).candidates).catch(() => []);
  return names.filter((name) => /^[a-z0-9-]{1,80}$/.test(name)).sort();
}

/** Null before the candidate was compared. */
export async function readComparison(dataDir: string, id: string): Promise<Comparison | null> {
  return readIfThere(join(candidateFolder(dataDir, id), 'comparison.json'), comparison);
}

/** Null before anybody looked at what the candidate would change. */
export async function readImpact(dataDir: string, id: string): Promise<SeenImpact | null> {
  return readIfThere(join(candidateFolder(dataDir, id), 'impact.json'), seenImpact);
}

async function readIfThere<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const there = await readFile(path).then(
    () => true,
    () => false,
  );
  return there ? readChecked(path, schema) : null;
}

export function writeJson(path: string, value: unknown): Promise<void> {
  return writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Whole or not at all, also after a power cut. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.new`;
  await writeFile(draft, text, { mode: 0o600, flush: true });
  await rename(draft, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export async function readChecked<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new ConfigError(
      'candidate_damaged',
      `${path} cannot be read or is not what was written there. Train the candidate again, or restore the file from a backup.`,
      { cause },
    );
  }
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
