import { compileMapping } from '../../../ingest/mapping/compile-mapping.js';
import { presetMapping } from '../../../ingest/mapping/presets/presets.js';
import { readMapped } from '../../../ingest/mapping/read-mapped.js';
import { piecesOf } from '../target.js';

const MAPS = [
  presetMapping('weibo', {}),
  presetMapping('wechat', {}),
  presetMapping('douyin', {}),
  {},
  {
    items: 'list[*].rows[*]',
    when: { kind: ['a', 'b'] },
    nativeId: { first: ['id', '["a.b"]', '$.id'] },
    title: { template: '{t} {names[*]}' },
    text: 'parts[*].text',
    publishedAt: { path: 'at', time: 'local', zone: 'Asia/Shanghai' },
    modifiedAt: { path: 'edited', time: 'microseconds' },
    tickers: { path: 'codes', stockCode: true, exchange: 'market' },
    action: { path: 'act', values: { del: 'retract' }, default: 'add' },
    extra: { a: 'x', b: 'parts' },
  } as const,
].map((spec) => compileMapping(spec));

export const seeds = piecesOf([
  '{"id":1,"text":{"type":"status","event":"add","status":{"mid":"1","text":"降了","created_at":"Tue Mar 31 18:05:00 +0800 2026","user":{"idstr":"7"}}}}',
  '{"biz":"b","articles":[{"article_id":"1","title":"t","content":"<p>x</p>","publish_time":1774951500}]}',
  '{"event":"create_video","from_user_id":"o","content":{"item_id":"1","title":"t","create_time":1774951500}}',
  '{"list":[{"rows":[{"kind":"a","id":"1","t":"x","names":["b"],"at":"2026-03-31 10:00","edited":1774951500000000,"codes":["600519","700"],"market":["SH","HK"],"parts":[{"text":"y"}]}]}]}',
  '{"nativeId":"1","title":"t","publishedAt":"2026-03-31T10:00:00Z"}',
]);

export const pieces = piecesOf([
  '"__proto__":{"polluted":1},',
  '"constructor":{"prototype":{"polluted":1}},',
  '[[[[',
  ']]]]',
  'null',
  '1e400',
  '"kind":"a",',
  '"at":"24:00",',
  '9007199254740993',
  '"\\ud800"',
  '{"toString":1}',
]);

/** Any JSON is documents and reasons, and no object is changed by it. */
export function run(bytes: Uint8Array): void {
  const message = jsonOf(bytes);
  for (const map of MAPS) {
    const reading = {
      source: { id: 'fuzz', kind: 'social' as const },
      context: { receivedAt: Date.UTC(2026, 2, 31, 12), virtualClock: false, authorKey: 'k'.repeat(24) },
    };
    for (const outcome of readMapped(map(message), reading)) {
      if (!JSON.stringify(outcome).isWellFormed()) throw new Error('A document has half a character.');
    }
  }
  if ('polluted' in {}) throw new Error('A prototype was changed.');
}

/** What is no JSON is the text itself: a value, too. */
function jsonOf(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    return { text, at: text, t: text, list: [{ rows: [{ kind: 'a', id: text, at: text, codes: text }] }] };
  }
}
