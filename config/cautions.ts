import { isLoopback } from './cross-checks.js';
import type { Config } from './schema.js';

/** What is allowed and should be known, one sentence each; said when a configuration is checked and when the service starts. */
export function cautionsOf({ clickhouse }: Pick<Config, 'clickhouse'>): readonly string[] {
  const { enabled, host } = clickhouse.listen;
  if (!enabled || clickhouse.url !== 'chdb:' || isLoopback(host)) return [];
  return [
    `clickhouse.listen.host is ${host}, which other machines reach, and the endpoint speaks without TLS: password and answers can be read on the way. Put a proxy with TLS before it, or set it to 127.0.0.1.`,
  ];
}
