import { fieldsOf, parseJson } from '../../../ingest/sources/live/json-fields.js';
import { parseMastodonStatus } from '../../../ingest/sources/live/parse-mastodon.js';
import { parseRedditListing } from '../../../ingest/sources/live/parse-reddit.js';
import { parseStockTwitsPage } from '../../../ingest/sources/live/parse-stocktwits.js';
import { parseXMessage } from '../../../ingest/sources/live/parse-x.js';
import { mastodonStatus } from '../../support/stubs/mastodon.js';
import { xLine } from '../../support/stubs/x.js';
import { piecesOf } from '../target.js';
import { checkDocument } from './check-document.js';

export const seeds = piecesOf([
  JSON.stringify(mastodonStatus({ id: '1', text: 'Aldermoor <b>up</b>', editedAt: '2026-03-30T12:00:00Z' })),
  xLine({ id: '2', text: '$ALDR', ruleIds: ['1'], history: ['1', '2'] }),
  '{"errors":[{"title":"operational-disconnect","type":"https://api.x.com/2/problems/operational-disconnect"}]}',
  '{"delete":{"tweet":{"id":"1"},"event_at":"2026-03-30T12:00:00Z"}}',
  '{"data":{"children":[{"kind":"t3","data":{"name":"t3_a","title":"T","selftext":"S","author_fullname":"t2_a","created_utc":1774000000,"edited":1774000001.5,"permalink":"/r/stocks/comments/a/t/","url":"https://a.example/"}}]}}',
  '{"cursor":{"more":true},"messages":[{"id":1,"body":"$ALDR","created_at":"2026-03-30T12:00:00Z","user":{"id":1,"join_date":"2018-09-25"},"symbols":[{"symbol":"ALDR"}],"entities":{"sentiment":{"basic":"Bearish"}},"likes":{"total":1}}]}',
]);

export const pieces = piecesOf([
  '"data":',
  '"id":',
  '"children":[',
  '"messages":[',
  '"content":"<p>',
  '"account":{',
  '"created_utc":',
  'null',
  '-1',
  '1e300',
  '[]',
  '{}',
  '""',
  '"__proto__":',
]);

export const limitMs = 1_000;

/** Any answer of Mastodon, Reddit, StockTwits or X: what it makes are documents, or they are refused with a reason. */
export function run(bytes: Uint8Array): void {
  const value = parseJson(new TextDecoder().decode(bytes));
  const status = parseMastodonStatus(fieldsOf(value) ?? {});
  const message = parseXMessage(value);
  const documents = [
    ...(status === null ? [] : [status.document]),
    ...(parseRedditListing(value)?.posts ?? []).map(({ document }) => document),
    ...(parseStockTwitsPage(value)?.messages ?? []).map(({ document }) => document),
    ...(message.kind === 'post' ? [message.post.document] : []),
  ];
  for (const document of documents) checkDocument(document);
}
