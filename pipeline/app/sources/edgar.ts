import { createEdgarSource } from '../../../ingest/sources/edgar/edgar.js';
import { sourceInfoOf, type CreateSource } from './source-kit.js';

export const createEdgar: CreateSource<'edgar'> = (config, kit) =>
  createEdgarSource({
    source: sourceInfoOf(config),
    url: config.url,
    intervalMs: config.everySeconds * 1_000,
    forms: config.forms,
    client: kit.client,
    readFeed: kit.readFeed,
    clock: kit.clock,
    readCursor: kit.readCursor,
    random: kit.random,
    onRejected: kit.onRejected,
    masking: kit.privacy.masking,
  });
