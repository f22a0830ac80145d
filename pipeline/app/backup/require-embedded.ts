import type { Config } from '../../../config/schema.js';
import { ConfigError } from '../../core/errors.js';

/** Throws ConfigError `backup_elsewhere` with what to use instead, unless log and store are in the data folder. */
export function requireEmbedded(config: Pick<Config, 'log' | 'clickhouse'>, command: string): void {
  const shared = [
    ...(config.clickhouse.url === 'chdb:'
      ? []
      : [
          `The store is on a ClickHouse server: use its own BACKUP DATABASE … TO … and RESTORE. Back it up first, the topics afterwards`,
        ]),
    ...(config.log.url === 'file:'
      ? []
      : [
          'The log is on Kafka: mirror its topics and group offsets (MirrorMaker 2), or rely on their replication',
        ]),
  ];
  if (shared.length === 0) return;
  throw new ConfigError(
    'backup_elsewhere',
    `"bellwether ${command}" is for an installation that keeps everything in its data folder. ${shared.join('. ')}. ` +
      'The outbox in the data folder of the monitor can be copied like any folder.',
  );
}
