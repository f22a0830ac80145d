import { existsSync } from 'node:fs';
import { join } from 'node:path';

import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

import { sendProblem } from '../problem.js';

/** Serves the built page: `/` never from a cache, the assets (their names carry a hash) for a year. */
export function addPageRoutes(app: FastifyInstance, webRoot: string): void {
  if (!existsSync(join(webRoot, 'index.html'))) {
    app.get('/', (_request, reply) =>
      sendProblem(
        reply,
        503,
        'The page is not built yet: run "npm run build" in the repository and start again.',
      ),
    );
    return;
  }
  void app.register(fastifyStatic, {
    root: webRoot,
    wildcard: false,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders(reply, path) {
      const hashed = path.startsWith(join(webRoot, 'assets'));
      void reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
