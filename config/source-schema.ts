import { z } from 'zod';

import { demoSource } from './sources/demo.js';
import { emlSource } from './sources/eml.js';
import { filesSource } from './sources/files.js';
import { httpSource } from './sources/http.js';
import { edgarSource } from './sources/edgar.js';
import { jetstreamSource } from './sources/jetstream.js';
import { kafkaSource } from './sources/kafka.js';
import { pushSource } from './sources/push.js';
import { mastodonSource } from './sources/mastodon.js';
import { redditSource } from './sources/reddit.js';
import { rssSource } from './sources/rss.js';
import { stocktwitsSource } from './sources/stocktwits.js';
import { websocketSource } from './sources/websocket.js';
import { xSource } from './sources/x.js';

/** One entry of `sources`; each type has a file of its own in `sources/`. */
export const sourceSchema = z.discriminatedUnion('type', [
  rssSource,
  demoSource,
  kafkaSource,
  pushSource,
  httpSource,
  filesSource,
  emlSource,
  edgarSource,
  jetstreamSource,
  mastodonSource,
  redditSource,
  stocktwitsSource,
  xSource,
  websocketSource,
]);
