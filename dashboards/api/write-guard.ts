import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { ServerDeps } from './ports.js';
import { ProblemError } from './problem.js';

/** What one person says is short. */
export const WRITE_BODY_BYTES = 16_384;

/**
 * Keeps the routes of this context, which change something, from other sites: a browser says where a request comes from, and JSON is
 * all that is read, which no form can send and no other origin may. Whoever writes needs the token where there is one.
 */
export function guardWrites(api: FastifyInstance, { mayWrite }: Pick<ServerDeps, 'mayWrite'>): void {
  api.removeContentTypeParser('text/plain');
  api.addHook('onRequest', async (request, reply) => {
    if (!isOwnPage(request))
      throw new ProblemError(403, 'Another site may not write here; use the page of this service.');
    if (mayWrite(request.headers.authorization)) return;
    void reply.header('www-authenticate', 'Bearer');
    throw new ProblemError(
      401,
      'The token is missing or wrong. Send the header "Authorization: Bearer TOKEN" with that of webhook.token; where the configuration has none, nobody writes from another machine.',
    );
  });
}

/** True for programs, which say nothing of an origin. */
function isOwnPage({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  return origin === undefined || hostOf(origin) === host?.toLowerCase();
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
