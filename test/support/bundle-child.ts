import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

import { packageRoot } from '../../pipeline/app/package-root.js';

const ROOT = fileURLToPath(packageRoot());

/**
 * Makes one plain module of a TypeScript file and what it imports, so that a test can run it in a process of its own
 * (to kill it, for instance) before anything is built. Packages stay outside. Resolves to the path to give to `node`.
 */
export async function bundleChild(entry: string): Promise<string> {
  const folder = join(ROOT, 'dist', 'test-children');
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, `${basename(entry, '.ts')}-${process.pid}.mjs`);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'silent',
  });
  return outfile;
}
