import { createJetstreamSource } from '../../../ingest/sources/live/jetstream.js';
import type { Instrument } from '../../core/instrument.js';
import { livePartsOf, type CreateSource } from './source-kit.js';

export const createJetstream: CreateSource<'jetstream'> = (config, kit) => {
  const { url, collections, everything, cashtags, languages } = config;
  const names = config.companies ? kit.instruments.flatMap(tellingNames) : [];
  return createJetstreamSource({
    ...livePartsOf(config, kit),
    url,
    sockets: kit.sockets,
    collections,
    filter: { everything, cashtags, languages, keywords: [...config.keywords, ...names] },
  });
};

/** Names that mean the company whatever stands around them. */
function tellingNames({ names }: Instrument): readonly string[] {
  return names.filter(({ ambiguous, to }) => !ambiguous && to === null).map(({ text }) => text);
}
