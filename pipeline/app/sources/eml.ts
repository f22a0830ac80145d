import { createEmlSource } from '../../../ingest/sources/eml/eml.js';
import { sourceInfoOf, type CreateSource } from './source-kit.js';

export const createEml: CreateSource<'eml'> = (config, { clock, readCursor, readEml, privacy, onRejected }) =>
  createEmlSource({
    source: sourceInfoOf(config),
    language: config.language,
    path: config.path,
    intervalMs: config.everySeconds * 1_000,
    readCursor,
    readEml,
    clock,
    onRejected,
    ...privacy,
  });
