import { createRedditSource } from '../../../ingest/sources/live/reddit.js';
import { livePartsOf, type CreateSource } from './source-kit.js';

export const createReddit: CreateSource<'reddit'> = (config, kit) =>
  createRedditSource({
    ...livePartsOf(config, kit),
    client: kit.client,
    clientId: config.clientId,
    clientSecret: config.clientSecret.reveal(),
    tokenUrl: 'https://www.reddit.com',
    apiUrl: 'https://oauth.reddit.com',
    subreddits: config.subreddits,
    intervalMs: config.everySeconds * 1_000,
  });
