import { createXTrial } from '../../../ingest/sources/live/x-trial.js';
import { tagOf } from '../../../ingest/sources/live/x-rules.js';
import { createXSource } from '../../../ingest/sources/live/x.js';
import { livePartsOf, type CreateSource } from './source-kit.js';

const REMAIN = 'The rules of an X source stay at X when it stops; ingest/README.md says how to remove them.';

export const createX: CreateSource<'x'> = (config, kit) => {
  const access = {
    ...livePartsOf(config, kit),
    url: 'https://api.x.com',
    client: kit.client,
    token: config.token.reveal(),
    rules: config.rules,
  };
  if (kit.trial) return createXTrial(access);
  const source = createXSource({ ...access, backfillMinutes: config.backfillMinutes });
  return {
    ...source,
    run: async (deliver, signal) => {
      await source.run(deliver, signal);
      kit.logger.info(REMAIN, { source: config.id, tag: tagOf(config.id) });
    },
  };
};
