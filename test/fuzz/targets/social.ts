import { fieldsOf, parseJson } from '../../../ingest/sources/live/json-fields.js';
import { parseMastodonStatus } from '../../../ingest/sources/live/parse-mastodon.js';
import { parseRedditListing } from '../../../ingest/sources/live/parse-reddit.js';
import { parseStockTwitsPage } from '../../../ingest/sources/live/parse-stocktwits.js';
import { parseXMessage } from '../../../ingest/sources/live/parse-x.js';
import { checkDocument } from './check-document.js';

/** Any answer of Mastodon, Reddit, StockTwits or X: what it makes are documents, or they are refused with a reason. */
export function fuzzSocial(bytes: Uint8Array): void {
  const value = parseJson(new TextDecoder().decode(bytes));
  const status = parseMastodonStatus(fieldsOf(value) ?? {});
  const message = parseXMessage(value);
  const documents = [
    ...(status === null ? [] : [status.document]),
    ...(parseRedditListing(value) ?? []).map(({ document }) => document),
    ...(parseStockTwitsPage(value)?.messages ?? []).map(({ document }) => document),
    ...(message.kind === 'post' ? [message.post.document] : []),
  ];
  for (const document of documents) checkDocument(document);
}
