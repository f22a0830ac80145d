import type { Source } from '../../../ingest/source.js';
import { createDemo } from './demo.js';
import { createEml } from './eml.js';
import { createFiles } from './files.js';
import { createHttp } from './http.js';
import { createEdgar } from './edgar.js';
import { createJetstream } from './jetstream.js';
import { createKafka } from './kafka.js';
import { createPush } from './push.js';
import { createMastodon } from './mastodon.js';
import { createReddit } from './reddit.js';
import { createRss } from './rss.js';
import { createStockTwits } from './stocktwits.js';
import { createWebSocket } from './websocket.js';
import { createX } from './x.js';
import type { ConfiguredType, CreateSource, SourceConfigOf, SourceKit } from './source-kit.js';

type ConfigByType = { readonly [Type in ConfiguredType]: SourceConfigOf<Type> };
type Creators = { readonly [Type in ConfiguredType]: CreateSource<Type> };

/** Every type of source that a configuration can name; a file each. */
const CREATORS: Creators = {
  demo: createDemo,
  eml: createEml,
  files: createFiles,
  http: createHttp,
  edgar: createEdgar,
  jetstream: createJetstream,
  kafka: createKafka,
  push: createPush,
  mastodon: createMastodon,
  reddit: createReddit,
  rss: createRss,
  stocktwits: createStockTwits,
  websocket: createWebSocket,
  x: createX,
};

/** Makes the source of an entry, not yet running. */
export function createSource<Type extends ConfiguredType>(
  type: Type,
  config: ConfigByType[Type],
  kit: SourceKit,
): Source {
  const create: Creators[Type] = CREATORS[type];
  return create(config, kit);
}
