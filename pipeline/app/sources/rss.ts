import { createRssSource } from '../../../ingest/sources/rss.js';
import { sourceInfoOf, type CreateSource } from './source-kit.js';

export const createRss: CreateSource<'rss'> = (config, kit) =>
  createRssSource({
    source: sourceInfoOf(config),
    url: config.url,
    intervalMs: config.everySeconds * 1_000,
    followSchedule: config.followSchedule,
    language: config.language,
    zone: config.zone,
    authors: config.authors,
    client: kit.client,
    readFeed: kit.readFeed,
    clock: kit.clock,
    readCursor: kit.readCursor,
    random: kit.random,
    onRejected: kit.onRejected,
    onMoved: (from, to) => {
      kit.logger.warn('A feed has moved for good; change its address in the configuration.', {
        source: config.id,
        from,
        to,
      });
    },
    ...kit.privacy,
  });
