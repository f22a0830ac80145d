import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { packageRoot } from './package-root.js';

/** The version of package.json. */
export function version(): string {
  const parsed: unknown = JSON.parse(
    readFileSync(fileURLToPath(new URL('package.json', packageRoot())), 'utf8'),
  );
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed
    ? String(parsed.version)
    : 'unknown';
}
