import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** What a file of `targets/` exports. */
export interface FuzzTarget {
  /** Inputs to begin with: sound ones, and all that were ever a trouble. */
  readonly seeds: readonly Uint8Array[];
  /** Pieces that mean something to the parser. */
  readonly pieces?: readonly Uint8Array[];
  /** Longest processor time for one input; default 200 ms. */
  readonly limitMs?: number;
  /** Throws when the parser breaks what holds for every input. */
  run(bytes: Uint8Array): void | Promise<void>;
}

export const DEFAULT_LIMIT_MS = 200;

/** Bytes of the words. */
export function piecesOf(words: readonly string[]): readonly Uint8Array[] {
  return words.map((word) => Buffer.from(word));
}

/** The names of all targets; a file that exports no `run` is none. */
export async function targetNames(): Promise<readonly string[]> {
  const files = await readdir(fileURLToPath(new URL('./targets', import.meta.url)));
  const names = [...new Set(files.flatMap((file) => /^([a-z0-9-]+)\.(?:ts|js)$/.exec(file)?.[1] ?? []))];
  const loaded = await Promise.all(names.map(async (name) => [name, await loadModule(name)] as const));
  return loaded.flatMap(([name, module]) => ('run' in module ? [name] : [])).sort();
}

export async function loadTarget(name: string): Promise<FuzzTarget> {
  return (await loadModule(name)) as unknown as FuzzTarget;
}

/** The inputs that were kept of a target: each was a failure once. */
export async function keptSeeds(folder: string): Promise<readonly Uint8Array[]> {
  try {
    const files = await readdir(folder);
    return await Promise.all(files.sort().map((file) => readFile(`${folder}/${file}`)));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Runs one input. Returns why it is a failure, or null. A slow run is repeated, so that other work on the machine counts for nothing. */
export async function tryInput(target: FuzzTarget, bytes: Uint8Array): Promise<string | null> {
  const limitMs = target.limitMs ?? DEFAULT_LIMIT_MS;
  let fastestMs = Infinity;
  for (let run = 0; run < 3 && fastestMs > limitMs; run += 1) {
    const start = process.cpuUsage();
    try {
      // A copy, because parsers may keep or change what they are given.
      await target.run(Uint8Array.from(bytes));
    } catch (error) {
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    const { user, system } = process.cpuUsage(start);
    fastestMs = Math.min(fastestMs, (user + system) / 1_000);
  }
  return fastestMs > limitMs ? `It took ${Math.round(fastestMs)} ms; at most ${limitMs} are allowed.` : null;
}

async function loadModule(name: string): Promise<Record<string, unknown>> {
  return (await import(new URL(`./targets/${name}.js`, import.meta.url).href)) as Record<string, unknown>;
}
