import { createStockTwitsSource } from '../../../ingest/sources/live/stocktwits.js';
import { livePartsOf, type CreateSource } from './source-kit.js';

export const createStockTwits: CreateSource<'stocktwits'> = (config, kit) =>
  createStockTwitsSource({
    ...livePartsOf(config, kit),
    url: 'https://api.stocktwits.com',
    client: kit.client,
    symbols: config.symbols,
    requestsPerHour: config.requestsPerHour,
    ...(config.token === undefined ? {} : { token: config.token.reveal() }),
  });
