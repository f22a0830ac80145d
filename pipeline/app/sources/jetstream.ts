import { createJetstreamSource } from '../../../ingest/sources/live/jetstream.js';
import { postFilterOf } from './post-filter.js';
import { livePartsOf, type CreateSource } from './source-kit.js';

export const createJetstream: CreateSource<'jetstream'> = (config, kit) =>
  createJetstreamSource({
    ...livePartsOf(config, kit),
    url: config.url,
    sockets: kit.sockets,
    collections: config.collections,
    filter: postFilterOf(config, kit.instruments),
  });
