import { createXSource } from '../../../ingest/sources/live/x.js';
import { ConfigError } from '../../core/errors.js';
import { livePartsOf, type CreateSource } from './source-kit.js';

export const createX: CreateSource<'x'> = (config, kit) => {
  if (kit.trial)
    throw new ConfigError(
      'no_trial',
      'An X source is not tried: its rules would be changed at X, and its token has one connection, which a running service would lose. Start it; "bellwether sources list" says how it does.',
    );
  return createXSource({
    ...livePartsOf(config, kit),
    url: 'https://api.x.com',
    client: kit.client,
    token: config.token.reveal(),
    rules: config.rules,
    backfillMinutes: config.backfillMinutes,
  });
};
