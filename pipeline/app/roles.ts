import type { Config } from '../../config/schema.js';
import { ConfigError } from '../core/errors.js';

/** What one process of an installation does; `start` does all of it unless told otherwise. */
export const ROLES = ['ingest', 'understand', 'monitor', 'api'] as const;
export type Role = (typeof ROLES)[number];
export type Roles = ReadonlySet<Role>;

export const ALL_ROLES: Roles = new Set(ROLES);

/** Reads `understand,monitor`; throws ConfigError `usage` for anything else. */
export function parseRoles(text: string): Roles {
  const names = text.split(',').map((name) => name.trim());
  const roles = ROLES.filter((role) => names.includes(role));
  const unknown = names.filter((name) => !ROLES.some((role) => role === name));
  if (unknown.length > 0 || roles.length === 0) {
    throw new ConfigError(
      'usage',
      `--roles takes one or more of ${ROLES.join(', ')}, separated by commas; got "${text}".`,
    );
  }
  return new Set(roles);
}

/** The embedded log and store live in one process; parts of an installation in several need shared ones. */
export function requireSharedParts(
  roles: Roles,
  { log, clickhouse }: Pick<Config, 'log' | 'clickhouse'>,
): void {
  if (roles.size === ROLES.length) return;
  const embedded = [
    ...(log.url === 'file:' ? ['log.url (now file:, the embedded log) to kafka://…'] : []),
    ...(clickhouse.url === 'chdb:' ? ['clickhouse.url (now chdb:, the embedded store) to http(s)://…'] : []),
  ];
  if (embedded.length === 0) return;
  throw new ConfigError(
    'roles_need_shared_parts',
    `With --roles several processes share the work, so they need a log and a store that all of them reach. Set ${embedded.join(' and ')}, or leave --roles out.`,
  );
}

/** Where an installation keeps its data when nobody says; processes of one machine must not share a folder. */
export function folderSuffix(roles: Roles): string {
  return roles.size === ROLES.length ? '' : `-${[...roles].join('-')}`;
}
