import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, sep } from 'node:path';

import type { FastifyInstance } from 'fastify';

import { sendProblem } from '../problem.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/**
 * Serves the built page: `/` never from a cache, the assets (their names carry a hash) for a year.
 *
 * The files are those of the start, held in memory (some 150 kB): a build under a running service neither takes the page away nor mixes
 * two versions of page and API. Another page is served from the next start on.
 */
export function addPageRoutes(app: FastifyInstance, webRoot: string): void {
  const files = readFiles(webRoot);
  const index = files.get('/index.html');
  if (index === undefined) {
    app.get('/', (_request, reply) =>
      sendProblem(
        reply,
        503,
        'The page is not built yet: run "npm run build" in the repository and start again.',
      ),
    );
    return;
  }
  for (const [path, bytes] of [['/', index] as const, ...files]) {
    const type = TYPES[path === '/' ? '.html' : extname(path)] ?? 'application/octet-stream';
    const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    app.get(path, (_request, reply) =>
      reply.header('cache-control', cache).header('content-type', type).send(bytes),
    );
  }
}

/** By their paths from `/` on; none for a folder that is not there. Hidden ones are left out. */
function readFiles(root: string): ReadonlyMap<string, Buffer> {
  if (statSync(root, { throwIfNoEntry: false }) === undefined) return new Map();
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const shown = names.filter((name) => !name.split(sep).some((part) => part.startsWith('.')));
  const files = shown.filter((name) => statSync(join(root, name)).isFile());
  return new Map(files.map((name) => [`/${name.split(sep).join('/')}`, readFileSync(join(root, name))]));
}
