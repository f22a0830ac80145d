import fc from 'fast-check';
import { expect, it } from 'vitest';
import { run as fuzzJetstream } from '../../../../fuzz/targets/jetstream.js';
import { run as fuzzSocial } from '../../../../fuzz/targets/social.js';
import { run as fuzzSse } from '../../../../fuzz/targets/sse.js';
import { createPostFilter } from '../../../../../ingest/sources/live/post-filter.js';
import { jetstreamCommit } from '../../../../support/stubs/jetstream.js';
import { mastodonStatus } from '../../../../support/stubs/mastodon.js';
import { xLine } from '../../../../support/stubs/x.js';
import { processorMs } from '../../../../support/processor-time.js';

const RUNS = 1_500;
const timeUs = Date.parse('2026-03-30T12:00:00Z') * 1_000;
const stocktwits = {
  cursor: { more: false },
  messages: [
    {
      id: 1,
      body: 'a',
      created_at: '2026-03-30T12:00:00Z',
      user: { id: 1, join_date: '2018-09-25' },
      symbols: [{ symbol: 'A' }],
    },
  ],
};
const reddit = {
  data: {
    children: [
      { data: { name: 't3_a', title: 'a', selftext: '', created_utc: 1_774_000_000, edited: 1_774_000_001 } },
    ],
  },
};
const seeds: readonly unknown[] = [
  JSON.parse(jetstreamCommit({ timeUs, rkey: 'a' }).message),
  mastodonStatus({ id: '1', text: 'a' }),
  JSON.parse(xLine({ id: '1', text: 'a', ruleIds: ['1'], history: ['0', '1'] })),
  stocktwits,
  reddit,
];

/** A good message with any value in any place. */
const spoiled = fc
  .tuple(fc.constantFrom(...seeds), fc.nat(), fc.jsonValue({ maxDepth: 3 }))
  .map(([seed, place, value]) => {
    let left = place % 40;
    const spoil = (node: unknown): unknown => {
      if (left-- === 0) return value;
      if (Array.isArray(node)) return node.map(spoil);
      if (typeof node !== 'object' || node === null) return node;
      return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, spoil(item)]));
    };
    return new TextEncoder().encode(JSON.stringify(spoil(seed)));
  });

it('reads whatever stands in place of any value of a message, or refuses it with a reason', () => {
  fc.assert(
    fc.property(spoiled, (bytes) => {
      fuzzJetstream(bytes);
      fuzzSocial(bytes);
    }),
    { numRuns: RUNS },
  );
});

it('reads any bytes as an event stream, however they are cut', async () => {
  const part = fc.constantFrom(
    'data: {"a":1}',
    'event: update',
    ': thump',
    '\n',
    '\r\n',
    '\n\n',
    'id: 1',
    'retry: x',
    '公',
    '\u0000',
  );
  const stream = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(part, { maxLength: 30 }).map((parts) => new TextEncoder().encode(parts.join(''))),
  );
  await fc.assert(fc.asyncProperty(stream, fuzzSse), { numRuns: RUNS });
});

it('T8: filters hostile posts in linear time', () => {
  const keywords = Array.from({ length: 3_000 }, (_, n) => `${'a'.repeat(n % 50)}b${n}`);
  const wanted = createPostFilter({ everything: false, cashtags: true, keywords, languages: [] });
  for (const unit of ['a', '$', '$A', '$AAAAAAA.', '#a', 'ab1', '阿']) {
    const text = unit.repeat(Math.floor(300_000 / unit.length));
    const start = processorMs();
    wanted(text, ['en']);
    expect(processorMs() - start).toBeLessThan(1_000);
  }
});
