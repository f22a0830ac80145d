import { createRssSource } from '../../../ingest/sources/rss.js';
import { sourceInfoOf, type CreateSource } from './source-kit.js';

export const createRss: CreateSource<'rss'> = (config, kit) =>
  createRssSource({
    source: sourceInfoOf(config),
    url: config.url,
    intervalMs: config.everySeconds * 1_000,
    client: kit.client,
    clock: kit.clock,
    readCursor: kit.readCursor,
    random: kit.random,
    onRejected: kit.onRejected,
    ...kit.privacy,
  });
