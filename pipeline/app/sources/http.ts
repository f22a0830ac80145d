import { createHttpPollSource } from '../../../ingest/sources/http/http-poll.js';
import { sourceInfoOf, type CreateSource } from './source-kit.js';

export const createHttp: CreateSource<'http'> = (config, kit) => {
  const { url, parameters, sendAs, headers, auth, paging } = config;
  const secretHeaders: Readonly<Record<string, string>> =
    auth === null ? {} : { [auth.header.toLowerCase()]: `${auth.prefix}${auth.secret.reveal()}` };
  return createHttpPollSource({
    source: sourceInfoOf(config),
    language: config.language,
    request: { url, parameters, sendAs, headers, secretHeaders, paging },
    mapping: config.mapping,
    intervalMs: config.everySeconds * 1_000,
    client: kit.client,
    clock: kit.clock,
    readCursor: kit.readCursor,
    random: kit.random,
    onRejected: kit.onRejected,
    ...kit.privacy,
  });
};
