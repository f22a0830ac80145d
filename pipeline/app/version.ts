import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { packageRoot } from './package-root.js';

/** Read once: every question for the status shows it. */
const VERSION = readVersion();

/** The version of package.json. */
export function version(): string {
  return VERSION;
}

function readVersion(): string {
  const parsed: unknown = JSON.parse(
    readFileSync(fileURLToPath(new URL('package.json', packageRoot())), 'utf8'),
  );
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed
    ? String(parsed.version)
    : 'unknown';
}
