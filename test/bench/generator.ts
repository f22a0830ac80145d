import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { NamedCompany } from './texts.js';

export interface Load {
  readonly page: string;
  readonly seed: number;
  readonly firstIndex: number;
  readonly companies: readonly NamedCompany[];
  readonly characters: number;
  /** Documents a second, and in one request. */
  readonly rate: number;
  readonly batch: number;
  readonly seconds: number;
  /** Share of documents that were sent before, 0 … 1. */
  readonly duplicates: number;
  /** One document in so many milliseconds is followed until it can be queried; 0 follows none. */
  readonly probeEveryMs: number;
}

/** What the generator saw; all times in milliseconds from the intended moment of sending. */
export interface LoadResult {
  readonly accepted: number;
  /** Accepted documents that were not sent before. */
  readonly distinct: number;
  readonly failedRequests: number;
  readonly acceptMs: readonly number[];
  readonly queryableMs: readonly number[];
  /** Followed documents that never came. */
  readonly missing: number;
  /** How late the generator itself was with its worst request: more than 100 ms makes a run worthless. */
  readonly behindMs: number;
  /** From the first intended moment to the last answer. */
  readonly sendingSeconds: number;
}

/** Runs the load in a process of its own, so that it neither waits for the service nor shares its event loop. */
export async function generate(load: Load): Promise<LoadResult> {
  const compiled = fileURLToPath(new URL('./generator-main.js', import.meta.url));
  if (!existsSync(compiled)) throw new Error('The bench is not built; run it with "npm run bench".');
  const child = fork(compiled);
  return new Promise<LoadResult>((resolve, reject) => {
    child.once('message', (message) => {
      resolve(message as LoadResult);
    });
    child.once('exit', (code) => {
      reject(new Error(`The generator ended with ${String(code)}.`));
    });
    child.send(load);
  });
}
