import { isLoopback } from '../../config/cross-checks.js';
import type { Config } from '../../config/schema.js';
import { sameToken } from '../../ingest/sources/webhook.js';

/**
 * Whoever may bring documents may also say what they mean: with the token, or without one anybody on this machine. A page that
 * others reach and that has no token stays one to read, as it was when documents could not be brought to it either.
 */
export function writersOf({
  http,
  webhook: { token },
}: Pick<Config, 'http' | 'webhook'>): (authorization: string | undefined) => boolean {
  if (token === null) return () => isLoopback(http.host);
  return (authorization) => sameToken(authorization, token.reveal());
}
