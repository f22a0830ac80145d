import { createMastodonSource } from '../../../ingest/sources/live/mastodon.js';
import { postFilterOf } from './post-filter.js';
import { livePartsOf, type CreateSource } from './source-kit.js';

export const createMastodon: CreateSource<'mastodon'> = (config, kit) =>
  createMastodonSource({
    ...livePartsOf(config, kit),
    url: config.url,
    ...(config.streamingUrl === undefined ? {} : { streamingUrl: config.streamingUrl }),
    timeline: config.timeline,
    ...(config.hashtag === undefined ? {} : { hashtag: config.hashtag }),
    token: config.token.reveal(),
    client: kit.client,
    filter: postFilterOf(config, kit.instruments),
  });
