import { existsSync } from 'node:fs';

/** The folder that holds package.json, as a URL with a trailing slash, from the sources as well as from `dist`. */
export function packageRoot(): URL {
  for (const up of ['../../', '../../../']) {
    const candidate = new URL(up, import.meta.url);
    if (existsSync(new URL('package.json', candidate))) return candidate;
  }
  throw new Error('package.json is not where it belongs; the installation is incomplete.');
}
