import { createXSource } from '../../../ingest/sources/live/x.js';
import { livePartsOf, type CreateSource } from './source-kit.js';

export const createX: CreateSource<'x'> = (config, kit) =>
  createXSource({
    ...livePartsOf(config, kit),
    url: 'https://api.x.com',
    client: kit.client,
    token: config.token.reveal(),
    rules: config.rules,
    backfillMinutes: config.backfillMinutes,
  });
