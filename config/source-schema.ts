import { z } from 'zod';

import { demoSource } from './sources/demo.js';
import { jetstreamSource } from './sources/jetstream.js';
import { kafkaSource } from './sources/kafka.js';
import { mastodonSource } from './sources/mastodon.js';
import { redditSource } from './sources/reddit.js';
import { stocktwitsSource } from './sources/stocktwits.js';
import { xSource } from './sources/x.js';
import { websocketSource } from './sources/websocket.js';
import { rssSource } from './sources/rss.js';

/** One entry of `sources`; each type has a file of its own in `sources/`. */
export const sourceSchema = z.discriminatedUnion('type', [
  rssSource,
  demoSource,
  kafkaSource,
  jetstreamSource,
  mastodonSource,
  redditSource,
  stocktwitsSource,
  xSource,
  websocketSource,
]);
