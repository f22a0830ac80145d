import { parseBody } from '../../../ingest/parse/parse-body.js';
import { parseDocument } from '../../../ingest/parse/parse-document.js';
import { warnOfUnknownFields } from '../../../ingest/parse/unknown-fields.js';
import { InvalidDocumentError } from '../../../pipeline/core/errors.js';
import { piecesOf } from '../target.js';

export const seeds = piecesOf([
  '{"action":"add","source":{"id":"desk","kind":"feedback","credibility":4},"nativeId":"1","title":"t","text":"call 13800138000","url":"https://a.example/?utm_source=x","language":"zh-CN","author":{"id":"ann"},"publishedAt":"2026-03-31T11:00:00+08:00","modifiedAt":"2026-03-31","tickers":["$aapl"],"extra":{"ip":"203.0.113.7","a":[1,{"lat":1.5}]}}',
  '[{"source":"twitter","id":"1","text":"$TSLA","publishedAt":"2026-03-31T10:00:00Z","score":3}]',
  '{"source":{"id":"d"},"nativeId":"1","html":"<p>x","publishedAt":"2026-03-31T10:00:00Z"}\n{"a":1}\n',
]);
export const pieces = piecesOf([
  '"__proto__":{"polluted":1},',
  '"toString":1,',
  '[[[[',
  '"action":"retract",',
  '"source":"twitter",',
  '"\\ud800"',
  '"extra":{"a":"',
  'javascript:alert(1)',
  '1e999',
  '\u0000',
  '13800138000',
  'a@b.example ',
]);

/** As many as 5,000 documents. */
export const limitMs = 600;

/** Any body is documents of well-formed text and reasons; no object is changed by it. */
export function run(bytes: Uint8Array): void {
  for (const item of itemsOf(bytes)) {
    if ('error' in item) continue;
    warnOfUnknownFields(item.value);
    try {
      const context = {
        receivedAt: Date.UTC(2026, 2, 31, 12),
        virtualClock: false,
        authorKey: 'k'.repeat(24),
      };
      if (!JSON.stringify(parseDocument(item.value, context)).isWellFormed())
        throw new Error('A document has half a character.');
    } catch (error) {
      if (!(error instanceof InvalidDocumentError)) throw error;
    }
  }
  if ('polluted' in {}) throw new Error('A prototype was changed.');
}

function itemsOf(bytes: Uint8Array) {
  try {
    return parseBody(bytes, false);
  } catch (error) {
    if (error instanceof InvalidDocumentError) return [];
    throw error;
  }
}
