import { z } from 'zod';

import { demoSource } from './sources/demo.js';
import { emlSource } from './sources/eml.js';
import { filesSource } from './sources/files.js';
import { httpSource } from './sources/http.js';
import { edgarSource } from './sources/edgar.js';
import { kafkaSource } from './sources/kafka.js';
import { pushSource } from './sources/push.js';
import { rssSource } from './sources/rss.js';

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
]);
