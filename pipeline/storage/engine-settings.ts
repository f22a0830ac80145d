import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Session } from 'chdb';

/*
 * A merge of parts builds their projections again, and collects the rows of each until they are so many or so large: with the engine's
 * own 256 MB a merge of 1.4 million documents took 1.8 GB, with these 0.25 GB. Background work takes no settings of a session or a
 * table for it, only those of the engine's profile, which are read from a file.
 */
const ROWS = 20_000;
const BYTES = 8_000_000;
/** What the engine does without the profile; for a session that inserts, where smaller blocks would only mean more parts. */
export const INSERT_BLOCKS = {
  min_insert_block_size_rows: 1_048_449,
  min_insert_block_size_bytes: 268_402_944,
};

/** Opens with `open` what uses the engine on a folder; the engine starts with our profile when nothing uses it yet. */
export function withEngineSettings<T>(path: string, open: () => T): T {
  const file = join(resolve(path), 'engine.xml');
  mkdirSync(path, { recursive: true });
  writeFileSync(file, profileIn(file), { mode: 0o600 });
  const starter = new Session(path, { connectionArgs: [`--config-file=${file}`] });
  try {
    return open();
  } finally {
    starter.close();
  }
}

/** The users, too, are those that the engine has without a file: one, who comes from within this process. */
function profileIn(file: string): string {
  return `<clickhouse>
  <users_config>${escapeXml(file)}</users_config>
  <profiles><default>
    <min_insert_block_size_rows>${ROWS}</min_insert_block_size_rows>
    <min_insert_block_size_bytes>${BYTES}</min_insert_block_size_bytes>
  </default></profiles>
  <users><default>
    <password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
  </default></users>
  <quotas><default></default></quotas>
</clickhouse>
`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
